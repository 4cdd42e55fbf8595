"""The request that each verb makes of the user's wishes and of the place that is pointed at."""

from __future__ import annotations

from dataclasses import replace

from ml.music import Score
from ml.music.harmony import ChordTrack, detect_chords
from ml.music.keys import DetectedKey, detect_key
from ml.requests import GenerationRequest, Keep, Limits, RefusedRequest, Region, Verb, continue_region
from ml.requests.request import MAX_BARS
from ml.requests.variation import varied_region
from studio.edit.operations.tracks import add_track
from studio.session.wishes import Partner, Place, Ticks, Wishes

SEED_LIMIT = 1 << 31


def region_for(verb: Verb, score: Score, place: Place, wishes: Wishes) -> tuple[Score, Region]:
    """What the verb asks for at this place, and the score that it asks it of: with a partner's new track, if any.

    Raises RefusedRequest with a sentence when the verb makes no sense there.
    """
    if verb is not Verb.GENERATE and not score.note_count:
        raise RefusedRequest(f"The song is empty: write, play or open a few notes first, then press {title(verb)}.")
    if verb is Verb.ACCOMPANY:
        score, partner = with_partner(score, wishes.partner)
        region = _accompanied(score, place, partner)
    else:
        region = _REGIONS[verb](score, place, wishes)
    bars = score.time_map.bar_at(max(region.end_tick - 1, 0)) - score.time_map.bar_at(region.start_tick) + 1
    if bars > MAX_BARS:
        raise RefusedRequest(f"{bars} bars are too many at once: select {MAX_BARS} or fewer.")
    return score, region


def request_for(verb: Verb, score: Score, place: Place, wishes: Wishes, seed: int) -> GenerationRequest:
    """The request. Raises RefusedRequest also when the wishes contradict each other or leave nothing possible."""
    score, region = region_for(verb, score, place, wishes)
    if verb is Verb.VARY:
        chosen = frozenset((place.track, note_id) for note_id in place.ids) or None
        region = varied_region(score, region, wishes.amount, seed, chosen)
    request = GenerationRequest(
        score=score,
        region=region,
        verb=verb,
        limits=limits_for(score, region, wishes),
        leanings=wishes.leanings,
        keep=wishes.keep if verb is Verb.VARY else Keep(),
        sampling=wishes.sampling,
        takes=wishes.takes,
        seed=seed,
    )
    request.check()
    return request


def title(verb: Verb) -> str:
    """The verb as its button says it."""
    return verb.value.capitalize()


def marked_ticks(score: Score, place: Place) -> Ticks | None:
    """From the first selected note's start to the last one's end, or the marked range, None with neither."""
    table = score.tracks[place.track].notes if 0 <= place.track < len(score.tracks) else None
    if table is not None and place.ids and len(rows := table.rows_of(place.ids)):
        return int(table.start[rows].min()), int(table.end[rows].max())
    return place.marked


def with_partner(score: Score, partner: Partner) -> tuple[Score, int]:
    """The score in which the partner plays, and the index of its track: a new empty one at the end, or one there."""
    if partner.track is None:
        edited = add_track(score, partner.name, partner.program, drums=partner.drums)
        return edited.score, len(score.tracks)
    if partner.track >= len(score.tracks):
        raise RefusedRequest("The track that should accompany is not in the song: choose another one.")
    return score, partner.track


def limits_for(score: Score, region: Region, wishes: Wishes) -> Limits:
    """The limits with what depends on the place in them: the song's key there, and the chords from its first bar on."""
    limits = wishes.limits
    if wishes.song_key and limits.key is None:
        limits = replace(limits, key=score.key_at(region.start_tick))
    if wishes.chords.strip():
        time_map = score.time_map
        first, last = time_map.bar_at(region.start_tick), time_map.bar_at(max(region.end_tick - 1, 0))
        try:
            chords = ChordTrack.parse(wishes.chords, time_map, first, last - first + 1)
        except ValueError as error:
            raise RefusedRequest(str(error)) from None
        limits = replace(limits, chords=chords)
    return limits


def chord_line(verb: Verb, score: Score, place: Place, wishes: Wishes) -> str:
    """The chords heard in the asked bars as a typed line, or, where nothing sounds there, in as many bars before.

    Raises RefusedRequest when no chord is heard in either.
    """
    score, region = region_for(verb, score, place, wishes)
    time_map = score.time_map
    first = time_map.bar_at(region.start_tick)
    bars = time_map.bar_at(max(region.end_tick - 1, 0)) - first + 1
    for start_bar in (first, max(first - bars, 0)):
        found = detect_chords(score, None, time_map.bar_start(start_bar), time_map.bar_start(start_bar + bars))
        if found.spans:
            return found.text(time_map, start_bar, bars)
    raise RefusedRequest("No chords are heard there: type them, such as C | Am F | G7.")


def key_leaning(score: Score, selection: Ticks | None = None) -> DetectedKey | None:
    """The key that the notes up to the end of the selection, or all, suggest; a leaning and never a limit."""
    end_tick = selection[1] if selection else score.end_tick + 1
    return detect_key([track.notes for track in score.tracks if not track.drums], 0, end_tick)


# --- regions


def _tracks(score: Score, place: Place, wishes: Wishes, *, written: bool = True) -> tuple[int, ...]:
    """The asked tracks; of all tracks only those with notes where the verb needs some."""
    if wishes.all_tracks and not place.tracks:
        return tuple(index for index, track in enumerate(score.tracks) if len(track.notes) or not written)
    tracks = place.tracks or (place.track,)
    for track in tracks:
        if not 0 <= track < len(score.tracks):
            raise RefusedRequest(f"There is no track {track + 1}: the song has {len(score.tracks)}.")
    return tracks


def _whole_bars(score: Score, place: Place, ticks: Ticks) -> Ticks:
    """The bars that selected notes touch; of marked ticks the bars between the bar lines nearest to their ends."""
    time_map = score.time_map
    first, last = time_map.bar_start(time_map.bar_at(max(ticks[0], 0))), time_map.ceil_bar(ticks[1])
    if place.ids:
        return first, last
    start, end = _nearest_bar(score, ticks[0]), _nearest_bar(score, ticks[1])
    return (start, end) if end > start else (first, last)


def _nearest_bar(score: Score, tick: int) -> int:
    time_map = score.time_map
    before, after = time_map.bar_start(time_map.bar_at(max(tick, 0))), time_map.ceil_bar(max(tick, 0))
    return before if tick - before <= after - tick else after


def _marked_bars(score: Score, place: Place, verb: Verb) -> Ticks:
    ticks = marked_ticks(score, place) or place.loop
    if ticks is None:
        raise RefusedRequest(
            f"{title(verb)} needs bars to work on: select notes, or drag along the lower half of the ruler."
        )
    return _whole_bars(score, place, ticks)


def _continued(score: Score, place: Place, wishes: Wishes) -> Region:
    ticks = marked_ticks(score, place)
    if ticks is not None and ticks[0] >= score.end_tick:
        last = score.time_map.bar_at(max(score.end_tick - 1, 0)) + 1
        raise RefusedRequest(f"The selected region lies past the end of the piece: select something up to bar {last}.")
    tracks = _tracks(score, place, wishes)
    region = replace(continue_region(score, tracks[0], wishes.bars, ticks), tracks=tracks)
    if not any(len(t.notes) and t.notes.start[0] < region.start_tick for t in score.tracks):
        raise RefusedRequest("There are no notes before the selected place: select something that can be continued.")
    return region


def _filled(score: Score, place: Place, wishes: Wishes) -> Region:
    return Region(*_marked_bars(score, place, Verb.FILL), _tracks(score, place, wishes, written=False))


def _varied(score: Score, place: Place, wishes: Wishes) -> Region:
    """From the first to the last of the selected notes, and no further; or the marked bars."""
    if place.ids and (ticks := marked_ticks(score, place)) is not None:
        return Region(ticks[0], max(ticks[1], ticks[0] + 1), (place.track,))
    return Region(*_marked_bars(score, place, Verb.VARY), _tracks(score, place, wishes))


def _generated(score: Score, place: Place, wishes: Wishes) -> Region:
    """The marked bars, or the asked number of bars from the playhead on."""
    if wishes.bars < 1:
        raise RefusedRequest("Generate needs room: ask for at least one bar.")
    tracks, time_map = _tracks(score, place, wishes, written=False), score.time_map
    if (ticks := marked_ticks(score, place)) is not None:
        return Region(*_whole_bars(score, place, ticks), tracks)
    first = time_map.bar_at(place.cursor_tick)
    return Region(time_map.bar_start(first), time_map.bar_start(first + wishes.bars), tracks)


def _accompanied(score: Score, place: Place, partner: int) -> Region:
    """The marked bars, or the whole piece; of a longer piece as much as can be asked, from the playhead on."""
    time_map = score.time_map
    if (ticks := marked_ticks(score, place)) is not None:
        return Region(*_whole_bars(score, place, ticks), (partner,))
    last = time_map.bar_at(max(score.end_tick - 1, 0)) + 1
    first = min(time_map.bar_at(place.cursor_tick), last - 1) if last > MAX_BARS else 0
    return Region(time_map.bar_start(first), time_map.bar_start(min(first + MAX_BARS, last)), (partner,))


_REGIONS = {
    Verb.CONTINUE: _continued,
    Verb.FILL: _filled,
    Verb.VARY: _varied,
    Verb.GENERATE: _generated,
}
