"""What every record of released labels promises: the same tests on the fake, on SQLite and on PostgreSQL."""

from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from ecomintent.adapters import migrations
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.adapters.sql_releases import SqlReleases
from ecomintent.errors import DowngradeRefused, InputError
from tests.fakes.releases import FakeReleases

SAID = {"by": "Dana Ortiz", "reason": "read all, \N{CHECK MARK}", "at": "2026-05-04T11:30:00+00:00"}
ONE, TWO = "ab" * 32, "cd" * 32


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def releases(request, tmp_path):
    if request.param == "fake":
        return FakeReleases()
    if request.param == "postgres":
        return SqlReleases(request.getfixturevalue("postgres").url())
    return SqlReleases(f"sqlite:///{tmp_path}/home/labels.db")


def rows(url):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT key, by, reason, at FROM label_releases ORDER BY key")).all()
    engine.dispose()
    return [tuple(row) for row in found]


def test_at_first_nothing_is_released(releases):
    assert releases.released() == frozenset()


def test_what_is_released_stays_released_and_more_is_added(releases):
    assert releases.release([ONE], **SAID) == 1
    assert releases.release([TWO, ONE], **SAID) == 1

    assert releases.released() == {ONE, TWO}


def test_the_same_release_again_and_an_empty_one_change_nothing(releases):
    releases.release([ONE, ONE], **SAID)

    assert (releases.release([ONE], **SAID), releases.release([], **SAID)) == (0, 0)
    assert releases.released() == {ONE}


def test_counts_are_right_beyond_one_batch_of_writes(releases):
    keys = [f"{number:064x}" for number in range(2500)]
    releases.release(keys[::2], **SAID)

    assert releases.release(iter(keys), **SAID) == 1250
    assert releases.released() == set(keys)


@pytest.mark.parametrize("broken", [{"by": "half a \udc9f pair"}, {"reason": "a NUL \0"}])
def test_words_that_no_database_can_hold_are_an_input_error_and_nothing_is_released(releases, broken):
    with pytest.raises(InputError):
        releases.release([ONE], **(SAID | broken))

    assert releases.released() == frozenset()


def test_who_released_first_and_why_is_kept(new_url):
    url = new_url()
    SqlReleases(url).release([ONE], **SAID)

    SqlReleases(url).release([ONE, TWO], by="Eoin Walsh", reason="so do I", at="2027-01-01T00:00:00+00:00")

    assert rows(url) == [
        (ONE, *SAID.values()),
        (TWO, "Eoin Walsh", "so do I", "2027-01-01T00:00:00+00:00"),
    ]


def test_of_persons_at_once_each_key_is_counted_once(new_url):
    url, start, counted = new_url(), Barrier(4), []
    keys = [f"{number:064x}" for number in range(50)]

    def release(name):
        mine = SqlReleases(url)
        start.wait()
        counted.append(mine.release(keys, by=name, reason="read", at=SAID["at"]))

    persons = [Thread(target=release, args=(name,)) for name in "abcd"]
    for person in persons:
        person.start()
    for person in persons:
        person.join()

    assert sum(counted) == 50


def test_releases_share_the_label_stores_database(new_url):
    url = new_url()
    SqlLabelStore(url).add([], [])
    SqlReleases(url).release([ONE], **SAID)

    assert (SqlReleases(url).released(), list(SqlLabelStore(url).corrections())) == ({ONE}, [])


def test_the_way_down_is_refused_while_it_would_lose_a_release(new_url):
    url = new_url()
    SqlReleases(url).release([ONE], **SAID)
    engine = sa.create_engine(url)

    with pytest.raises(DowngradeRefused, match="1 releases of held labels have no place in version 0003"):
        migrations.move(engine, "0002")

    engine.dispose()
    assert SqlReleases(url).released() == {ONE}
