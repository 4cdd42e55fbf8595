"""The transport keeps the player on the music that should be heard, in seconds, and itself in ticks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ml.music import Score, Tempo
from studio.audio import Crashed, Ended, Position, Status, make_plan
from studio.session import Studio, Transport


@pytest.fixture
def transport(player: Any, tune: Score) -> Transport:
    return Transport(player, make_plan, tune, clock=lambda: 0.0)


def test_playing_sends_the_plan_once_and_only_when_it_is_due(transport: Transport, player: Any, tune: Score) -> None:
    transport.hear(tune.with_track(0, tune.tracks[1]))
    transport.hear(tune)
    transport.flush()
    assert player.plans == [], "nothing is planned while the music stands"
    transport.play(960)
    assert player.calls == [("plan", "now"), ("play", 1.0)]
    transport.stop()
    transport.play()
    assert len(player.plans) == 1, "the plan is still good"


def test_an_edit_while_playing_is_heard_at_the_next_flush(transport: Transport, player: Any, tune: Score) -> None:
    transport.play(0)
    for _ in range(3):
        tune = tune.with_track(0, tune.tracks[0].with_notes(tune.tracks[0].notes.without([0])))
        transport.hear(tune)
    transport.flush()
    assert len(player.plans) == 2 and player.plans[-1].note_count == 13


def test_the_playhead_moves_on_between_reports(player: Any, tune: Score) -> None:
    now_s = 10.0
    transport = Transport(player, make_plan, tune, clock=lambda: now_s)
    transport.play(0)
    transport.receive(Position(1.0, True, 10.0))
    now_s = 10.5
    assert transport.position_tick == pytest.approx(1.5 * 960)
    transport.stop()
    now_s = 99.0
    assert transport.position_tick == pytest.approx(1.5 * 960) and not transport.playing


def test_the_end_of_the_piece_stops_the_transport(transport: Transport) -> None:
    transport.play(0)
    transport.receive(Ended(8.0))
    assert not transport.playing and transport.position_s == 8.0


def test_loops_are_ticks_and_empty_ones_are_none(transport: Transport, player: Any) -> None:
    transport.set_loop((960, 1920))
    assert player.loop == (1.0, 2.0)
    transport.set_loop((960, 960))
    assert transport.loop is None and player.loop == (None, None)


def test_a_change_of_tempo_keeps_loop_and_playhead_on_their_ticks(
    transport: Transport, player: Any, tune: Score
) -> None:
    transport.set_loop((960, 1920))
    transport.seek(960)
    transport.hear(tune.with_time_map(tune.time_map.with_tempo(Tempo.of_qpm(0, 60))))
    assert transport.position_tick == 960
    transport.play()
    assert player.loop == (2.0, 4.0) and player.calls[-1] == ("play", 2.0)


def test_what_the_player_says_reaches_the_status_line(studio: Studio, player: Any) -> None:
    player.reports += [Status("silent", "No sound device was found."), Crashed("The synth was started again.")]
    studio.poll()
    assert studio.sound is not None and studio.sound.silent
    assert studio.status == "The synth was started again."


def test_edits_are_heard_while_playing_without_anybody_asking(
    open_tune: Studio, player: Any, until: Callable[..., None]
) -> None:
    open_tune.transport.play(0)
    document = open_tune.document
    document.commit(
        "Delete", document.score.with_track(0, document.track.with_notes(document.track.notes.without([0])))
    )
    open_tune.poll()
    assert player.plans[-1].note_count == 15
    document.undo()
    open_tune.poll()
    assert player.plans[-1].note_count == 16
