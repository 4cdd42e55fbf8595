"""The style sheet of the widgets around the roll, written from a theme's colours."""

from __future__ import annotations

from typing import Protocol


class Palette(Protocol):
    """The colours that the sheet uses, "#rrggbb"."""

    @property
    def window(self) -> str: ...
    @property
    def panel(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def raised(self) -> str: ...
    @property
    def border(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def text_dim(self) -> str: ...
    @property
    def accent(self) -> str: ...
    @property
    def on_accent(self) -> str: ...
    @property
    def warning(self) -> str: ...
    @property
    def error(self) -> str: ...
    @property
    def dark(self) -> bool: ...


def style_sheet(theme: Palette) -> str:
    """Qt style sheet text. A button may ask for `primary` = true; a label for `role` = "dim" or "error"."""
    hover = "#353a43" if theme.dark else "#e6e9ed"
    pressed = "#22262c" if theme.dark else "#d8dce2"
    picked = "#3a3222" if theme.dark else "#f6ead9"
    # A triangle without a picture file: the part of a cone of colour that opens upwards from the lower edge.
    triangle = (
        f"qconicalgradient(cx:0.5, cy:1, angle:63.4, stop:0 {theme.text_dim}, stop:0.147 {theme.text_dim}, "
        "stop:0.148 transparent, stop:1 transparent)"
    )
    return f"""
    QMainWindow, QDialog {{ background: {theme.window}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QDialog#palette {{ border: 1px solid {theme.text_dim}; }}
    QWidget {{ color: {theme.text}; }}
    QMainWindow::separator {{ background: {theme.border}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {theme.accent}; }}
    QSplitter::handle {{ background: {theme.border}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSplitter::handle:vertical {{ height: 1px; }}
    QSplitter::handle:hover {{ background: {theme.accent}; }}

    QMenuBar {{ background: {theme.window}; padding: 2px 4px; }}
    QMenuBar::item {{ background: transparent; padding: 4px 10px; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {hover}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 28px 5px 24px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QMenu::item:disabled {{ color: {theme.text_dim}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 8px; }}

    QToolBar {{ background: {theme.window}; border: none; border-bottom: 1px solid {theme.border};
               spacing: 4px; padding: 4px 6px; }}
    QToolBar::separator {{ background: {theme.border}; width: 1px; margin: 4px 6px; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 4px 8px; }}
    QToolButton:hover {{ background: {hover}; }}
    QToolButton:pressed {{ background: {pressed}; }}
    QToolButton:checked {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QToolButton:disabled {{ color: {theme.text_dim}; }}
    QToolButton[toggle="true"]:checked {{ background: {theme.raised}; border-color: {theme.border}; }}
    QToolButton[small="true"] {{ padding: 1px 4px; border-radius: 4px; min-width: 14px; }}
    QWidget#tools QToolButton {{ padding: 4px 3px; }}
    QToolButton[verb="true"] {{ background: {theme.raised}; border-color: {theme.border}; padding: 5px 0px 4px 0px;
                               font-size: 11px; }}
    QToolButton[verb="true"]:hover {{ background: {hover}; border-color: {theme.accent}; }}
    QToolButton[verb="true"]:pressed {{ background: {pressed}; }}
    QToolButton[verb="true"]:disabled {{ background: {theme.panel}; border-color: {theme.border}; }}
    QToolButton[section="true"] {{ font-weight: 600; padding: 2px 4px 2px 0px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton:focus {{ border-color: {theme.accent}; }}

    QPushButton {{ background: {theme.raised}; border: 1px solid {theme.border}; border-radius: 5px;
                  padding: 5px 14px; }}
    QPushButton:hover {{ background: {hover}; }}
    QPushButton:pressed {{ background: {pressed}; }}
    QPushButton:checked, QPushButton[primary="true"] {{ background: {theme.accent}; color: {theme.on_accent};
                  border-color: {theme.accent}; font-weight: 600; }}
    QPushButton:disabled {{ background: {theme.panel}; color: {theme.text_dim}; border-color: {theme.border};
                  font-weight: normal; }}
    QPushButton:focus {{ border-color: {theme.accent}; }}
    QPushButton[primary="true"]:focus {{ border-color: {theme.text}; }}

    QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
        width: 0px; border: none; }}
    QPushButton[segment="true"] {{ padding: 4px 0px; min-width: 26px; }}
    QPushButton[segment="true"]:checked, QPushButton[key="white"]:checked, QPushButton[key="black"]:checked {{
        background: {picked}; color: {theme.accent}; border-color: {theme.accent}; }}
    QPushButton[segment="true"][roomy="true"], QPushButton[segment="true"][roomy="true"]:checked {{
        padding: 4px 8px; font-weight: normal; }}
    QPushButton#detect {{ padding: 4px 8px; }}
    QPushButton[field="true"] {{ text-align: left; padding: 4px 8px; }}
    QPushButton[key="white"], QPushButton[key="black"] {{ padding: 3px 0px; min-width: 12px; border-radius: 4px; }}
    QPushButton[key="white"]:!checked {{ background: {theme.field}; }}
    QPushButton[key="black"]:!checked {{ background: {theme.raised}; }}
    QFrame[block="must"], QFrame[block="leans"], QFrame[block="plain"] {{ border: none; }}
    QFrame[block="must"] {{ border-left: 3px solid {theme.accent}; }}
    QFrame[block="leans"] {{ border-left: 3px dotted {theme.text_dim}; }}
    QFrame[block="plain"] {{ border-left: 3px solid transparent; }}
    QCheckBox {{ spacing: 8px; }}
    QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {theme.text_dim}; border-radius: 4px;
                           background: {theme.field}; }}
    QCheckBox::indicator:checked {{ background: {theme.accent}; border-color: {theme.accent}; }}
    QCheckBox::indicator:disabled {{ background: {theme.panel}; border-color: {theme.border}; }}
    QCheckBox:disabled {{ color: {theme.text_dim}; }}

    QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {{
        background: {theme.field}; border: 1px solid {theme.border}; border-radius: 5px; padding: 4px 6px;
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{
        border-color: {theme.accent}; }}
    QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ color: {theme.text_dim}; }}
    QComboBox::drop-down {{ border: none; background: transparent; width: 20px; }}
    QComboBox::down-arrow {{ width: 9px; height: 5px; margin-right: 8px; background: {triangle}; }}
    QComboBox QAbstractItemView {{ background: {theme.panel}; border: 1px solid {theme.border};
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; outline: none; }}

    QListView, QTreeView, QTableView {{ background: {theme.field}; border: 1px solid {theme.border};
        alternate-background-color: {theme.panel}; outline: none; }}
    QListView::item, QTreeView::item {{ padding: 3px 4px; }}
    QListView::item:selected, QTreeView::item:selected, QTableView::item:selected {{
        background: {theme.accent}; color: {theme.on_accent}; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.text_dim}; border: none;
        border-bottom: 1px solid {theme.border}; padding: 4px 6px; }}

    QDockWidget::title {{ background: {theme.window}; color: {theme.text_dim}; padding: 6px 8px; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {theme.border}; }}
    QTabBar::tab {{ background: transparent; color: {theme.text_dim}; padding: 6px 12px;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; }}
    QTabBar::tab:hover {{ color: {theme.text}; }}
    QGroupBox {{ border: 1px solid {theme.border}; border-radius: 6px; margin-top: 10px; padding-top: 8px; }}
    QGroupBox::title {{ subcontrol-origin: margin; left: 10px; padding: 0 4px; color: {theme.text_dim}; }}

    QScrollBar {{ background: transparent; border: none; margin: 0; }}
    QScrollBar:vertical {{ width: 12px; }}
    QScrollBar:horizontal {{ height: 12px; }}
    QScrollBar::handle {{ background: {theme.border}; border-radius: 4px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::handle:hover {{ background: {theme.text_dim}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

    QSlider::groove:horizontal {{ height: 4px; background: {theme.border}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {theme.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 14px; margin: -5px 0; border-radius: 7px; background: {theme.text}; }}
    QSlider::handle:horizontal:hover {{ background: {theme.accent}; }}
    QProgressBar {{ background: {theme.field}; border: 1px solid {theme.border}; border-radius: 4px;
        text-align: center; min-height: 14px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    QStatusBar {{ background: {theme.window}; color: {theme.text_dim}; border-top: 1px solid {theme.border}; }}
    QStatusBar::item {{ border: none; }}
    QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.border}; padding: 4px 6px; }}
    QFrame[role="rule"] {{ background: {theme.border}; border: none; }}
    QFrame[role="line"] {{ background: {theme.border}; border: none; max-width: 1px; margin: 7px 6px; }}
    QFrame#notice {{ background: {theme.raised}; border: none; border-left: 3px solid {theme.warning};
                    border-bottom: 1px solid {theme.border}; }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border: 1px solid {theme.text_dim}; border-radius: 7px; }}
    QRadioButton::indicator:checked {{ background: {theme.accent}; border-color: {theme.accent}; }}
    QRadioButton:disabled {{ color: {theme.text_dim}; }}
    QFrame#blind {{ background: {theme.raised}; border: none; border-left: 3px solid {theme.accent};
                   border-bottom: 1px solid {theme.border}; }}
    QFrame#what_else {{ background: {theme.panel}; border: 1px solid {theme.text_dim}; }}
    QFrame#markEditor {{ background: {theme.panel}; border: 1px solid {theme.text_dim}; }}
    QLabel[role="dim"] {{ color: {theme.text_dim}; }}
    QLabel[role="error"] {{ color: {theme.error}; }}
    """
