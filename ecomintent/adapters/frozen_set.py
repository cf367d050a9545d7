"""The frozen set of a home: sealed by a named person, recorded in the history, held to that record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ecomintent import params, taxonomy
from ecomintent.adapters import frozen_check, frozen_queue
from ecomintent.adapters.system import System
from ecomintent.data import frozen_changes, frozen_ledger, frozen_reading
from ecomintent.data.frozen_changes import Change
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.errors import InputError
from ecomintent.params import GateParams, PrepareParams
from ecomintent.records import ReleaseEvent, Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What `add` or `refresh` did."""

    sealed: Sealed
    change: Change
    unlabelled: int
    """Rows left out because nobody has labelled them yet."""
    copies: int
    """Stored corrections and corpus rows that copy a ticket that entered; training leaves them out."""
    warnings: tuple[str, ...]


def import_frozen(system: System, file: Path, *, by: str) -> tuple[Sealed, Sequence[str]]:
    """Seal `file` as the frozen set, in the place of the one before.

    Returns:
        The sealed table, and its warnings (`frozen_reading.read_frozen`).
    Raises:
        InputError: any row is at fault; nothing changes.
    """
    prepare, gate = _settings(system)
    rows, warnings = frozen_reading.read_frozen(file, params=prepare, min_tickets=gate.min_n_pass)
    before = {(row.id, row.text): row for row in _last_rows(system)}
    same = [row for row in rows if (row.id, row.text) in before]
    fresh = len(rows) - sum(row.label == before[row.id, row.text].label for row in same)
    sealed = _seal(system, rows, file, action="import", fresh=fresh, retired=len(before) - len(same), by=by)
    return sealed, warnings


def add(system: System, file: Path, *, by: str) -> Changed:
    """Take labelled tickets, a filled-in queue for one, into the frozen set; rows without a label are left out.

    Raises:
        InputError: as `require_sealed` and `frozen_changes.added`; nothing changes.
    """
    return _change(system, file, by=by, action="add")


def refresh(system: System, file: Path, *, by: str) -> Changed:
    """Let the tickets of `file` take the place of as many that have served longest.

    Raises:
        InputError: as `require_sealed` and `frozen_changes.refreshed`; nothing changes.
    """
    return _change(system, file, by=by, action="refresh")


def rebase(system: System, *, number: str, by: str) -> tuple[int, int]:
    """Bring the set to the intents in force: labels that a rule can read are read, other tickets leave it.

    What left is asked for anew by `frozen queue`. No ticket becomes fresh by a rule. A second time changes nothing.

    Returns:
        Tickets whose label was read anew, and tickets that left.
    Raises:
        InputError: as `require_sealed`.
    """
    if system.frozen.current() is None:
        return 0, 0
    _complete(system)
    rows = frozen_reading.read_stored(system.frozen.file(require_sealed(system).digest))
    read = [(row, taxonomy.chain().today(row.label)) for row in rows]
    kept = [replace(row, label=label) for row, label in read if label is not None]
    moved, left = sum(label not in (None, row.label) for row, label in read), len(rows) - len(kept)
    if moved or left:
        told = {"fresh": 0, "retired": left}
        _seal(system, kept, Path(f"of the intents, version {number}"), action="taxonomy", **told, by=by)
    return moved, left


def require_sealed(system: System) -> Sealed:
    """The current frozen set, once its bytes and the history agree about it.

    Raises:
        InputError: there is none, or it is not the one that was sealed last.
    """
    if faults := frozen_check.faults(system):
        raise InputError(
            f"the frozen set was changed outside ecomintent: {faults[0]}; put it back, or import it again by name",
            where=str(system.settings.home / "frozen"),
        )
    system.frozen.intact()
    current = system.frozen.current()
    if current is None:
        raise InputError("it was removed while it was read; try again", where="frozen set")
    return current


def _change(system: System, file: Path, *, by: str, action: str) -> Changed:
    prepare, gate = _settings(system)
    _complete(system)
    current = require_sealed(system)
    rows = frozen_reading.read_stored(system.frozen.file(current.digest))
    found = frozen_reading.read_tickets(file, queued=frozen_queue.handed_out(system), partly=True)
    if action == "add":
        change = frozen_changes.added(rows, found.rows, params=prepare, where=str(file))
    else:
        change = frozen_changes.refreshed(
            rows,
            found.rows,
            params=prepare,
            share=gate.frozen_refresh_share,
            served=_served(system),
            where=str(file),
        )
    sealed = current
    if change.fresh:
        told = {"fresh": change.fresh, "retired": len(change.retired)}
        sealed = _seal(system, change.rows, file, action=action, **told, by=by)
    entered = [row for row in change.rows if row.id in set(change.entered)]
    copies = frozen_check.copies(system, entered)
    warnings = (*frozen_reading.unsaid(found.unsaid), *frozen_reading.too_few(change.rows, gate.min_n_pass))
    return Changed(
        sealed=sealed, change=change, unlabelled=found.unlabelled, copies=sum(map(len, copies)), warnings=warnings
    )


def _seal(
    system: System, rows: Sequence[FrozenRow], file: Path, *, action: str, fresh: int, retired: int, by: str
) -> Sealed:
    """Store the table, say so in the history, and only then let it count: a stop in between is made good by a repeat.

    Raises:
        InputError: nobody is named.
    """
    if not by.strip():
        raise InputError("say who seals it: --by NAME", where="--by")
    last = frozen_ledger.last_sealed(system.history.events())
    sealed = system.frozen.store(lambda path: frozen_reading.write_frozen(rows, path))
    if last is None or last.details["frozen_set"] != sealed.digest:
        details = {
            "frozen_set": sealed.digest,
            "parent": last.details["frozen_set"] if last else "",
            "action": action,
            "rows": str(sealed.rows),
            "fresh": str(fresh),
            "retired": str(retired),
        }
        said = {"event": frozen_ledger.SEALED, "version": "", "by": by, "reason": f"{action} {file.name}"}
        system.history.append(ReleaseEvent(at=system.clock.now(), details=details, **said))
    system.frozen.point(sealed, file.name)
    return sealed


def _complete(system: System) -> None:
    """Let the set that was sealed last count, where a stop came between its record and that."""
    last, current = frozen_ledger.last_sealed(system.history.events()), system.frozen.current()
    if last is None or current is None or current.digest != last.details["parent"]:
        return
    digest = last.details["frozen_set"]
    if not frozen_check.content_faults(system.frozen.file(digest), digest):
        system.frozen.point(Sealed(digest=digest, rows=int(last.details["rows"])), last.reason.partition(" ")[2])


def _last_rows(system: System) -> list[FrozenRow]:
    """Tickets of the set that the history names last; none where it cannot be read any more."""
    last = frozen_ledger.last_sealed(system.history.events())
    path = system.frozen.file(last.details["frozen_set"]) if last else None
    if path is None or frozen_check.content_faults(path, path.stem):
        return []
    return frozen_reading.read_stored(path)


def _served(system: System) -> dict[str, int]:
    """Ticket -> number of the version it entered with; versions that are no longer stored are passed over."""
    first: dict[str, int] = {}
    for number, event in enumerate(e for e in system.history.events() if e.event == frozen_ledger.SEALED):
        path = system.frozen.file(event.details["frozen_set"])
        if path.is_file():
            for row in frozen_reading.read_stored(path):
                first.setdefault(row.id, number)
    return first


def _settings(system: System) -> tuple[PrepareParams, GateParams]:
    path = system.settings.params
    return params.section(path, "prepare", into=PrepareParams), params.section(path, "gate", into=GateParams)
