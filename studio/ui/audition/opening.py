"""Opening: when the comparison shows, how tall it is, and what is remembered of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSplitter

from studio.session.takes import TakesBoard
from studio.ui.audition.audition_view import MOST_SHARE, AuditionView

LEAST_ROLL_PX, EASY_ROLL_PX = 130, 380
"""Heights of the roll: the least, and the one below which the lane under it gets smaller."""
LEAST_LANE_PX = 64
"""Where not even this leaves room for the roll, the lane goes until the pane closes."""
TALLEST_PX = 4000


class Opening:
    """The pane opens by itself when more than one model answers, and goes with the takes.

    Closing it by hand ends that until it is opened by hand; opened while nothing is to be compared, it stays. The
    parts of `splitter` are the roll, the lane below it and the pane; `by_hand` is called after the user opened or
    closed it, `changed` when it came or went.
    """

    def __init__(
        self, pane: AuditionView, splitter: QSplitter, by_hand: Callable[[], None], changed: Callable[[], None]
    ) -> None:
        self._pane = pane
        self._splitter = splitter
        self._by_hand = by_hand
        self._changed = changed
        self._by_itself = True
        self._held = False
        self._several = False
        self._tall_px: int | None = None
        self._lane_px = self._fitted_px = 0
        pane.hide()
        splitter.splitterMoved.connect(lambda *_: self._keep_height())

    @property
    def is_open(self) -> bool:
        return not self._pane.isHidden()

    @property
    def shows_takes(self) -> bool:
        """Whether all takes can be seen in it."""
        return self.is_open and self._several

    def wants(self, board: TakesBoard) -> bool:
        """Whether it would be open with this board: it should then show it first, to know how tall it gets."""
        return not board.blind and (self._held or (_compares(board) and self._by_itself))

    def follow(self, board: TakesBoard) -> None:
        """Open or close as the board asks for."""
        self._several = _compares(board)
        wanted = self.wants(board)
        if self.is_open and not wanted:
            # Takes that go often make room for others at once: the pane waits a moment, so that nothing jumps.
            QTimer.singleShot(0, self._pane, lambda: self._close(board))
        elif wanted and not self.is_open:
            self._open()
            self._changed()
        elif self.is_open and self._tall_px is None and self._wanted_px() != self._fitted_px:
            self._fit(self._lane_px)

    def _close(self, board: TakesBoard) -> None:
        if self.is_open and not self.wants(board):
            self.put_away()
            self._changed()

    def toggle(self) -> None:
        """Open or close by hand."""
        if self.is_open:
            self._held = self._by_itself = False
        else:
            self._held, self._by_itself = not self._several, True
        self._by_hand()

    def _open(self) -> None:
        self._lane_px = self._splitter.sizes()[1]
        self._pane.show()
        self._fit(self._lane_px)

    def _wanted_px(self) -> int:
        return self._pane.wanted_px(self._splitter.width())

    def _fit(self, lane: int) -> None:
        """Give the pane the height that the user chose, or as much as it needs and the roll can spare."""
        total = sum(self._splitter.sizes())
        self._fitted_px = self._wanted_px()
        wish = self._tall_px or min(self._fitted_px, round(MOST_SHARE * total))
        tall = max(min(wish, total - LEAST_ROLL_PX), self._pane.minimumHeight())
        lane = max(lane - max(EASY_ROLL_PX - (total - tall - lane), 0), min(lane, LEAST_LANE_PX))
        if total - tall - lane < LEAST_ROLL_PX + 2 * LEAST_LANE_PX:
            lane = 0
        self._splitter.setSizes([max(total - tall - lane, LEAST_ROLL_PX), lane, tall])

    def put_away(self) -> None:
        """Give its room back to the roll; what is remembered stays."""
        if not self.is_open:
            return
        sizes = self._splitter.sizes()
        total, lane = sum(sizes), sizes[1]
        self._pane.hide()
        lane = max(lane, self._lane_px)
        self._splitter.setSizes([max(total - lane, 0), lane, 0])

    def _keep_height(self) -> None:
        if self.is_open:
            self._tall_px = self._splitter.sizes()[-1]

    # --- what the window remembers

    def remembered(self) -> dict[str, object]:
        return {"by_itself": self._by_itself, "held": self._held, "tall_px": self._tall_px}

    def restore(self, tree: Mapping[str, object]) -> None:
        """Take over what was remembered; anything odd is passed over."""
        self._by_itself = tree.get("by_itself") is not False
        self._held = tree.get("held") is True
        tall = tree.get("tall_px")
        self._tall_px = tall if type(tall) is int and 0 < tall < TALLEST_PX else None
        self._by_hand()


def _compares(board: TakesBoard) -> bool:
    """Whether more than one model answers."""
    return board.showing and len(board.answers) > 1
