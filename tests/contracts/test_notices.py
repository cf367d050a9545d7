"""What every notifier and every record of notices promises; Apprise's own json:// against a server on this machine."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import apprise
import pytest

from ecomintent.adapters import telling
from ecomintent.adapters.apprise_notifier import AppriseNotifier
from ecomintent.adapters.notify_file import read
from ecomintent.adapters.sent_notices import StoredSent
from ecomintent.errors import InputError, SourceError
from ecomintent.watch import notices
from ecomintent.watch.notices import About, Notice
from tests.fakes.notifier import FakeNotifier, FakeSent

AT = "2026-11-22T06:00:00+00:00"
NOTICE = Notice(key="verdict 3", about=About.VERDICT, title="Waits for a person: version 3 (REVIEW)", body="because")


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it; refuses as often as `refuses` says."""

    def __init__(self):
        self.got, self.tries, self.refuses = [], 0, 0
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self):
        return f"json://127.0.0.1:{self.server_port}/hook-s3cret"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.tries += 1
        refused = self.server.refuses > 0
        self.server.refuses -= refused
        if not refused:
            self.server.got.append(json.loads(body))
        self.send_response(503 if refused else 200)
        self.end_headers()

    def log_message(self, *_):
        """Nothing on stderr."""


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


class Told:
    """One notifier with one place, whatever it is made of."""

    def __init__(self, notifier, refuse, got):
        self.notifier, self.refuse, self.got = notifier, refuse, got


@pytest.fixture(params=["fake", "apprise"])
def told(request, tmp_path):
    if request.param == "fake":
        fake = FakeNotifier("place")
        return Told(fake, lambda times: fake.down.update(place=times), lambda: [title for _, title in fake.got])
    server = request.getfixturevalue("receiver")
    notifier = AppriseNotifier(listed(tmp_path, server.address))
    return Told(notifier, lambda times: setattr(server, "refuses", times), lambda: [one["title"] for one in server.got])


@pytest.fixture(params=["fake", "stored"])
def sent(request, tmp_path):
    return FakeSent() if request.param == "fake" else StoredSent(tmp_path / "home")


def listed(folder, *lines):
    path = folder / "notify.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_place_is_told_or_says_that_it_was_not(told):
    (place,) = told.notifier.places(NOTICE)
    told.refuse(1)

    with pytest.raises(SourceError):
        told.notifier.send(place, NOTICE)
    told.notifier.send(place, NOTICE)
    assert told.got() == [NOTICE.title]


def test_a_right_to_send_is_given_once_until_it_is_given_up(sent):
    assert sent.claim("verdict 3", "slack", AT)
    assert not sent.claim("verdict 3", "slack", AT)
    assert sent.claim("verdict 3", "mail", AT)
    sent.give_up("verdict 3", "slack")
    assert sent.claim("verdict 3", "slack", AT)


def test_the_same_event_is_told_once(told, sent):
    for _ in range(3):
        telling.told(told.notifier, sent, AT, NOTICE, pause=lambda _: None)

    assert told.got() == [NOTICE.title]


def test_it_is_tried_three_times_and_again_with_the_next_occasion(told, sent, caplog):
    waited = []
    told.refuse(3)
    with caplog.at_level(logging.WARNING, logger="ecomintent"):
        telling.told(told.notifier, sent, AT, NOTICE, pause=waited.append)
    assert (told.got(), waited) == ([], [1.0, 5.0])
    assert len([one for one in caplog.records if one.name.startswith("ecomintent")]) == 1

    telling.told(told.notifier, sent, AT, NOTICE, pause=waited.append)
    assert told.got() == [NOTICE.title]


def test_a_place_that_is_down_keeps_nobody_else_from_hearing_and_no_address_is_logged(tmp_path, receiver, caplog):
    path = listed(tmp_path, "json://127.0.0.1:9/t0ken-of-mine", receiver.address)

    with caplog.at_level(logging.DEBUG, logger="ecomintent"):
        telling.told(AppriseNotifier(path), StoredSent(tmp_path), AT, NOTICE, pause=lambda _: None)

    assert [one["title"] for one in receiver.got] == [NOTICE.title]
    assert "t0ken" not in caplog.text
    assert "did not take the notice" in caplog.text


def test_what_arrives_is_the_notice_and_nothing_else(tmp_path, receiver):
    AppriseNotifier(listed(tmp_path, receiver.address)).send(next(iter(read(tmp_path / "notify.txt"))), NOTICE)

    (got,) = receiver.got
    assert (got["title"], got["message"], got["type"]) == (NOTICE.title, "because", "info")


def test_a_place_hears_only_what_it_asked_for(tmp_path):
    path = listed(tmp_path, "# ours", "alarm, rollback = json://127.0.0.1:1/a", "json://127.0.0.1:1/b")
    alarm = Notice(key="a", about=About.ALARM, title="t", body="b")

    assert len(AppriseNotifier(path).places(alarm)) == 2
    assert len(AppriseNotifier(path).places(NOTICE)) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hunter2", "line 1: no address"),
        ("everything = json://127.0.0.1/hunter2", "line 1: 'everything' is nothing to be told of"),
    ],
)
def test_a_line_at_fault_is_named_by_its_number_and_not_quoted(tmp_path, line, said):
    with pytest.raises(InputError, match=said) as caught:
        read(listed(tmp_path, line))

    assert "hunter2" not in str(caught.value)


def test_a_file_that_others_may_read_is_refused(tmp_path):
    path = listed(tmp_path, "json://127.0.0.1:1/b")
    path.chmod(0o644)

    with pytest.raises(InputError, match="chmod 600"):
        read(path)


def test_without_a_file_nobody_is_told_and_nothing_is_written(tmp_path):
    telling.told(AppriseNotifier(None), StoredSent(tmp_path), AT, NOTICE)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "slack://TokenA/TokenB/TokenC/#models",
        "workflows://host.example.com/workflow-id/signature",
        "mailto://user:password@example.com?to=dana@example.com",
    ],
)
def test_addresses_of_slack_teams_and_mail_are_understood(tmp_path, address):
    (place,) = read(listed(tmp_path, f"verdict, block = {address}")).values()

    assert place.address == address
    assert address not in repr(place)
    assert apprise.Apprise().add(place.address)


def test_a_verdict_names_its_page_and_what_a_block_means():
    waits = notices.verdict("3", "REVIEW", "2 of 9 intents undecided", digest="d", link="https://x/status/review/k")
    blocked = notices.verdict("3", "BLOCK", "WISMO lost 8 points", digest="d", link="here")

    assert (waits.about, waits.title) == (About.VERDICT, "Waits for a person: version 3 (REVIEW)")
    assert waits.body.endswith("https://x/status/review/k")
    assert (blocked.about, blocked.title) == (About.BLOCK, "The gate blocks version 3 (BLOCK)")
    assert blocked.body.startswith("WISMO lost 8 points")
