"""A set is worn by the candidates it judges, and only fresh tickets make it new."""

from ecomintent.data.frozen_ledger import Standing, last_sealed, standing
from ecomintent.records import ReleaseEvent


def sealed(digest, action="import", rows=100, fresh=100, at="2026-01-01"):
    details = {"frozen_set": digest, "parent": "", "action": action, "rows": str(rows), "fresh": str(fresh)}
    return ReleaseEvent(at=at, event="sealed", version="", by="Zoë", reason="", details=details | {"retired": "0"})


def judged(digest, *weights):
    return [
        ReleaseEvent(at="", event="judged", version="", by="", reason="", details={"frozen_set": digest, "weights": w})
        for w in weights
    ]


def told(events, digest):
    found = standing(events, digest, runs_allowed=3, share=0.25)
    return found.runs, found.refresh_due, found.since, found.fresh_share


def test_a_set_nobody_sealed_has_judged_nobody():
    assert standing([], "", runs_allowed=3, share=0.25) == Standing(
        runs=0, refresh_due=False, since="", versions=(), fresh_share=0.0
    )


def test_a_candidate_counts_once_however_often_it_is_judged():
    events = [sealed("a"), *judged("a", "w1", "w1", "w2"), *judged("elsewhere", "w3")]

    assert told(events, "a") == (2, False, "2026-01-01", 0.0)


def test_the_allowed_number_of_candidates_makes_a_refresh_due():
    assert told([sealed("a"), *judged("a", "w1", "w2", "w3")], "a")[:2] == (3, True)


def test_an_addition_inherits_the_runs_of_the_set_it_grew_from():
    events = [sealed("a"), *judged("a", "w1"), sealed("b", "add", 110, 10, "2026-02-01"), *judged("b", "w2")]

    assert told(events, "b") == (2, False, "2026-01-01", 10 / 110)


def test_additions_that_together_reach_the_share_begin_anew():
    events = [
        sealed("a"),
        *judged("a", "w1"),
        sealed("b", "add", 115, 15, "2026-02-01"),
        *judged("b", "w2"),
        sealed("c", "add", 130, 18, "2026-03-01"),
        *judged("c", "w3"),
    ]

    assert told(events, "c") == (1, False, "2026-03-01", 0.0)


def test_a_refresh_begins_anew():
    events = [sealed("a"), *judged("a", "w1", "w2", "w3"), sealed("b", "refresh", 100, 25, "2026-02-01")]

    assert told(events, "b") == (0, False, "2026-02-01", 0.0)


def test_importing_nearly_the_same_tickets_again_does_not_make_them_new():
    events = [sealed("a"), *judged("a", "w1", "w2", "w3"), sealed("b", "import", 101, 1, "2026-02-01")]

    assert told(events, "b")[:3] == (3, True, "2026-01-01")


def test_the_last_sealing_is_the_latest_one():
    events = [sealed("a"), sealed("b"), *judged("b", "w1")]

    assert (last_sealed(events), last_sealed([])) == (events[1], None)
