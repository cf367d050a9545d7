"""The file that names the sources of corrections: read strictly, credentials fetched from where it says they are."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, cast

import httpx

from ecomintent.adapters.credentials import fetched
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.source_setup import Setup
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.rules import Include, value_key
from ecomintent.ports import Helpdesk
from ecomintent.taxonomy import accepted, chain

OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "zendesk": (),
    "gorgias": (),
    "freshdesk": ("label", "activities", "activities_days"),
    "intercom": ("former_teammates",),
    "label_studio": ("project", "text", "auth"),
    "argilla": ("dataset", "text"),
    "files": ("path",),
    "sql": ("query",),
}
"""Kind -> the keys that only it takes. A kind is the name of the module beside this one that connects to it."""

NEEDED: Final = {"files": ("account", "path"), "sql": ("account", "token", "query")}
"""Kind -> the words it cannot do without; all others need account, url and token."""
OWN_WRITER: Final = ("zendesk", "gorgias", "freshdesk", "intercom")
"""Kinds into which our answers may be written back, so that the file has to say who writes them."""

WORDS: Final = ("kind", "account", "url", "token", "user", "field", "since", "created_from", "created_before")
LISTS: Final = ("statuses", "channels", "brands", "tags", "without_tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entry of the file."""

    setup: Setup
    include: Include
    intents: Mapping[str, str]
    """Folded spelling (`rules.value_key`) -> intent."""
    since: str
    """How far back the first sync reaches; empty: as far as the source does."""

    @property
    def name(self) -> str:
        """`kind:account`."""
        return self.setup.name

    def connect(self, transport: httpx.BaseTransport | None = None) -> Helpdesk:
        """The connector; nothing is sent yet."""
        module = import_module(f"ecomintent.adapters.{self.setup.kind}")
        how = {} if transport is None else {"transport": transport}
        return cast(Helpdesk, module.connect(self.setup, **how))


def read(settings: Settings) -> list[Source]:
    """Every source, in the order of the file; none where there is no file.

    Raises:
        InputError: the file is at fault, or a credential is not where it should be.
    """
    path = settings.sources_file
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML ({error}); see docs/connect.md", where=str(path)) from error
    for key in content:
        if key != "source":
            raise InputError(f"unknown table {key!r}; each source is a [[source]]", where=str(path))
    entries = content.get("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError("a source is a table of its own, headed [[source]]", where=str(path))
    found = [_source(entry, f"{path.name}: source {at}", settings) for at, entry in enumerate(entries, start=1)]
    names = [source.name for source in found]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{name} is there twice; give each its own `account`", where=path.name)
    return found


def _source(entry: dict[str, Any], where: str, settings: Settings) -> Source:
    kind, words = _words(entry, where)
    where = f"{where} ({kind}:{words['account']})"
    for name in NEEDED.get(kind, ("account", "url", "token")):
        if not words[name]:
            raise InputError(f"`{name}` is absent", where=where)
    if kind in OWN_WRITER and "ours" not in entry:
        raise InputError(
            "`ours` is absent; list the ids of the accounts that write our answers back, or write ours = [] where "
            "nothing does: without it our own answers could come back as corrections",
            where=where,
        )
    setup = Setup(
        kind=kind,
        account=cells.field(words["account"], name="account"),
        url=words["url"].rstrip("/"),
        token=fetched(words["token"], where, settings.secrets),
        user=words["user"],
        field=words["field"],
        ours=frozenset(_list(entry, "ours", where)),
        options={name: words[name] for name in OPTIONS[kind] if words[name]},
    )
    include = Include(
        **{name: frozenset(_list(entry, name, where)) for name in LISTS},
        created_from=cells.created_at(words["created_from"]),
        created_before=cells.created_at(words["created_before"]),
    )
    return Source(setup=setup, include=include, intents=_intents(entry, where), since=cells.created_at(words["since"]))


def _words(entry: dict[str, Any], where: str) -> tuple[str, dict[str, str]]:
    """The kind, and the text of every key that holds one."""
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in OPTIONS:
        raise InputError(f"kind is {kind!r}; allowed are {', '.join(OPTIONS)}", where=where)
    _known_keys(entry, (*WORDS, *LISTS, "ours", "intents", *OPTIONS[kind]), where)
    return kind, {name: _word(entry, name, where) for name in (*WORDS, *OPTIONS[kind])}


def _known_keys(entry: dict[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in entry:
        if key not in allowed:
            close = get_close_matches(key, allowed, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; allowed are {', '.join(allowed)}"
            raise InputError(f"unknown key {key!r}{hint}", where=where)


def _word(entry: dict[str, Any], name: str, where: str) -> str:
    found = entry.get(name, "")
    if not isinstance(found, str):
        raise InputError(f"`{name}` is {found!r}; write it in quotes", where=where)
    return found.strip()


def _list(entry: dict[str, Any], name: str, where: str) -> list[str]:
    found = entry.get(name, [])
    if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
        raise InputError(f'`{name}` is {found!r}; write a list of texts: {name} = ["..."]', where=where)
    return found


def _intents(entry: dict[str, Any], where: str) -> dict[str, str]:
    """Our names in any spelling, also earlier ones that a rule can read, and what the file adds or says otherwise."""
    found = entry.get("intents", {})
    if not isinstance(found, dict):
        raise InputError('`intents` is no table; write intents = { "their value" = "WISMO" }', where=where)
    own = {value_key(name): name for name in chain().known if chain().today(name)}
    return own | {
        value_key(value): accepted(str(intent), where=f"{where}: intents.{value}") for value, intent in found.items()
    }
