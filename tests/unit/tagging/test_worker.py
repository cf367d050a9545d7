"""The thread beside the server: one process works, the next takes over, and no account holds up another."""

import time

import pytest

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.errors import InputError
from ecomintent.tagging.worker import Worker

SOON = 10.0
"""Seconds a test waits for what happens in a moment."""


class Account:
    """Counts its steps; each ends as `ends` says."""

    def __init__(self, name, ends=None):
        self.name, self.ends, self.steps = name, ends, 0

    def step(self):
        self.steps += 1
        if self.ends:
            raise self.ends
        return 0.01


def until(happened):
    end = time.monotonic() + SOON
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def running(tmp_path):
    begun = []

    def run(*accounts):
        worker = Worker(accounts, TagQueue(tmp_path).hold)
        begun.append(worker)
        worker.start()
        return worker

    yield run
    for worker in begun:
        worker.stop()


def test_of_two_processes_one_works_and_the_other_takes_over(running):
    first, second = Account("first"), Account("second")
    worker = running(first)
    until(lambda: first.steps)
    running(second)
    time.sleep(0.2)
    assert second.steps == 0

    worker.stop()
    until(lambda: second.steps)


@pytest.mark.parametrize("fault", [InputError("the disk is full", where="the queue"), RuntimeError("a bug of ours")])
def test_an_account_in_trouble_holds_up_no_other_and_goes_on(running, fault):
    ill, well = Account("ill", fault), Account("well")
    running(ill, well)

    until(lambda: well.steps > 20)
    until(lambda: ill.steps > 1)


def test_what_goes_wrong_is_told_without_a_word_of_a_ticket(running, caplog):
    ill = Account("ill", RuntimeError("where is my parcel"))
    running(ill)
    until(lambda: "tagging failed account=ill error=RuntimeError" in caplog.text)

    assert "parcel" not in caplog.text
