"""Drills with clocks that jump and disks that are full, each in a small world of its own."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ecomintent import files
from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.evidence import Evidence
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.corrected import Channel, Given
from ecomintent.errors import InputError, PromotionRefused
from ecomintent.release import approval, deadline, promotion
from tests.corrections import corrected
from tests.drills.drill import Seen, Skipped, counted, drill, refused
from tests.unit.adapters.trust_shop import Shop

TEXT = "where is my parcel"


class At:
    """A clock that says what it is told."""

    def __init__(self, at: str) -> None:
        self.at = at

    def now(self) -> str:
        return self.at


@drill("clock", "lets the clock jump a year back between an approval and a later event", "the chain holds, order stays")
def clock_jumps_back(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    shop.system = replace(shop.system, clock=At("2020-01-01T00:00:00+00:00"))
    shop.promote()
    events = [event.event for event in shop.system.history.events()]
    ok = not shop.system.history.breaks() and events == ["approved", "promoted"] and not shop.faults()
    return Seen(ok=ok, says=f"{', '.join(events)}; breaks: {len(shop.system.history.breaks())}")


def _late(shop: Shop, at: str) -> list[str]:
    ports = {"registry": shop.system.registry, "history": shop.system.history, "clock": At(at)}
    return deadline.expire(days=14, **ports)


@drill(
    "clock", "approves a version, and lets the clock jump 20 days ahead before it is promoted", "the approval is void"
)
def expired_approval(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    late = _late(shop, "2099-01-01T00:00:00+00:00")
    ports = {"registry": shop.system.registry, "history": shop.system.history}
    said = refused(lambda: promotion.require_approval("1", **ports), PromotionRefused)
    return Seen(ok=late == ["1"] and bool(said) and not shop.system.registry.aliases(), says=said[:110])


@drill("clock", "lets the clock jump back before a deadline is looked at", "nothing expires, and nothing is promoted")
def clock_before_the_approval(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    late = _late(shop, "2001-01-01T00:00:00+00:00")
    return Seen(ok=late == [] and not shop.system.registry.aliases(), says=f"expired: {len(late)}; aliases: none")


@drill(
    "clock",
    "repeats an approval after its version expired",
    "a person's new yes is refused until it is asked about again",
)
def approval_after_the_deadline(folder: Path) -> Seen:
    shop = Shop(folder / "home")
    _late(shop, "2099-01-01T00:00:00+00:00")
    ports = {"registry": shop.system.registry, "history": shop.system.history, "clock": SystemClock()}
    said = refused(lambda: approval.approve("1", by="Dana Ortiz", reason="read", **ports), PromotionRefused)
    return Seen(ok="was rejected by ecomintent" in said, says=said[:110])


@contextmanager
def little_room(folder: Path, kib: int):
    """A file system of so many KiB; needs root."""
    place = folder / "full"
    place.mkdir()
    if os.geteuid():
        raise Skipped("only root can mount a small file system")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(place)], check=False)
    if made.returncode:
        raise Skipped("a small file system cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(place: Path) -> Path:
    filler = place / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"0" * 4096)
        except OSError:
            return filler


@drill(
    "disk full",
    "imports 500 corrections on a full disk, makes room, imports again",
    "one line; all or none; then all once",
)
def disk_full_at_a_label_import(folder: Path) -> Seen:
    with little_room(folder, 512) as place:
        url = f"sqlite:///{place}/labels.db"
        SqlLabelStore(url).add([corrected(ticket_id="first")], [])
        filler = _fill(place)
        rows = [corrected(ticket_id=f"T-{n}", text=f"{TEXT} {n} " + "x" * 300) for n in range(500)]
        said = refused(lambda: SqlLabelStore(url).add(rows, []), InputError)
        filler.unlink()
        between = len(SqlLabelStore(url).corrections())
        rows = rows[:200]
        SqlLabelStore(url).add(rows, [])
        stored = [one.ticket_id for one in SqlLabelStore(url).corrections()]
    sent = ["first", *(row.ticket_id for row in rows)]
    return Seen(ok="full" in said and between == 1, says=f"{said[-80:]}; {between} kept", **counted(stored, sent))


@drill(
    "disk full", "gives the server a correction on a full disk", "it is refused, not accepted and lost; then taken once"
)
def disk_full_at_the_outbox(folder: Path) -> Seen:
    with little_room(folder, 512) as place:
        outbox = StoredOutbox(LabellingDatabase(place))
        assert outbox.give(given("a"), now=SystemClock().now(), held_seconds=0)
        filler = _fill(place)
        big = replace(given("b"), text="x" * 60_000)
        said = refused(lambda: outbox.give(big, now=SystemClock().now(), held_seconds=0), InputError)
        filler.unlink()
        taken = StoredOutbox(LabellingDatabase(place)).give(big, now=SystemClock().now(), held_seconds=0)
        due = StoredOutbox(LabellingDatabase(place)).due(SystemClock().now(), everything=True, most=10)
    stored = [given.event_id for _, given in due]
    return Seen(ok=bool(said) and taken is True, says=said[-90:], **counted(stored, ["a", "b"]))


def given(name: str) -> Given:
    said = {"channel": Channel.API, "event_id": name, "ticket_id": name, "text": TEXT, "intent": "WISMO"}
    left = {"predicted": "", "shown": False, "blind": False, "agent": "", "at": SystemClock().now(), "version": ""}
    return Given(**said, **left)


@drill("disk full", "hands a champion over on a full disk", "the old champion.json stays whole")
def disk_full_at_the_hand_over(folder: Path) -> Seen:
    with little_room(folder, 256) as place:
        path = place / "champion.json"
        files.write_text(path, '{"champion": "1"}')
        filler = _fill(place)
        said = refused(lambda: files.write_text(path, "x" * 100_000), OSError)
        filler.unlink()
        whole, left = path.read_text() == '{"champion": "1"}', sorted(p.name for p in place.iterdir())
    return Seen(
        ok=whole and bool(said) and left == ["champion.json"], says=f"{said}; old file whole, nothing beside it"
    )


@drill("disk full", "keeps evidence on a full disk", "no half evidence folder")
def disk_full_at_the_evidence(folder: Path) -> Seen:
    with little_room(folder, 256) as place:
        target = Evidence(place).folder("a" * 64)
        _fill(place)

        def fill(into: Path) -> None:
            (into / "verdict.json").write_bytes(b"x" * 500_000)

        said = refused(lambda: files.replace_folder(target, fill), OSError)
        left = [path.name for path in (place / "evidence").iterdir()] if (place / "evidence").is_dir() else []
    return Seen(ok=bool(said) and left == [], says=f"{said}; nothing left")


@drill("disk full", "makes a signing key on a full disk", "one line; no empty key that would sign nothing")
def disk_full_at_a_key(folder: Path) -> Seen:
    from ecomintent.adapters.signing_keys import SigningKeys

    with little_room(folder, 64) as place:
        (place / "keys").mkdir()
        filler = _fill(place)
        said = refused(SigningKeys(place, None).private, InputError)
        there = (place / "keys" / "release.pem").exists()
        filler.unlink()
        SigningKeys(place, None).private()
    return Seen(ok=bool(said) and not there, says=said[:110])
