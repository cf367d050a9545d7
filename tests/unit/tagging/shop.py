"""One account of a twin with a queue, a tagger and a champion that answers by the words of a ticket."""

import httpx

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.tagging.pace import Account
from ecomintent.tagging.records import Classified, NotReady
from ecomintent.tagging.tagger import Tagger
from ecomintent.tickets import ActorKind
from tests.twins import desks
from tests.twins.twin import START, TwinClock

SAYS = {"parcel": "WISMO", "cancel": "CANCEL_ORDER", "broken": "DAMAGED_ITEM"}


class Champion:
    """`says` answers everything alike; `ready` False: there is none; `audited` holds keys drawn for the audit."""

    def __init__(self):
        self.asked, self.ready, self.says, self.confidence, self.audited = [], True, "", 0.9, set()

    def __call__(self, text, key):
        if not self.ready:
            raise NotReady("no release answers yet")
        self.asked.append(text)
        found = next((intent for word, intent in SAYS.items() if word in text), "OTHER")
        return Classified(
            intent=self.says or found,
            confidence=self.confidence,
            sure=self.confidence > 0.8,
            version="1",
            audited=key in self.audited,
        )


class Shop:
    """Drive it with `event` and `work`; `answers` are given in place of the twin's, first come first served."""

    def __init__(self, kind, home, *, tags="", **rules):
        self.kind, self.clock = kind, TwinClock()
        self.twin = desks.TWINS[kind](self.clock, "acme")
        if kind == "intercom":
            self.twin.lag = 0.0
        self.answers: list[httpx.Response | Exception] = []
        self.after: list[httpx.Response | Exception] = []
        """The same, but the twin has done what it was asked."""
        self.requests: list[httpx.Request] = []
        self.queue, self.champion = TagQueue(home), Champion()
        self.account = desks.account(kind, tags=tags, **rules)
        self.start()

    def start(self):
        """As a new process, with what the queue holds."""
        desk = desks.DESKS[self.kind](self.account, transport=httpx.MockTransport(self._carried))
        self.tagger = Tagger(desk=desk, queue=self.queue, ask=self.champion, rules=self.account.rules)
        self.pace = Account(
            self.kind,
            desk=desk,
            queue=self.queue,
            tagger=self.tagger,
            rules=self.account.rules,
            now=lambda: self.clock.now,
        )

    def event(self, ticket):
        return self.queue.take(self.kind, ticket, self.clock.now)

    def work(self, seconds=0.0):
        """Let time pass, and everything be done that is due by then."""
        until = self.clock.now + seconds
        while True:
            wait = self.pace.step()
            if wait and self.clock.now >= until:
                return
            self.clock.sleep(wait)

    def tagged(self, text="where is my parcel"):
        """A ticket that came, was told of and worked on."""
        ticket = self.twin.open(text)
        self.event(ticket)
        self.work()
        return ticket

    def counts(self):
        return self.queue.counts().get(self.kind, {})

    def told(self, ticket):
        """(who, what) of every change of the intent that `sync` would read."""
        self.clock.sleep(self.twin.settles_after + 200)
        connector = self.twin.connector(httpx.MockTransport(self.twin.handle), self.clock.sleep)
        since = "2026-01-01T00:00:00+00:00"
        found = {}
        for page in connector.pages("", since=since):
            found |= {one.ticket_id: one for one in page.tickets}
        return [(change.actor.kind, change.value.casefold()) for change in found[ticket].changes]

    def _carried(self, request):
        self.requests.append(request)
        if self.answers:
            return self._given(self.answers.pop(0))
        answer = self.twin.handle(request)
        if self.after and request.method != "GET":
            return self._given(self.after.pop(0))
        return answer

    @staticmethod
    def _given(answer):
        if isinstance(answer, BaseException):
            raise answer
        return answer


SELF, HUMAN = ActorKind.SELF, ActorKind.HUMAN
NOW = START
