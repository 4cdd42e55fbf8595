"""The View menu: tools, grid, zoom, what the roll shows, panels and theme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.edit.grid import GRID_CHOICES, GridChoice, Snap
from studio.ui.actions import Action
from studio.ui.commands.desk import Desk
from studio.ui.roll.tool import Tool
from studio.ui.roll.view import RollView

TOOLS = (
    (Tool.SELECT, "Select", "Select, move and lengthen notes; double-click adds one", "select"),
    (Tool.DRAW, "Draw", "Draw notes; right-drag erases", "draw"),
    (Tool.PAINT, "Paint", "Paint a note on every grid step", "paint"),
    (Tool.ERASE, "Erase", "Sweep notes away", "erase"),
    (Tool.SPLIT, "Split", "Cut notes in two", "split"),
)
ZOOM = 1.25
STRAIGHT, TRIPLET, DOTTED = "", " triplet", " dotted"


@dataclass(frozen=True)
class PanelSwitch:
    """A part of the window that can be hidden."""

    name: str
    title: str
    key: str
    shown: Callable[[], bool]
    set_shown: Callable[[bool], None]


@dataclass(frozen=True)
class ViewSwitches:
    """What the window switches, beside the roll; the settings remember it."""

    panels: tuple[PanelSwitch, ...]
    next_theme: Callable[[], None]
    full_screen: Callable[[], None]
    is_full_screen: Callable[[], bool]
    set_follows: Callable[[bool], None]
    set_hearing: Callable[[bool], None]
    set_snap: Callable[[bool], None]


def stepped_choice(choice: GridChoice, step: int) -> GridChoice:
    """The next finer (1) or coarser (-1) grid of the same kind, itself at the end."""
    kind = [other for other in GRID_CHOICES if kind_of(other) == kind_of(choice)]
    place = kind.index(choice) + step
    return kind[min(max(place, 0), len(kind) - 1)]


def kind_of(choice: GridChoice) -> str:
    """STRAIGHT, TRIPLET or DOTTED."""
    return next((kind for kind in (TRIPLET, DOTTED) if choice.label.endswith(kind)), STRAIGHT)


def as_kind(choice: GridChoice, kind: str) -> GridChoice:
    """The choice of the same note value in another kind, itself where there is none."""
    label = choice.label.split(" ")[0] + kind
    return next((other for other in GRID_CHOICES if other.label == label), choice)


def view_actions(desk: Desk, roll: RollView, switches: ViewSwitches) -> list[Action]:
    context = desk.context

    def current_choice() -> GridChoice:
        return context.grid_setting.current(desk.score.ticks_per_quarter, context.viewport.px_per_tick)

    def choose(choice: GridChoice) -> None:
        context.grid_setting = replace(context.grid_setting, choice=choice)
        desk.studio.say(f"Grid {choice.label}.")

    def kind(wanted: str) -> None:
        choose(as_kind(current_choice(), STRAIGHT if kind_of(current_choice()) == wanted else wanted))

    def snaps() -> bool:
        return context.grid_setting.snap is not Snap.OFF

    def set_tool(tool: Tool) -> Callable[[], None]:
        return lambda: setattr(context, "tool", tool)

    def is_tool(tool: Tool) -> Callable[[], bool]:
        return lambda: context.tool is tool

    def panel(switch: PanelSwitch) -> Action:
        return Action(f"view.{switch.name}", switch.title, lambda: switch.set_shown(not switch.shown()), switch.key,
                      "View", "panels", checked_when=switch.shown,
                      tooltip=f"Show or hide: {switch.title.lower()}")  # fmt: skip

    def hearing() -> None:
        switches.set_hearing(not context.hearing.enabled)

    tools = [
        Action(f"view.tool_{tool.value}", f"{title} tool", set_tool(tool), str(number), "View", "tools",
               checked_when=is_tool(tool), tooltip=tooltip, icon=icon,
               keys_when=lambda: not desk.studio.takes.showing)
        for number, (tool, title, tooltip, icon) in enumerate(TOOLS, 1)
    ]  # fmt: skip
    return [
        *tools,
        Action("view.snap", "Snap to the grid", lambda: switches.set_snap(not snaps()), "N", "View", "grid",
               checked_when=snaps, tooltip="Whether notes snap to the grid; Alt while dragging lets go of it",
               icon="magnet"),
        Action("view.grid_finer", "Finer grid", lambda: choose(stepped_choice(current_choice(), 1)), "G", "View",
               "grid", tooltip="Halve the grid step"),
        Action("view.grid_coarser", "Coarser grid", lambda: choose(stepped_choice(current_choice(), -1)), "Shift+G",
               "View", "grid", tooltip="Double the grid step"),
        Action("view.grid_triplet", "Triplet grid", lambda: kind(TRIPLET), "T", "View", "grid",
               checked_when=lambda: kind_of(current_choice()) == TRIPLET, tooltip="Three steps in place of two"),
        Action("view.grid_dotted", "Dotted grid", lambda: kind(DOTTED), "Shift+T", "View", "grid",
               checked_when=lambda: kind_of(current_choice()) == DOTTED, tooltip="Steps half as long again"),
        Action("view.zoom_in", "Zoom in", lambda: roll.zoom_time(ZOOM), "Ctrl+=", "View", "zoom",
               tooltip="Show less time, larger", more_keys=("Ctrl++",)),
        Action("view.zoom_out", "Zoom out", lambda: roll.zoom_time(1 / ZOOM), "Ctrl+-", "View", "zoom",
               tooltip="Show more time, smaller"),
        Action("view.pitch_zoom_in", "Taller rows", lambda: roll.zoom_pitch(1), "Ctrl+Shift+=", "View", "zoom",
               tooltip="Show fewer pitches, larger", more_keys=("Ctrl+Shift++",)),
        Action("view.pitch_zoom_out", "Lower rows", lambda: roll.zoom_pitch(-1), "Ctrl+Shift+-", "View", "zoom",
               tooltip="Show more pitches, smaller", more_keys=("Ctrl+_",)),
        Action("view.fit", "Show the whole song", roll.zoom_to_fit, "Ctrl+0", "View", "zoom",
               tooltip="Fit the song into the roll"),
        Action("view.fit_selection", "Show the selection", roll.zoom_to_selection, "Z", "View", "zoom",
               tooltip="Fit the selected notes, or the marked bars, into the roll"),
        Action("view.ghosts", "Notes of other tracks",
               lambda: setattr(context, "ghosts_shown", not context.ghosts_shown), ",", "View",
               "show", checked_when=lambda: context.ghosts_shown,
               tooltip="Show the other tracks dimly behind the current one", icon="ghost"),
        Action("view.names", "Note names", lambda: setattr(context, "names_shown", not context.names_shown),
               "Shift+N", "View", "show", checked_when=lambda: context.names_shown,
               tooltip="Write the names of notes into them where there is room"),
        Action("view.follow", "Follow the playhead", lambda: switches.set_follows(not roll.following), "F", "View",
               "show", checked_when=lambda: roll.following, tooltip="Turn the page while playing", icon="follow"),
        Action("view.hear_edits", "Hear notes while editing", hearing, "H", "View", "show",
               checked_when=lambda: context.hearing.enabled,
               tooltip="Let a note sound when it is drawn, clicked or moved", icon="sound"),
        *(panel(switch) for switch in switches.panels),
        Action("view.theme", "Dark or light", switches.next_theme, "Ctrl+Alt+T", "View", "window",
               tooltip="Switch between the dark and the light colours"),
        Action("view.full_screen", "Full screen", switches.full_screen, "F11", "View", "window",
               checked_when=switches.is_full_screen, tooltip="Use the whole screen"),
    ]  # fmt: skip
