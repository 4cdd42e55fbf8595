"""What makes a request impossible, found before anything is generated: each as one sentence with the fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ml.music import NoteTable
from ml.music.beats import beat_ticks, grid_ticks, on_grid, on_strong_beat
from ml.music.general_midi import GM_RANGES, instrument_name
from ml.music.pitch_names import pitch_name
from ml.requests.contour import stuck_at
from ml.requests.limits import ChordRule
from ml.requests.obedience import given_per_bar, voices
from ml.requests.permitted import PermittedPitches
from ml.requests.request import DENSITY_LEVELS, LEAP_LEVELS, STYLES, GenerationRequest, Verb
from ml.requests.staying import replaced_notes, ringing_notes

Ints = NDArray[np.int64]


def contradiction(request: GenerationRequest) -> str | None:
    """The first reason why no answer can obey the request, or None. The region and its tracks must be sound."""
    if sentence := request.limits.contradiction():
        return sentence
    if sentence := _leanings(request) or _instruments(request):
        return sentence
    permitted = PermittedPitches(request)
    if sentence := _chords(request, permitted) or _grid(request) or _full(request):
        return sentence
    return next(_vary(request, permitted), None) if request.verb is Verb.VARY else None


def _leanings(request: GenerationRequest) -> str | None:
    leanings = request.leanings
    if leanings.style is not None and leanings.style not in STYLES:
        return f'"{leanings.style[:30]}" is not a style that the models know: choose one of {", ".join(STYLES)}.'
    if leanings.density is not None and not 1 <= leanings.density <= DENSITY_LEVELS:
        return f"Density must lie between 1 and {DENSITY_LEVELS}."
    if leanings.leaps is not None and not 1 <= leanings.leaps <= LEAP_LEVELS:
        return f"Steps and leaps must lie between 1 and {LEAP_LEVELS}."
    return None


def _instruments(request: GenerationRequest) -> str | None:
    """A track whose instrument has no permitted pitch."""
    if not request.limits.instrument_ranges:
        return None
    for index in request.region.tracks:
        track = request.score.tracks[index]
        if not request.limits.pitch_mask(track.drums, track.program).any():
            lowest, highest = (pitch_name(pitch) for pitch in GM_RANGES[(track.program or 0) & 127])
            return (
                f"{instrument_name(track.program)} plays {lowest} to {highest}, where the other limits permit no "
                "pitch: widen the range, or do not limit it to what instruments can play."
            )
    return None


def _chords(request: GenerationRequest, permitted: PermittedPitches) -> str | None:
    """A place where the chords and the other limits on pitch leave nothing."""
    region, time_map = request.region, request.score.time_map
    ticks = beat_ticks(time_map, region.start_tick, region.end_tick, strong=True)
    if request.limits.chords is not None and request.limits.chord_rule is ChordRule.EVERY_NOTE:
        spans = request.limits.chords.between(region.start_tick, region.end_tick).spans
        ticks = np.union1d(ticks, np.array([span.start_tick for span in spans], np.int64))
    for track in region.tracks:
        if _keeps_rhythm(request):
            # The onsets are given, so only theirs count.
            ticks = np.unique(replaced_notes(request.score, region, track).start)
        if len(empty := np.flatnonzero(~permitted.at(track, ticks).any(axis=1))):
            tick = int(ticks[empty[0]])
            strong = bool(on_strong_beat(time_map, np.array([tick]))[0])
            chords = [str(chord) for chord in permitted.chords_at(tick, strong=strong)]
            where = f"in bar {time_map.bar_at(tick) + 1}"
            if len(chords) > 1:
                both = " and ".join(chords)
                return f"The chords {both} {where} share no permitted note: change the chord, or do not keep harmony."
            name = request.score.tracks[track].name or f"track {track + 1}"
            return (
                f"No note of the chord {chords[0]} {where} is within the other limits for {name}: change one of them."
            )
    return None


def _grid(request: GenerationRequest) -> str | None:
    region, grid = request.region, request.limits.grid
    if grid is None or len(grid_ticks(request.score.time_map, grid, region.start_tick, region.end_tick)):
        return None
    return "No point of the grid lies in the asked region: choose a finer grid or whole bars."


def _full(request: GenerationRequest) -> str | None:
    """Every asked track is full of notes that stay."""
    reasons = [_track_full(request, track) for track in request.region.tracks]
    return reasons[0] if all(reasons) else None


def _track_full(request: GenerationRequest, track: int) -> str | None:
    score, region, limits = request.score, request.region, request.limits
    if limits.polyphony is not None and not score.tracks[track].drums:
        stay = ringing_notes(score, region, track)
        borders = np.unique(np.clip([region.start_tick, *stay.end.tolist()], region.start_tick, region.end_tick - 1))
        # Between two ends of notes nothing becomes free, so the ends are the places to try.
        if (_sounding(stay, borders) >= limits.polyphony).all():
            return (
                f"Locked or kept notes already sound {limits.polyphony} at once through the whole region: "
                "permit more notes at once, or unlock some."
            )
    if limits.notes_per_bar is not None:
        bars = range(score.time_map.bar_at(region.start_tick), score.time_map.bar_at(region.end_tick - 1) + 1)
        given = given_per_bar(score, region, track)
        if all(given[bar] >= limits.notes_per_bar for bar in bars):
            return (
                f"Every asked bar already holds the {limits.notes_per_bar} notes that are permitted: "
                "permit more notes in a bar, or unlock some."
            )
    return None


def _sounding(notes: NoteTable, ticks: Ints) -> Ints:
    """How many notes sound at each tick, shape of `ticks`."""
    return np.array([int(((notes.start <= tick) & (notes.end > tick)).sum()) for tick in ticks], np.int64)


# --- what Vary keeps


def _keeps_rhythm(request: GenerationRequest) -> bool:
    return request.verb is Verb.VARY and request.keep.rhythm


def _vary(request: GenerationRequest, permitted: PermittedPitches) -> Iterator[str]:
    if not any(len(replaced_notes(request.score, request.region, track)) for track in request.region.tracks):
        yield "There are no notes to vary there: select some that are not locked or muted."
        return
    for track in request.region.tracks:
        if request.keep.rhythm:
            yield from _rhythm(request, track, permitted)
        if request.keep.contour and (tick := stuck_at(request, track, permitted)) is not None:
            bar = request.score.time_map.bar_at(tick) + 1
            yield (
                f"The limits leave no room for the contour at bar {bar}: widen the range, unlock notes there, "
                "or do not keep the contour."
            )


def _rhythm(request: GenerationRequest, track: int, permitted: PermittedPitches) -> Iterator[str]:
    """Limits that the rhythm to be kept breaks already."""
    score, limits, time_map = request.score, request.limits, request.score.time_map
    old = replaced_notes(score, request.region, track)
    if limits.grid is not None and (off := int((~on_grid(time_map, old.start, limits.grid)).sum())):
        yield (
            f"{off} of {len(old)} notes whose rhythm should be kept start off the grid: quantise them, choose a finer "
            "grid, or do not keep the rhythm."
        )
    if limits.polyphony is not None and not score.tracks[track].drums:
        counts = voices(old.start, old.end, ringing_notes(score, request.region, track))
        if (counts > limits.polyphony).any():
            bar = time_map.bar_at(int(old.start[np.argmax(counts > limits.polyphony)])) + 1
            yield (
                f"The rhythm to be kept has {counts.max()} notes at once (bar {bar}) and {limits.polyphony} "
                "are permitted: permit more notes at once, or do not keep the rhythm."
            )
    if limits.notes_per_bar is not None:
        in_bar = Counter(time_map.bar_at(tick) for tick in old.start.tolist())
        total = in_bar + given_per_bar(score, request.region, track)
        if crowded := [bar for bar in sorted(in_bar) if total[bar] > limits.notes_per_bar]:
            yield (
                f"The rhythm to be kept has {total[crowded[0]]} notes in bar {crowded[0] + 1} and "
                f"{limits.notes_per_bar} are permitted: permit more notes in a bar, or do not keep the rhythm."
            )
    onsets, chord_sizes = np.unique(old.start, return_counts=True)
    room = permitted.at(track, onsets).sum(axis=1)
    if (tight := chord_sizes > room).any():
        at = int(np.argmax(tight))
        yield (
            f"The rhythm to be kept has {chord_sizes[at]} notes together in bar {time_map.bar_at(int(onsets[at])) + 1} "
            f"and only {room[at]} pitches are permitted there: widen the limits, or do not keep the rhythm."
        )
