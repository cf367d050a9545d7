"""`ecomintent serve`: answer tickets over HTTP with the champion. Where the server is put together.

Over 200 lines: one server is put together here, and nowhere else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import click

from ecomintent.cli.output import as_json, print_json, warn
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from ecomintent.adapters.settings import Settings
    from ecomintent.ports import LabelStore
    from ecomintent.serving.keeping import Keeper
    from ecomintent.serving.ports import Disagreements
    from ecomintent.serving.service import Service

KIB = 1024


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 lets the machine choose."
)
@as_json
def serve(*, host: str, port: int, as_json: bool) -> None:
    """Answer tickets over HTTP with the champion, and take up a new champion while answering.

    Without any API key made it answers everybody on this machine, and nobody else: other addresses need keys. Its log
    goes to stderr, with --json as JSON. docs/serve.md says what it answers.

    \b
    Examples:
      ecomintent serve
      ecomintent serve --host 0.0.0.0 --port 9000 --json
    """
    from ecomintent.adapters import settings
    from ecomintent.cli import tagging as parts
    from ecomintent.serving import running
    from ecomintent.serving.app import create_app

    loopback = running.is_loopback(host)
    found = settings.current()
    service, further = whole(found, loopback=loopback)
    is_open = service.door.is_open()
    if not loopback and not service.door.has_keys():
        raise InputError(
            "others can reach this address, and no API key was made; first: ecomintent keys create NAME",
            where=f"--host {host}",
        )
    tagging = parts.build(found, service)
    app = create_app(service, [*further, *tagging.pages()])
    with traced(app, found.serve.otlp):
        _answer(app, host, port, is_open=is_open, as_json=as_json)


def _answer(app: "FastAPI", host: str, port: int, *, is_open: bool, as_json: bool) -> None:
    from ecomintent.serving import running

    opened = running.listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{opened.getsockname()[1]}"
    if as_json:
        print_json({"url": url, "keys": "none needed" if is_open else "needed"})
    else:
        click.echo(f"listening on {url}; GET {url}/ready says when a release answers")
    if is_open:
        warn("no API key was made: everybody on this machine is answered; ecomintent keys create NAME ends that")
    running.log_lines(as_json=as_json)
    running.run(app, opened)


@contextmanager
def traced(app: "FastAPI", collector: str) -> Iterator[None]:
    """A span of each request to `collector`; an empty one leaves everything as it is, and imports nothing.

    Raises:
        InputError: the packages that send spans are not installed.
    """
    if not collector:
        yield
        return
    from ecomintent.adapters.otlp_spans import OtlpSpans
    from ecomintent.serving.tracing import Tracing

    spans = OtlpSpans(collector)
    app.add_middleware(Tracing, spans=spans)
    try:
        yield
    finally:
        spans.stop()


def whole(found: "Settings", *, loopback: bool) -> tuple["Service", "list[APIRouter]"]:
    """The server of one home with its pages. The label store is opened when it has something to take.

    Raises:
        InputError: the route table or one of the server's databases cannot be used.
    """
    from ecomintent.adapters.accounts import StoredAccounts
    from ecomintent.adapters.clock import SystemClock
    from ecomintent.adapters.decisions_command import DecisionsCommand
    from ecomintent.adapters.kept_tickets import StoredTickets
    from ecomintent.adapters.labelling_database import LabellingDatabase
    from ecomintent.adapters.outbox import StoredOutbox
    from ecomintent.adapters.page_decisions import StoredDecisions
    from ecomintent.adapters.served_releases import ServedReleases
    from ecomintent.adapters.standing import EvidenceFiles
    from ecomintent.serving import home
    from ecomintent.serving.deciding import Deciding
    from ecomintent.serving.desk import Desk
    from ecomintent.serving.forwarding import Forwarder
    from ecomintent.serving.keeping import Keeper
    from ecomintent.serving.sessions import Sessions

    database, clock = LabellingDatabase(found.home), SystemClock()
    accounts, tickets, outbox = StoredAccounts(database, clock), StoredTickets(database), StoredOutbox(database)
    keeper = Keeper(
        tickets=tickets,
        clock=clock,
        keep=found.serve.keep,
        blind_share=found.serve.blind_share,
        secret=accounts.secret(),
    )
    forwarder = Forwarder(outbox=outbox, labels=_labels(found.database_url), clock=clock)
    sessions = Sessions(accounts)
    desk = Desk(tickets=tickets, outbox=outbox, sessions=sessions, forwarder=forwarder, keeper=keeper, clock=clock)
    service = build(found, loopback=loopback, keeper=keeper)
    standing, releases = EvidenceFiles(found.home), ServedReleases(found.home)
    decisions, worker = StoredDecisions(database), DecisionsCommand(found)
    deciding = Deciding(decisions=decisions, worker=worker, sessions=sessions, clock=clock)
    return service, home.routers(
        service, desk, accounts=accounts, standing=standing, releases=releases, deciding=deciding
    )


def _labels(url: str) -> "Callable[[], LabelStore]":
    @cache
    def opened() -> "LabelStore":
        # Late: SQLAlchemy takes a while, and most servers start with nothing to store.
        from ecomintent.adapters.sql_labels import SqlLabelStore

        return SqlLabelStore(url)

    return opened


def build(found: "Settings", *, loopback: bool, keeper: "Keeper | None" = None) -> "Service":
    """The server of one home without pages. Nothing here needs MLflow, torch or the label store's database.

    Args:
        keeper: who is told of every answer; None: nobody.

    Raises:
        InputError: the route table or the server's database cannot be used.
    """
    from ecomintent.adapters import routes_file
    from ecomintent.adapters.api_keys import StoredKeys
    from ecomintent.adapters.clock import SystemClock
    from ecomintent.adapters.served_releases import ServedReleases
    from ecomintent.adapters.serving_database import ServingDatabase
    from ecomintent.adapters.serving_records import StoredDisagreements, StoredHistory
    from ecomintent.serving.access import Door
    from ecomintent.serving.keeping import Disputes, NoPicks
    from ecomintent.serving.lineup import Holder
    from ecomintent.serving.metrics import Metrics
    from ecomintent.serving.service import Service
    from ecomintent.serving.shadowing import Shadow
    from ecomintent.serving.watching import Watcher
    from ecomintent.serving.workers import Workers

    database, clock, holder = ServingDatabase(found.home), SystemClock(), Holder()
    kept = StoredDisagreements(database)
    disputes: Disagreements = Disputes(kept, keeper) if keeper else kept
    return Service(
        holder=holder,
        watcher=Watcher(
            holder=holder,
            releases=ServedReleases(found.home),
            history=StoredHistory(database),
            clock=clock,
            seconds=found.serve.watch_seconds,
            shadow=found.serve.shadow_share > 0,
        ),
        workers=Workers(found.serve.workers, found.serve.most_waiting),
        shadow=Shadow(holder=holder, kept=disputes, clock=clock, share=found.serve.shadow_share),
        door=Door(StoredKeys(database, clock), loopback=loopback),
        table=routes_file.read(found.routes_file),
        metrics=Metrics(),
        clock=clock,
        most_texts=found.serve.most_texts,
        most_bytes=found.serve.most_body_kib * KIB,
        started_at=clock.now(),
        picks=keeper or NoPicks(),
    )


COMMANDS = (serve,)
