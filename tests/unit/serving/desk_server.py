"""A server with its corrections home: real files in a folder, a label store in memory, a clock that tests turn."""

import re
import sqlite3
from datetime import datetime, timedelta

from ecomintent.adapters.accounts import StoredAccounts
from ecomintent.adapters.kept_tickets import StoredTickets
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.page_decisions import StoredDecisions
from ecomintent.adapters.standing import EvidenceFiles
from ecomintent.corrected import Why
from ecomintent.errors import InputError
from ecomintent.serving import home as pages
from ecomintent.serving.app import create_app
from ecomintent.serving.deciding import Deciding
from ecomintent.serving.desk import Desk
from ecomintent.serving.forwarding import Forwarder, forward
from ecomintent.serving.keeping import Disputes, Keeper
from ecomintent.serving.sessions import Sessions
from tests.fakes.labels import FakeLabelStore
from tests.fakes.serving import FakeWorker
from tests.unit.serving.server import NOON, Server

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
TURN = re.compile(r'name="turn" value="([0-9]+)"')
TEXT = re.compile(r'<p class="text">(.*?)</p>', re.DOTALL)


class TurnedClock:
    """Noon, until a test says otherwise."""

    def __init__(self):
        self.moment = datetime.fromisoformat(NOON)

    def now(self):
        return self.moment.isoformat(timespec="seconds")

    def seconds(self):
        return self.moment.timestamp()

    def turn(self, **more):
        self.moment += timedelta(**more)


class AwayLabels(FakeLabelStore):
    """A label store that `problem` keeps from answering."""

    problem = ""

    def record(self, events):
        if self.problem:
            raise InputError(self.problem, where="labels")
        return super().record(events)


class DeskServer(Server):
    """The server of a home in `folder`; started twice on one folder it is a restart."""

    def __init__(self, folder, *, keep=frozenset(Why), blind_share=0.05, draw=lambda _: 0.5, share=0.0, labels=None):
        self.folder, self.clock, self.labels = folder, TurnedClock(), labels or AwayLabels()
        database = LabellingDatabase(folder)
        self.tickets, self.outbox = StoredTickets(database), StoredOutbox(database)
        self.accounts = StoredAccounts(database, self.clock, cost=16)
        self.keeper = Keeper(
            tickets=self.tickets,
            clock=self.clock,
            keep=keep,
            blind_share=blind_share,
            secret=b"secret",
            draw=draw,
        )
        super().__init__(share=share, picks=self.keeper)
        self.shadow._kept = Disputes(self.kept, self.keeper)
        self.sessions = Sessions(self.accounts, now=self.clock.seconds, monotonic=self.clock.seconds)
        self.forwarder = Forwarder(outbox=self.outbox, labels=lambda: self.labels, clock=self.clock)
        self.desk = Desk(
            tickets=self.tickets,
            outbox=self.outbox,
            sessions=self.sessions,
            forwarder=self.forwarder,
            keeper=self.keeper,
            clock=self.clock,
        )
        self.decisions, self.worker = StoredDecisions(database), FakeWorker()
        further = pages.routers(
            self.service,
            self.desk,
            accounts=self.accounts,
            standing=EvidenceFiles(folder),
            releases=self.releases,
            deciding=Deciding(decisions=self.decisions, worker=self.worker, sessions=self.sessions, clock=self.clock),
        )
        self.app = create_app(self.service, further)

    def classified(self, *texts, **client):
        """Ask about texts under the ids t0, t1 ... and let everything be written."""
        with self.client(**client) as asked:
            return [
                asked.post("/classify", json={"text": text}, headers={"X-Request-ID": f"t{number}"}).json()
                for number, text in enumerate(texts)
            ]

    def signed_in(self, name="dana", *, approver=False):
        """A browser in which `name` is signed in."""
        self.accounts.put(name, PASSWORD)
        self.accounts.let_approve(name, may=approver)
        browser = Browser(self)
        browser.sign_in(name)
        return browser

    def handed_on(self, *, everything=False):
        """What the forwarder would do now; how many."""
        return forward(self.outbox, lambda: self.labels, self.clock, everything=everything)

    def stored(self):
        """ticket -> (intent, previous intent, provenance) of what the label store has, by time."""
        return [(one.ticket_id, one.intent, one.previous_intent, one.provenance) for one in self.labels.corrections()]

    def sql(self, statement, *values):
        """A look into the file, or a change from outside."""
        connection = sqlite3.connect(self.folder / "serving" / "labelling.db")
        with connection:
            found = connection.execute(statement, values).fetchall()
        connection.close()
        return found


class Browser:
    """Keeps a cookie, and fills in forms from the page it saw last."""

    def __init__(self, server):
        self.client = server.client()
        self.page = ""

    def sign_in(self, name, password=PASSWORD, **more):
        return self.client.post("/sign-in", data={"name": name, "password": password, **more}, follow_redirects=False)

    def see(self, path="/corrections"):
        answered = self.client.get(path)
        self.page = answered.text
        return answered

    def press(self, path, **fields):
        """Send a form with what the page says, but for `fields`."""
        patterns = {"ticket": TICKET, "turn": TURN, "token": TOKEN}
        found = {name: pattern.search(self.page) for name, pattern in patterns.items()}
        sent = {name: match[1] for name, match in found.items() if match} | fields
        answered = self.client.post(path, data=sent)
        self.page = answered.text
        return answered

    def answer(self, intent, **fields):
        return self.press("/corrections/answer", intent=intent, **fields)

    @property
    def text(self):
        found = TEXT.search(self.page)
        return found[1] if found else ""
