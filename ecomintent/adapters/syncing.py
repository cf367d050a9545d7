"""One source read page by page into the label store: each page and the mark after it in one transaction."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ecomintent.adapters.label_rows import event_of
from ecomintent.labels import intake
from ecomintent.labels.rules import Rules
from ecomintent.ports import Helpdesk, LabelStore
from ecomintent.records import EventKind, LabelEvent, Refused
from ecomintent.tickets import Page

log = logging.getLogger(__name__)

Told = Callable[[int, int | None], None]
"""Progress: tickets read so far, and how many there are where known."""


def silently(done: int, total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What one sync of one source did, or, dry, would have done."""

    source: str
    account: str
    tickets: int
    """Tickets and rows read, each as often as it came."""
    stored: int
    """Events that were new; in a dry run all that would be handed to the store."""
    already_known: int
    refused: int
    """Rows handed to the quarantine."""
    left_out: dict[str, int]
    """Reason (`intake.Taken.left_out`) -> tickets."""
    labels: dict[str, int]
    """Provenance -> label events read, new or known."""


def sync(
    helpdesk: Helpdesk, rules: Rules, store: LabelStore, *, since: str = "", dry: bool = False, told: Told = silently
) -> Synced:
    """Read what changed since the last sync. Killed at any point, the next one goes on after the last stored page.

    Args:
        since: for the first sync of a source: how far back.
        dry: read everything, write nothing.
    Raises:
        SourceError: the source cannot be read on; the pages before are stored.
        InputError: the label store cannot be used.
    """
    source, account = helpdesk.source, helpdesk.account
    tickets = stored = known = refused_count = 0
    left_out, labels = Counter[str](), Counter[str]()
    for page in helpdesk.pages(store.mark(source, account), since=since):
        events, refused, reasons = _taken(page, rules)
        tickets += len(page.tickets) + len(page.rows) + len(page.refused)
        refused_count += len(refused)
        left_out.update(reasons)
        labels.update(e.provenance.value for e in events if e.provenance and e.kind is not EventKind.PREDICTED)
        if dry:
            stored += len(events)
        else:
            done = store.take(events, refused, source=source, account=account, mark=page.mark)
            stored, known = stored + done.stored, known + done.already_known
        told(tickets, page.total)
    log.info("synced %s tickets=%d stored=%d known=%d refused=%d", rules.name, tickets, stored, known, refused_count)
    return Synced(
        source=source,
        account=account,
        tickets=tickets,
        stored=stored,
        already_known=known,
        refused=refused_count,
        left_out=dict(left_out),
        labels=dict(labels),
    )


def _taken(page: Page, rules: Rules) -> tuple[list[LabelEvent], list[Refused], list[str]]:
    taken = [intake.take(ticket, rules) for ticket in page.tickets]
    corrections, refused_rows = intake.take_rows(page.rows, page.rows_from, rules)
    events = [event for one in taken for event in one.events] + list(map(event_of, corrections))
    refused = [row for one in taken for row in one.refused] + refused_rows + list(page.refused)
    return events, refused, [one.left_out for one in taken if one.left_out]
