"""What a request asks for, in one line: the verb, the bars and the tracks."""

from __future__ import annotations

from ml.music import Score
from ml.requests import GenerationRequest, Region, Verb, replaced_notes
from studio.engine import Shelf


def counted(number: int, thing: str) -> str:
    """ "1 take", "3 takes" """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def bars_text(score: Score, region: Region) -> str:
    """ "bar 5" or "bars 5–8", counted from 1."""
    time_map = score.time_map
    first = time_map.bar_at(region.start_tick) + 1
    last = time_map.bar_at(max(region.end_tick - 1, region.start_tick)) + 1
    return f"bar {first}" if first == last else f"bars {first}–{last}"


def tracks_text(score: Score, region: Region) -> str:
    """The asked tracks by name: "Melody", "Melody and Bass", "all 5 tracks"."""
    names = [score.tracks[index].name or f"track {index + 1}" for index in region.tracks]
    if len(names) <= 2:
        return " and ".join(names)
    return f"all {len(names)} tracks" if len(names) == len(score.tracks) else f"{len(names)} tracks"


def summary_of(verb: Verb, score: Score, region: Region) -> str:
    """ "Fill bars 5–8 of Melody", "Accompany bars 1–8 with Bass"."""
    bars, tracks = bars_text(score, region), tracks_text(score, region)
    match verb:
        case Verb.CONTINUE:
            return f"Continue {tracks} with {bars}"
        case Verb.ACCOMPANY:
            return f"Accompany {bars} with {tracks}"
        case Verb.GENERATE:
            return f"Generate {bars} for {tracks}"
        case Verb.FILL | Verb.VARY:
            return f"{verb.value.capitalize()} {bars} of {tracks}"


def summary(request: GenerationRequest) -> str:
    """The same of a request; of a Vary also how many notes it writes anew."""
    text = summary_of(request.verb, request.score, request.region)
    if request.verb is not Verb.VARY:
        return text
    score, region = request.score, request.region
    changed = sum(len(replaced_notes(score, region, track)) for track in region.tracks)
    kept = [name for name in ("rhythm", "contour", "harmony") if getattr(request.keep, name)]
    return f"{text}: {counted(changed, 'note')}" + (f", keeping {' and '.join(kept)}" if kept else "")


def asking_text(request: GenerationRequest, models: list[str]) -> str:
    """ "Fill bars 5–8 of Melody: 4 takes from each of 2 models." """
    who = models[0] if len(models) == 1 else f"each of {len(models)} models"
    return f"{summary(request)}: {counted(request.takes, 'take')} from {who}."


def no_models_text(shelf: Shelf) -> str:
    """Why nobody can be asked."""
    if shelf.problems:
        return shelf.problems[0].sentence
    return "No models are installed: copy model folders into the models folder, then try again."
