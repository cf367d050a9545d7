"""The file that ECOMINTENT_NOTIFY_FILE names: one Apprise address a line, before it what it wants, if not everything.

# everything goes to the channel
slack://TokenA/TokenB/TokenC/#models
alarm, rollback = mailto://user:password@example.com?to=dana@example.com
"""

import hashlib
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecomintent.errors import InputError
from ecomintent.watch.notices import About

TAGGED: Final = re.compile(r"(?P<tags>[A-Za-z_, ]+?)\s*=\s*(?P<address>[a-z0-9]+://.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One address and what it wants."""

    address: str = field(repr=False)
    wants: frozenset[About]


def read(path: Path | None) -> Mapping[str, Place]:
    """Name -> place; none where no file is named. A name is the kind of service and a digest of its address.

    Raises:
        InputError: the file cannot be read, others may read it, or a line is no address. Says the line, not its words.
    """
    if path is None:
        return {}
    where = str(path)
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise InputError("others may read it, and it holds credentials; chmod 600", where=where)
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read ({type(error).__name__})", where=where) from error
    found = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            place = _place(line.strip(), f"{where}, line {number}")
            scheme = place.address.partition("://")[0]
            found[f"{scheme} {hashlib.sha256(place.address.encode()).hexdigest()[:8]}"] = place
    return found


def _place(line: str, where: str) -> Place:
    tagged = TAGGED.fullmatch(line)
    address = tagged["address"] if tagged else line
    if not re.match(r"[a-z0-9]+://", address):
        raise InputError("no address; write SERVICE://..., or WHAT = SERVICE://...", where=where)
    wanted = [word.strip() for word in tagged["tags"].split(",")] if tagged else list(About)
    allowed = [about.value for about in About]
    if unknown := [word for word in wanted if word not in allowed]:
        raise InputError(f"{unknown[0]!r} is nothing to be told of; allowed are {', '.join(allowed)}", where=where)
    return Place(address=address, wants=frozenset(map(About, wanted)))
