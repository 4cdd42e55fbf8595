"""What a request asks for, in one line: the verb, the bars and the tracks."""

from __future__ import annotations

from ml.requests import GenerationRequest, Verb


def counted(number: int, thing: str) -> str:
    """ "1 take", "3 takes" """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def bars_text(request: GenerationRequest) -> str:
    """ "bar 5" or "bars 5–8", counted from 1."""
    first = request.score.time_map.bar_at(request.region.start_tick) + 1
    last = first + request.bars - 1
    return f"bar {first}" if first == last else f"bars {first}–{last}"


def tracks_text(request: GenerationRequest) -> str:
    """The asked tracks by name: "Melody", "Melody and Bass", "all 5 tracks"."""
    score, tracks = request.score, request.region.tracks
    names = [score.tracks[index].name or f"track {index + 1}" for index in tracks]
    if len(names) <= 2:
        return " and ".join(names)
    return f"all {len(names)} tracks" if len(names) == len(score.tracks) else f"{len(names)} tracks"


def summary(request: GenerationRequest) -> str:
    """ "Fill bars 5–8 of Melody", "Accompany bars 1–8 with Bass"."""
    bars, tracks = bars_text(request), tracks_text(request)
    match request.verb:
        case Verb.CONTINUE:
            return f"Continue {tracks} with {bars}"
        case Verb.ACCOMPANY:
            return f"Accompany {bars} with {tracks}"
        case Verb.VARY:
            return f"Vary {bars} of {tracks}"
        case Verb.FILL:
            return f"Fill {bars} of {tracks}"
        case Verb.GENERATE:
            return f"Generate {bars} for {tracks}"
