"""Options that say where models write: bars and tracks of the piece, counted from 1."""

from __future__ import annotations

import argparse
import re

from ml.music import Score
from ml.music.general_midi import GM_INSTRUMENTS
from ml.requests import RefusedRequest, Verb
from studio.session.wishes import BASS, CHORDS, DRUMS, Partner, Place, Ticks

ALL = "all"
PARTNERS = {"bass": BASS, "chords": CHORDS, "drums": DRUMS}
DEFAULT_BARS = 4


def add_place(parser: argparse.ArgumentParser, verb: Verb) -> None:
    """Declare what of it makes sense for the verb."""
    add = parser.add_argument_group("what is asked").add_argument
    if verb in (Verb.CONTINUE, Verb.GENERATE):
        add("--bars", type=int, default=DEFAULT_BARS, metavar="N", help="how many bars to write (default %(default)s)")
    if verb is Verb.CONTINUE:
        add("--after", type=int, metavar="BAR", help="go on after this bar (default: after the end of the piece)")
    else:
        needed = verb in (Verb.FILL, Verb.VARY)
        default = {Verb.ACCOMPANY: " (default: the whole piece)", Verb.GENERATE: " (default: the first ones)"}
        add("--region", required=needed, metavar="BAR-BAR",
            help=f"the bars to write, such as 5-8{default.get(verb, '')}")  # fmt: skip
    if verb is Verb.ACCOMPANY:
        add("--with", dest="partner", default="bass", metavar="WHO",
            help="who accompanies on a new track: bass, chords, drums, or a General MIDI instrument by name or "
            "number 1 to 128 (default bass)")  # fmt: skip
        add("--track", "--tracks", metavar="N", help="write on this track instead of a new one")
    else:
        default_track = "every one" if verb is Verb.GENERATE else "the first with notes that is not percussion"
        add("--track", "--tracks", metavar="N,N",
            help="tracks to write on, counted from 1 as in `continuo info`, or all "
            f"(default: {default_track}); the others are given to the model")  # fmt: skip


def place_of(options: argparse.Namespace, verb: Verb, score: Score, current_track: int) -> Place:
    """What is pointed at. Raises RefusedRequest."""
    marked: Ticks | None
    marked = _after(score, options.after) if verb is Verb.CONTINUE else _region(score, options.region)
    named = "" if options.track is None else options.track
    if verb is Verb.GENERATE and not named:
        named = ALL
    if verb is Verb.ACCOMPANY or not named:
        return Place(current_track, marked=marked)
    if named.strip().lower() == ALL:
        everywhere = (i for i, t in enumerate(score.tracks) if len(t.notes) or verb in (Verb.GENERATE, Verb.FILL))
        tracks = tuple(everywhere)
    else:
        tracks = tuple(dict.fromkeys(_track(text, score) for text in re.split(r"[\s,]+", named.strip())))
    return Place(tracks[0] if tracks else current_track, marked=marked, tracks=tracks)


def partner_of(options: argparse.Namespace, score: Score) -> Partner:
    """Who accompanies. Raises RefusedRequest."""
    if options.track is not None:
        return Partner.of_track(_track(options.track, score))
    return instrument(options.partner)


def instrument(text: str) -> Partner:
    """A partner by its name or number. Raises RefusedRequest."""
    name = text.strip().lower()
    if name in PARTNERS:
        return PARTNERS[name]
    if re.fullmatch(r"\d{1,3}", name) and 1 <= int(name) <= len(GM_INSTRUMENTS):
        return Partner.instrument(int(name) - 1)
    names = [known.lower() for known in GM_INSTRUMENTS]
    found = [names.index(name)] if name in names else [i for i, known in enumerate(names) if name and name in known]
    if not found:
        raise RefusedRequest(
            f'"{text[:30]}" is not an instrument that I know: write bass, chords, drums, a General MIDI name such as '
            '"Nylon Guitar", or a number from 1 to 128.'
        )
    return Partner.instrument(found[0])


def _track(text: str, score: Score) -> int:
    if not re.fullmatch(r"\d{1,6}", text.strip()):
        raise RefusedRequest(f'"{text[:20]}" is not a track: give its number from `continuo info`.')
    track = int(text) - 1
    if not 0 <= track < len(score.tracks):
        raise RefusedRequest(f"There is no track {track + 1}: the song has {len(score.tracks)}.")
    return track


def _region(score: Score, text: str | None) -> Ticks | None:
    """The ticks of bars "5-8" or "5"."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise RefusedRequest(f'"{text[:20]}" are no bars: write the first and the last one, counted from 1, as 5-8.')
    return score.time_map.bar_start(first - 1), score.time_map.bar_start(last)


def _after(score: Score, bar: int | None) -> Ticks | None:
    """The ticks of bar number `bar` (from 1), None for the end of the piece."""
    if bar is None:
        return None
    if bar < 1:
        raise RefusedRequest("Bars count from 1: give --after a bar of the piece.")
    if bar > score.time_map.bar_at(max(score.end_tick - 1, 0)) + 1 and score.note_count:
        bars = score.time_map.bar_at(score.end_tick - 1) + 1
        raise RefusedRequest(f"Bar {bar} lies past the end of the piece: give --after a bar from 1 to {bars}.")
    return score.time_map.bar_start(bar - 1), score.time_map.bar_start(bar)
