"""Every verb and every limit from the command line: what is asked, what is written, what is refused."""

from __future__ import annotations

import argparse
import functools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.music import Key, Note, NoteTable, Score, TimeMap, Track
from ml.music.general_midi import GM_INSTRUMENTS
from ml.music.midi import read_midi_file, write_midi_file
from ml.music.pitch_names import pitch_name
from ml.requests import ChordRule, GenerationRequest, Keep, Leanings, Limits, RefusedRequest, Sampling, Verb
from studio.__main__ import run
from studio.engine import Engine
from studio.project import AppFolders
from studio.session import start
from studio.session.cli.new_piece import new_piece
from studio.session.cli.place_options import instrument
from studio.session.cli.verbs import VERB_COMMANDS
from studio.session.cli.wish_options import GRID_NAMES

BAR = 4 * 480
CHORDS = [Note(bar * BAR, BAR, 48 + root + step) for bar, root in enumerate((0, 5, 7, 0)) for step in (0, 4, 7)]
MELODY = [Note(i * 480, 480, 60 + (0, 4, 7, 12)[i % 4]) for i in range(16)]
SONG = Score(
    (
        Track("Lead", NoteTable.of(MELODY), 40),
        Track("Chords", NoteTable.of(CHORDS)),
        Track("Drums", NoteTable.of([Note(0, 10, 36)]), drums=True, channel=9),
    ),
    TimeMap(480),
)


def request(line: str, *more: str, score: Score = SONG) -> GenerationRequest:
    """What a command line asks of the song; `more` are arguments with spaces in them."""
    name, *arguments = line.split()
    command = next(command for command in VERB_COMMANDS if command.name == name)
    parser = argparse.ArgumentParser(allow_abbrev=False)
    command.add(parser)
    generates = command.verb is Verb.GENERATE
    file = [] if generates else ["song.mid"]
    options = parser.parse_args([*file, "-o", "out", "--seed", "1", *arguments, *more])
    if generates:
        score = new_piece(options).score
    return command.request(options, score, 0)


def bars(asked: GenerationRequest) -> tuple[int, int]:
    time_map, region = asked.score.time_map, asked.region
    return time_map.bar_at(region.start_tick) + 1, time_map.bar_at(region.end_tick - 1) + 1


def refused(line: str, *more: str, score: Score = SONG) -> str:
    with pytest.raises(RefusedRequest) as caught:
        request(line, *more, score=score)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 260
    return sentence


# --- where


@pytest.mark.parametrize(
    ("line", "verb", "place", "tracks"),
    [
        ("continue", Verb.CONTINUE, (5, 8), (0,)),
        ("continue --bars 2 --after 1 --track 2", Verb.CONTINUE, (2, 3), (1,)),
        ("continue --tracks all", Verb.CONTINUE, (5, 8), (0, 1, 2)),
        ("fill --region 2-3", Verb.FILL, (2, 3), (0,)),
        ("fill --region 4 --tracks 2,1,2", Verb.FILL, (4, 4), (1, 0)),
        ("fill --region 6-7", Verb.FILL, (6, 7), (0,)),
        ("vary --region 1-4 --track 2", Verb.VARY, (1, 4), (1,)),
        ("accompany", Verb.ACCOMPANY, (1, 4), (3,)),
        ("accompany --region 2-3 --track 2", Verb.ACCOMPANY, (2, 3), (1,)),
        ("generate --bars 8", Verb.GENERATE, (1, 8), (0,)),
        ("generate --region 3-4 --instrument bass --instrument drums", Verb.GENERATE, (3, 4), (0, 1)),
    ],
)
def test_a_command_asks_for_bars_of_tracks(
    line: str, verb: Verb, place: tuple[int, int], tracks: tuple[int, ...]
) -> None:
    asked = request(line)
    assert (asked.verb, bars(asked), asked.region.tracks) == (verb, place, tracks)
    assert asked.limits == Limits() and asked.leanings == Leanings() and asked.seed == 1 and asked.takes == 4


def test_an_accompaniment_gets_a_new_track_with_its_instrument() -> None:
    asked = request("accompany", "--with", "nylon guitar")
    assert asked.score.tracks[:3] == SONG.tracks
    assert (asked.score.tracks[3].program, asked.score.tracks[3].name) == (24, "Nylon Guitar")
    assert request("accompany --with drums").score.tracks[3].drums


@pytest.mark.parametrize("number", range(128))
def test_every_instrument_is_known_by_name_and_number(number: int) -> None:
    assert instrument(GM_INSTRUMENTS[number].upper()).program == number == instrument(str(number + 1)).program


def test_generate_makes_a_piece_of_its_own() -> None:
    asked = request("generate --metre 6/8 --tempo 90 --instrument 41 --instrument drums")
    time_map = asked.score.time_map
    assert (str(time_map.metres[0]), round(time_map.tempos[0].qpm)) == ("6/8", 90)
    assert [(track.program, track.drums) for track in asked.score.tracks] == [(40, False), (0, True)]
    assert asked.score.tracks[1].channel == 9


# --- limits, leanings, what stays


def test_every_limit_can_be_set() -> None:
    asked = request(
        "fill --region 2-4 --key D:dorian --range C3-F#5 --instrument-ranges --chord-rule every --polyphony 3 "
        "--grid 16th --notes-per-bar 12", "--scale-notes", "D E, G A C", "--chords", "Dm | G",
    )  # fmt: skip
    limits, time_map = asked.limits, asked.score.time_map
    assert limits.key == Key.parse("D:dorian") and (limits.lowest, limits.highest) == (48, 78)
    assert limits.pitch_classes == {2, 4, 7, 9, 0} and limits.instrument_ranges
    assert (limits.polyphony, limits.grid, limits.notes_per_bar) == (3, 4, 12)
    assert limits.chords is not None and limits.chord_rule is ChordRule.EVERY_NOTE
    assert limits.chords.text(time_map, 1, 3) == "Dm | G | Dm"


def test_one_voice_and_single_bounds_have_their_own_words() -> None:
    assert request("continue --mono --lowest C4 --highest 72").limits == Limits(None, 60, 72, polyphony=1)
    assert request("continue --range C-1-C4").limits.highest == 60


def test_chords_are_detected_in_the_asked_bars_or_before_them() -> None:
    for line in ("fill --region 1-4 --chords detect --track 2", "continue --bars 4 --chords detect"):
        asked = request(line)
        assert asked.limits.chords is not None
        first = bars(asked)[0] - 1
        assert asked.limits.chords.text(asked.score.time_map, first, 4) == "C | F | G | C"


@given(st.integers(0, 126), st.integers(1, 127), st.sampled_from(sorted(GRID_NAMES)))
def test_ranges_and_grids_mean_what_they_say(lowest: int, width: int, grid: str) -> None:
    highest = min(lowest + width, 127)
    limits = request(f"continue --range {pitch_name(lowest)}-{pitch_name(highest)} --grid {grid}").limits
    assert (limits.lowest, limits.highest, limits.grid) == (lowest, highest, GRID_NAMES[grid])


def test_leanings_and_sampling_can_be_set() -> None:
    asked = request(
        "continue --density 5 --leaps 2 --surprise -1.5 --temperature 0.8 --top-p 0.9", "--style", "folk tune"
    )
    assert asked.leanings == Leanings("folk tune", 5, 2)
    assert asked.sampling == Sampling(0.8, 0.9, -1.5)


def test_vary_keeps_what_is_named_and_changes_as_much_as_is_asked() -> None:
    asked = request("vary --region 1-4 --keep rhythm,contour,harmony")
    assert asked.keep == Keep(True, True, True) and not asked.region.kept
    for amount, changed in (("few", 2), ("half", 8), ("all", 16), ("0.25", 4), ("50%", 8), (".1", 2)):
        asked = request(f"vary --region 1-4 --amount {amount}")
        assert 16 - len(asked.region.kept) == changed
        assert asked == request(f"vary --region 1-4 --amount {amount}")


@pytest.mark.parametrize(
    ("line", "more", "words"),
    [
        ("fill --region 0-2", (), "counted from 1, as 5-8"),
        ("fill --region 3-2", (), "counted from 1, as 5-8"),
        ("fill --region x", (), "counted from 1, as 5-8"),
        ("fill --region 1-99", (), "99 bars are too many at once"),
        ("fill --region 1 --track 9", (), "There is no track 9: the song has 3"),
        ("fill --region 1 --track one", (), '"one" is not a track'),
        ("continue --range C3", (), "write the lowest and highest pitch as C3-C6"),
        ("continue --range C6-C3", (), "The range is empty"),
        ("continue --lowest H3", (), '"H3" is not a pitch that I know'),
        ("continue --key H", (), "not a key that I know"),
        ("continue", ("--scale-notes", "C X"), '"X" is not a note name'),
        ("continue", ("--scale-notes", " "), "choose at least one note"),
        ("continue", ("--chords", "C | H7"), '"H7" is not a chord'),
        ("continue", ("--chords", " "), "No chords are written"),
        ("continue --chords F# --key C --chord-rule every --range C4-E4", (), "No note of the chord F# in bar 5"),
        ("continue --mono --polyphony 3", (), "--mono and --polyphony 3 contradict each other"),
        ("continue --polyphony 0", (), "1 or more"),
        ("continue --grid 5", (), '"5" is not a grid: choose one of quarter, 8th'),
        ("continue --density 9", (), "between 1 and 7"),
        ("continue --style polka", (), '"polka" is not a style'),
        ("continue --surprise 3", (), "Surprise must lie between -2 and 2"),
        ("continue --surprise nan", (), "Surprise must lie between -2 and 2"),
        ("vary --region 1 --keep melody", (), '"melody" cannot be kept: choose among rhythm, contour, harmony'),
        ("vary --region 1 --amount 0", (), "is not an amount"),
        ("vary --region 1 --amount 200%", (), "is not an amount"),
        ("vary --region 9", (), "no notes to vary"),
        ("vary --region 1 --keep rhythm --notes-per-bar 2", (), "has 4 notes in bar 1 and 2 are permitted"),
        ("accompany --with kazoo", (), '"kazoo" is not an instrument'),
        ("accompany --with 129", (), '"129" is not an instrument'),
        ("generate --metre 4", (), "is not a metre"),
        ("generate --metre 0/4", (), "is not a metre"),
        ("generate --tempo 0", (), "tempo must lie between"),
        ("generate --bars 0", (), "at least one bar"),
        ("generate" + " --instrument 1" * 17, (), "17 parts are too many"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_fix(line: str, more: tuple[str, ...], words: str) -> None:
    assert words in refused(line, *more)


def test_an_empty_song_can_only_be_generated_into() -> None:
    for line in ("continue", "fill --region 1", "vary --region 1", "accompany"):
        assert "The song is empty" in refused(line, score=Score((Track(),), TimeMap(480)))


# --- from end to end, with models that walk along scales


@pytest.fixture
def asked(models: Path, walker: Any, folders: AppFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the song with one model; the scores that it wrote and what it says of where they came from."""
    monkeypatch.setattr(start, "SHIPPED_MODELS", models)
    monkeypatch.setattr(start, "Engine", functools.partial(Engine, make_generator=lambda: walker))
    write_midi_file(SONG, tmp_path / "song.mid")

    def ask(line: str, *more: str) -> tuple[list[Score], dict[str, Any]]:
        name, *arguments = line.split()
        file = [] if name == "generate" and "--into" not in arguments else [str(tmp_path / "song.mid")]
        arguments = [argument for argument in arguments if argument != "--into"]
        out = tmp_path / "out"
        command = [name, *file, *arguments, *more, "--model", "alpha", "--takes", "2", "--seed", "3", "-o", str(out)]
        assert run(command) == 0
        (origins,) = out.glob("*.json")
        found = json.loads(origins.read_text())
        return [read_midi_file(out / take["file"]).score for take in found["takes"]], found

    return ask


def test_fill_replaces_the_bars_and_nothing_else(asked: Any) -> None:
    scores, origins = asked("fill --region 2-3 --key C --mono --grid 8th")
    for score in scores:
        lead = score.tracks[0].notes
        outside = (lead.start < BAR) | (lead.start >= 3 * BAR)
        assert [(n.start, n.pitch) for n in lead.take(outside)] == [
            (n.start, n.pitch) for n in MELODY if not BAR <= n.start < 3 * BAR
        ]
        assert int((~outside).sum()) == 16
        assert [len(track.notes) for track in score.tracks[1:]] == [len(CHORDS), 1]
    origin = origins["takes"][0]
    assert (origin["verb"], origin["region_bars"], origin["tracks"]) == ("fill", [2, 3], [1])
    assert origin["limits"] == {"key": "C major", "polyphony": 1, "grid": 2} and origins["input"] == "song.mid"


def test_an_accompaniment_is_written_as_a_track_more(asked: Any) -> None:
    scores, origins = asked("accompany --with bass --region 1-2")
    for score in scores:
        assert [len(track.notes) for track in score.tracks] == [16, len(CHORDS), 1, 16]
        assert score.tracks[3].program == 33
    assert origins["takes"][1]["tracks"] == [4]


def test_generate_needs_no_file(asked: Any) -> None:
    scores, origins = asked(
        "generate --bars 2 --metre 3/4 --instrument Fiddle --instrument bass", "--style", "folk tune"
    )
    for score in scores:
        assert [(len(track.notes), track.program) for track in score.tracks] == [(12, 110), (12, 33)]
        assert str(score.time_map.metres[0]) == "3/4"
    assert origins["input"] is None and origins["takes"][0]["leanings"] == {"style": "folk tune"}


def test_generate_into_a_song_writes_on_its_tracks(asked: Any) -> None:
    scores, _ = asked("generate --into --bars 1 --track 1 --alone")
    assert [len(score.tracks) for score in scores] == [1, 1] and scores[0].note_count == 8


@pytest.mark.parametrize("command", VERB_COMMANDS, ids=lambda command: command.name)
def test_help_shows_what_each_verb_has(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run([command.name, "--help"])
    text = capsys.readouterr().out
    assert "examples:" in text and "--chord-rule" in text and max(map(len, text.splitlines())) <= 125
    assert ("--keep" in text) == (command.verb is Verb.VARY)
    assert ("--with" in text) == (command.verb is Verb.ACCOMPANY)
