"""The durable queue: one row for a ticket, whatever comes and whoever dies."""

import sqlite3
import threading

import pytest

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.errors import AlreadyRunning, InputError
from ecomintent.tagging.records import Outcome


@pytest.fixture
def queue(tmp_path):
    return TagQueue(tmp_path)


def test_a_ticket_waits_once_however_many_threads_bring_it(tmp_path):
    queues = [TagQueue(tmp_path) for _ in range(4)]
    new = []

    def bring(queue):
        for number in range(50):
            new.append(queue.take("acme", str(number), 1.0))

    threads = [threading.Thread(target=bring, args=(queue,)) for queue in queues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(new), sum(new)) == (200, 50)
    assert queues[0].counts() == {"acme": {"waiting": 50}}


def test_the_same_number_in_two_accounts_is_two_tickets(queue):
    assert queue.take("one", "1", 1.0)
    assert queue.take("two", "1", 1.0)


def test_the_longest_waiting_comes_first_and_only_when_due(queue):
    for number, at in (("3", 3.0), ("1", 1.0), ("2", 2.0)):
        queue.take("acme", number, at)
    first = queue.due("acme", 10.0)
    queue.later(first, "busy", 20.0)

    assert first.ticket == "1"
    assert queue.due("acme", 10.0).ticket == "2"
    assert queue.due("acme", 1.5) is None


def test_what_was_decided_outlives_the_process(queue, tmp_path):
    queue.take("acme", "1", 1.0)
    queue.plan(queue.due("acme", 1.0), "WISMO")

    assert TagQueue(tmp_path).due("acme", 1.0).planned == "WISMO"


def test_an_event_that_came_while_an_empty_ticket_was_read_is_not_lost(queue):
    queue.take("acme", "1", 1.0)
    job = queue.due("acme", 1.0)
    queue.take("acme", "1", 2.0)
    queue.done(job, Outcome.EMPTY, "", 3.0)

    again = queue.due("acme", 3.0)
    assert again.events == 2
    queue.done(again, Outcome.EMPTY, "", 4.0)
    assert queue.counts() == {"acme": {"empty": 1}}


def test_a_done_ticket_keeps_what_we_wrote_for_when_it_is_decided_anew(queue):
    queue.take("acme", "1", 1.0)
    queue.done(queue.due("acme", 1.0), Outcome.TAGGED, "wismo", 2.0)
    assert queue.repeat("acme", "1", 3.0) is True

    assert queue.due("acme", 3.0).wrote == "wismo"
    assert queue.repeat("acme", "2", 3.0) is False


def test_what_was_done_long_ago_is_forgotten_and_dead_letters_are_not(queue):
    for number in ("1", "2", "3"):
        queue.take("acme", number, 1.0)
    queue.done(queue.due("acme", 1.0), Outcome.TAGGED, "wismo", 2.0)
    queue.bury(queue.due("acme", 1.0), "no such field", 2.0)
    queue.done(queue.due("acme", 1.0), Outcome.TAGGED, "wismo", 100 * 86_400.0)

    assert queue.counts() == {"acme": {"dead": 1, "tagged": 1}}
    assert [letter.ticket for letter in queue.dead(10)] == ["2"]


def test_one_process_works_at_a_time(queue, tmp_path):
    with queue.hold(), pytest.raises(AlreadyRunning, match="ecomintent serve"), TagQueue(tmp_path).hold():
        pass
    with TagQueue(tmp_path).hold():
        pass


def test_a_queue_of_a_later_version_is_refused_in_one_line(queue):
    queue.take("acme", "1", 1.0)
    other = sqlite3.connect(queue.path)
    other.execute("PRAGMA user_version = 9")
    other.commit()

    with pytest.raises(InputError, match="schema 9"):
        TagQueue(queue.path.parents[1]).counts()


def test_the_file_is_its_owners_and_every_commit_is_on_the_disk(queue):
    queue.take("acme", "1", 1.0)

    with queue._transaction() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert queue.path.stat().st_mode & 0o077 == 0
