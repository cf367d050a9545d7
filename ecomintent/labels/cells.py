"""What one cell of a label file may hold: each function returns the value to keep, or says what is wrong with it."""

import re
import unicodedata
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from typing import Final

from ecomintent import taxonomy
from ecomintent.errors import InputError
from ecomintent.records import Provenance
from ecomintent.taxonomy_chain import Chain

TEXT_CHARS: Final = 20_000
FIELD_CHARS: Final = 200
"""Longest ticket id, name or label."""
SHOWN_CHARS: Final = 60
"""Of a wrong value, in the sentence about it."""
FIRST_YEAR: Final = 2000
"""Older times, and those of the next century, are a broken clock or another unit."""

PROVENANCES: Final = tuple(provenance.value for provenance in Provenance)

UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII | re.IGNORECASE
)


def text(value: str | None) -> str:
    """A ticket's text as it is.

    Raises:
        InputError: nothing visible in it, more than `TEXT_CHARS`, or characters that are none.
    """
    found = value or ""
    if len(found) > TEXT_CHARS:
        raise InputError(
            f"{len(found):,} characters; at most {TEXT_CHARS:,} are taken: cut it to what the customer wrote",
            where="text",
        )
    _characters(found, name="text")
    if not any(not c.isspace() and unicodedata.category(c) != "Cf" for c in found):
        raise InputError("empty; a ticket needs its text: fill it in or leave the row out", where="text")
    return found


def field(value: str | None, *, name: str) -> str:
    """A short value as it is; empty where there is none.

    Raises:
        InputError: more than `FIELD_CHARS`, or characters that are none.
    """
    found = value or ""
    if len(found) > FIELD_CHARS:
        raise InputError(
            f"{len(found):,} characters; at most {FIELD_CHARS} are taken: check that the columns are not mixed up",
            where=name,
        )
    _characters(found, name=name)
    return found if found.strip() else ""


def intent(value: str | None, *, name: str, map_name: str | None, needed: bool) -> str:
    """The intent that a label stands for; empty where there is none. A name of an earlier version stays as it is.

    Args:
        map_name: one of `taxonomy.MAPS` when labels are another source's; they are mapped or refused.
        needed: whether an empty cell is a fault.
    Raises:
        InputError: not an intent, or not in the map; names the nearest.
    """
    label = field(value, name=name).strip()
    if not label and needed:
        raise InputError(f"empty; write one of {', '.join(taxonomy.NAMES)} or leave the row out", where=name)
    if not label:
        return ""
    found, fault = _understood(label, map_name, taxonomy.chain())
    if fault:
        raise InputError(fault, where=name)
    return found


def provenance(value: str | None, *, allowed: tuple[str, ...] = PROVENANCES) -> str:
    """One of `allowed`; empty where there is none.

    Raises:
        InputError: another word; names the nearest.
    """
    found = field(value, name="provenance").strip()
    if found and found not in allowed:
        close = get_close_matches(found.lower(), allowed, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise InputError(f"{_shown(found)}; allowed are {', '.join(allowed)}{hint}", where="provenance")
    return found


def created_at(value: str | None) -> str:
    """The time in UTC, 'YYYY-MM-DDTHH:MM:SS+00:00', fractions of a second cut off; empty where there is none.

    A time without an offset is taken for UTC, a day without a time for its midnight.

    Raises:
        InputError: not ISO 8601, or not within the years 2000-2099.
    """
    found = field(value, name="created_at").strip()
    if not found:
        return ""
    try:
        moment = _moment(found)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{_shown(found)} is not a time in ISO 8601; write it as 2026-05-04T13:30:00+02:00", where="created_at"
        ) from error
    if not FIRST_YEAR <= moment.year < FIRST_YEAR + 100:
        raise InputError(
            f"{_shown(found)} lies outside {FIRST_YEAR}-{FIRST_YEAR + 99}; correct it or leave it empty",
            where="created_at",
        )
    return moment.isoformat(timespec="seconds")


def ticket_id_of(text: str, *, prefix: str) -> str:
    """The id of a ticket that came without one."""
    return f"{prefix}-{sha256(text.encode('utf-8')).hexdigest()[:16]}"


def _moment(found: str) -> datetime:
    matched = TIME.fullmatch(found)
    if matched is None:
        raise ValueError(found)
    day, time, offset = matched.groups()
    return datetime.fromisoformat(f"{day}T{time or '00:00'}{(offset or 'Z').upper()}").astimezone(UTC)


# An export repeats its labels; the nearest intent to each is dear to find.
@lru_cache(maxsize=4096)
def _understood(label: str, map_name: str | None, known: Chain) -> tuple[str, str]:
    """(intent, what is wrong); one of them is empty."""
    if map_name is None:
        try:
            return taxonomy.accepted(label, where=""), ""
        except InputError as error:
            return "", str(error).removeprefix(": ")
    source_map = taxonomy.source_map(map_name)
    found = source_map.intent_of(label)
    if found is not None:
        return found, ""
    close = get_close_matches(label.lower(), source_map.table, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return "", (
        f"{_shown(label)} is not in the map {map_name!r}, version {source_map.version}.{hint} "
        "A label without an intent does not become OTHER: correct it or leave the row out."
    )


def _characters(found: str, *, name: str) -> None:
    bad = UNSTORABLE.search(found)
    if bad is None:
        return
    code = ord(bad[0])
    kind = "half a surrogate pair, which is broken encoding" if code >= 0xD800 else "a control character"
    raise InputError(f"character {bad.start() + 1} is U+{code:04X}, {kind}; remove it", where=name)


def _shown(value: str) -> str:
    cut = value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "..."
    return repr(cut)
