"""`ports.LabelStore` under the names in force: what is stored stays as it was said, and is read by the versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ecomintent import taxonomy
from ecomintent.data.leakage import text_key
from ecomintent.ports import LabelStore
from ecomintent.records import Correction, DayCount, ImportReport, LabelEvent, Recorded, Refused
from ecomintent.taxonomy_chain import Chain


class TodaysLabels:
    """A label store whose labels read as today's intents; those no rule can read wait for a person (`waiting`)."""

    def __init__(self, stored: LabelStore) -> None:
        self._stored = stored

    def corrections(self) -> Sequence[Correction]:
        """Every label that a rule can read, under its name in force, in the order of the store.

        What a ticket was called before a label that no rule can read does not count again.
        """
        return readable(self._stored.corrections(), taxonomy.chain())

    def waiting(self) -> Sequence[Correction]:
        """One label of each text that no rule can read: its intent was split, or retired without another."""
        return waiting(self._stored.corrections(), taxonomy.chain())

    def as_said(self) -> Sequence[Correction]:
        """Every label as it was stored."""
        return self._stored.corrections()

    def record(self, events: Iterable[LabelEvent]) -> Recorded:
        """As the store."""
        return self._stored.record(events)

    def take(
        self, events: Iterable[LabelEvent], refused: Sequence[Refused], *, source: str, account: str, mark: str
    ) -> Recorded:
        """As the store."""
        return self._stored.take(events, refused, source=source, account=account, mark=mark)

    def mark(self, source: str, account: str) -> str:
        """As the store."""
        return self._stored.mark(source, account)

    def story(self, ticket_id: str) -> Sequence[LabelEvent]:
        """As the store, under the names of the time."""
        return self._stored.story(ticket_id)

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """As the store."""
        return self._stored.add(corrections, refused)

    def coverage(self) -> Sequence[DayCount]:
        """As the store."""
        return self._stored.coverage()

    def quarantine(self) -> Sequence[Refused]:
        """As the store."""
        return self._stored.quarantine()


def readable(stored: Sequence[Correction], known: Chain) -> list[Correction]:
    """As `TodaysLabels.corrections`, with the versions `known`."""
    if len(known.versions) == 1:
        return list(stored)
    unread: dict[tuple[str, str, str], str] = {}
    for one in stored:
        if _waits(one, known):
            unread[_ticket(one)] = max(unread.get(_ticket(one), ""), one.created_at)
    return list(_read(stored, unread, known))


def waiting(stored: Sequence[Correction], known: Chain) -> list[Correction]:
    """As `TodaysLabels.waiting`, with the versions `known`."""
    told = {text_key(one.text) for one in readable(stored, known)}
    found: dict[str, Correction] = {}
    for one in stored:
        if _waits(one, known) and (key := text_key(one.text)) not in told:
            found.setdefault(key, one)
    return list(found.values())


def _read(
    stored: Sequence[Correction], unread: Mapping[tuple[str, str, str], str], known: Chain
) -> Iterator[Correction]:
    for one in stored:
        intent, before = known.today(one.intent), known.today(one.previous_intent) or ""
        after = unread.get(_ticket(one))
        if after is not None and one.created_at <= after:
            continue
        if intent is None or (intent, before) == (one.intent, one.previous_intent):
            # A name that no version knows is for validation to refuse.
            yield one
        else:
            yield replace(one, intent=intent, previous_intent=before, said=one.intent if intent != one.intent else "")


def _waits(one: Correction, known: Chain) -> bool:
    return one.intent in known.known and known.today(one.intent) is None


def _ticket(one: Correction) -> tuple[str, str, str]:
    return one.source, one.account, one.ticket_id
