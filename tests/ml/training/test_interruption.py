"""Signals to end: at once where nothing is at stake, else after the step in hand, with a checkpoint."""

from __future__ import annotations

import signal
import threading

import pytest

from ml.training.interruption import SIGNALS, Interruption, Stopped


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_program_at_once_with_the_code_that_shells_expect(number):
    with pytest.raises(Stopped) as caught, Interruption():
        signal.raise_signal(number)
    assert caught.value.exit_code == 128 + number


@pytest.mark.parametrize("number", SIGNALS)
def test_while_held_a_signal_is_only_remembered(number):
    with Interruption() as interruption:
        with interruption.held():
            assert not interruption.requested
            signal.raise_signal(number)
            assert interruption.requested
        assert interruption.number == number


def test_inside_held_a_long_look_can_be_cut_short():
    with Interruption() as interruption, interruption.held():
        with pytest.raises(Stopped), interruption.at_once():
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # held again
        with pytest.raises(Stopped), interruption.at_once():
            pytest.fail("it was asked to end before")


def test_the_handlers_of_before_come_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interruption():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_in_a_thread_nothing_is_caught():
    before = signal.getsignal(signal.SIGTERM)
    found = []

    def work() -> None:
        with Interruption() as interruption, interruption.held():
            found.append((signal.getsignal(signal.SIGTERM), interruption.requested))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(before, False)]
