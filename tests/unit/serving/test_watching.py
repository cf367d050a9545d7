"""A new champion is taken up while the old one answers; what cannot be trusted never answers."""

from ecomintent.served import ServingEvent
from tests.fakes.serving import named
from tests.unit.serving.server import NOON, Server


def served(server):
    told = server.client().get("/health").json()
    return told["serves"]["version"] if told["serves"] else None, told["problem"]


def events(server):
    return [(event.event, event.version) for event in server.history.events]


def test_the_champion_is_served_by_its_explicit_version_and_recorded():
    server = Server("3")

    assert served(server) == ("3", "")
    assert server.client().get("/health").json()["serves"] == {
        "version": "3",
        "weights": "3" * 64,
        "since": NOON,
        "champion": True,
        "issued_at": "",
    }
    assert events(server) == [("serves", "3")]


def test_a_new_champion_takes_the_place_and_the_old_one_stays_warm():
    server = Server("1")
    server.releases.set("2", "1")
    server.watcher.look()

    assert served(server) == ("2", "")
    assert server.client().get("/health").json()["warm"] == "1"
    assert events(server) == [("serves", "1"), ("serves", "2")]


def test_a_rollback_loads_nothing_because_the_previous_release_is_warm():
    server = Server("1")
    server.releases.set("2", "1")
    server.watcher.look()
    server.releases.set("1", "2")
    server.watcher.look()

    assert (served(server), server.loads) == (("1", ""), ["1", "2"])
    assert server.client().get("/health").json()["warm"] == "2"


def test_at_start_the_previous_release_is_made_warm_too():
    server = Server(champion=None)
    server.releases.set("2", "1")
    server.watcher.look()

    assert server.client().get("/health").json()["warm"] == "1"


def test_nothing_new_loads_nothing():
    server = Server("1")
    for _ in range(5):
        server.watcher.look()

    assert server.loads == ["1"]


def test_a_champion_that_is_damaged_does_not_answer_and_the_old_one_goes_on():
    server = Server("1")
    server.damaged.add("2")
    server.releases.set("2", "1")
    server.watcher.look()

    assert served(server) == ("1", "version 2 is damaged")
    assert events(server) == [("serves", "1"), ("refused", "2")]
    assert server.ask().json()["model_version"] == "1"


def test_a_refused_release_is_tried_again_after_a_while_and_not_at_every_look():
    server = Server("1")
    server.damaged.add("2")
    server.releases.set("2", "1")
    for _ in range(4):
        server.watcher.look()
    assert server.loads == ["1", "2"]

    server.damaged.clear()
    server.time.seconds += 61
    server.watcher.look()

    assert served(server) == ("2", "")
    assert events(server) == [("serves", "1"), ("refused", "2"), ("serves", "2")]


def test_before_the_first_promotion_the_server_lives_and_is_not_ready():
    server = Server(champion=None)

    assert server.client().get("/health").status_code == 200
    ready = server.client().get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert "no champion yet" in ready.json()["problem"]


def test_the_first_champion_is_taken_up_without_a_restart():
    server = Server(champion=None)
    server.releases.set("1")
    server.watcher.look()

    assert server.client().get("/ready").json()["ready"] is True


def away(**kept):
    """A server that starts while nobody can say who the champion is."""
    server = Server(champion=None)
    server.releases.problem = "champion.json: cannot be read"
    for version in kept.get("served", ()):
        server.history.append(
            ServingEvent(at=NOON, event="serves", version=version, weights=named(version).weights, told="")
        )
    server.watcher.look()
    return server


def test_with_the_champion_store_away_the_last_release_that_served_is_verified_and_serves():
    server = away(served=["1", "2"])

    told = server.client().get("/health").json()
    assert (told["serves"]["version"], told["serves"]["champion"]) == ("2", False)
    assert "champion.json: cannot be read" in told["problem"]
    assert server.history.events[-1].told == "the champion cannot be had: champion.json: cannot be read"
    assert "ecomintent_fallback 1.0" in server.client().get("/metrics").text


def test_with_the_last_one_damaged_the_one_before_it_serves():
    server = Server(champion=None)
    server.damaged.add("2")
    server.releases.problem = "away"
    for version in ("1", "2"):
        server.history.append(
            ServingEvent(at=NOON, event="serves", version=version, weights=named(version).weights, told="")
        )
    server.watcher.look()

    assert served(server)[0] == "1"


def test_with_the_champion_store_away_and_nothing_served_before_it_says_not_ready():
    server = away()

    assert server.client().get("/ready").json() == {
        "ready": False,
        "serves": None,
        "problem": "champion.json: cannot be read",
    }


def test_a_new_server_whose_champion_is_damaged_serves_the_previous_release():
    server = Server(champion=None)
    server.damaged.add("2")
    server.releases.set("2", "1")
    server.watcher.look()

    told = server.client().get("/health").json()
    assert (told["serves"]["version"], told["serves"]["champion"]) == ("1", False)


def test_when_the_store_is_back_the_champion_is_taken_up():
    server = away(served=["1"])
    server.releases.problem = ""
    server.releases.set("2", "1")
    server.watcher.look()

    told = server.client().get("/health").json()
    assert (told["serves"]["version"], told["serves"]["champion"], told["problem"]) == ("2", True, "")


def test_when_the_store_is_back_and_names_what_serves_it_is_the_champion_again():
    server = away(served=["1"])
    server.releases.problem = ""
    server.releases.set("1")
    server.watcher.look()

    told = server.client().get("/health").json()
    assert (told["serves"]["version"], told["serves"]["champion"]) == ("1", True)
    assert server.loads == ["1"]


def test_a_store_that_goes_away_later_changes_nothing_but_health():
    server = Server("1")
    server.releases.problem = "champion.json: not there"
    server.watcher.look()

    assert served(server) == ("1", "champion.json: not there")
    assert server.ask().status_code == 200


def test_a_history_that_cannot_be_written_keeps_no_ticket_waiting():
    server = Server(champion=None)
    server.history.problem = "disk full"
    server.releases.set("1")
    server.watcher.look()

    assert server.ask().status_code == 200
