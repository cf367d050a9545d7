"""The file that names the helpdesk accounts to tag: read strictly, credentials fetched from where it says they are.

Over 200 lines: one file format, with a sentence for each way to get it wrong.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from ecomintent.adapters.credentials import fetched
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError
from ecomintent.tagging.records import Rules
from ecomintent.tagging.signatures import KINDS
from ecomintent.taxonomy import NAMES, accepted, chain

TEXTS: Final = ("kind", "url", "token", "secret", "user", "field", "tags", "writer")
NEEDED: Final = ("kind", "url", "token", "secret", "writer")
OTHERS: Final = ("on", "threshold", "active", "words", "give_up_hours")
PLACES: Final = {
    "zendesk": ("field", "tags"),
    "gorgias": ("tags",),
    "freshdesk": ("field", "tags"),
    "intercom": ("field",),
}
"""Where each kind can hold an intent."""
LOWER: Final = ("zendesk",)
"""Kinds whose values of a drop-down are tags, and so in lower case."""
GIVE_UP_HOURS: Final = 24
MOST_HOURS: Final = 24 * 14
SECRET_CHARS: Final = 16
"""At least; a shared secret that can be guessed is none."""
NAME_CHARS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAccount:
    """One account to be tagged."""

    setup: Setup
    """Its `token` may write; `field` is empty where tags are used."""
    signing: Secret
    """What events are signed with, or the shared secret."""
    tags: str
    """What the names of intent tags begin with; empty where a field is used."""
    writer: str
    """Id of the account whose token it is."""
    rules: Rules

    @property
    def name(self) -> str:
        """As in /hooks/NAME."""
        return self.setup.account


def read(settings: Settings) -> list[HookAccount]:
    """Every account, in the order of the file; none where there is no file.

    Raises:
        InputError: the file is at fault, a credential is not where it should be, or what we write would come home
            as corrections.
    """
    path = settings.tagging_file
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML ({error}); see docs/tagging.md", where=str(path)) from error
    _known(content, ("accounts",), str(path))
    accounts = _table(content.get("accounts", {}), f"{path.name}: accounts")
    found = [_account(name, _table(raw, f"{path.name}: {name}"), path.name, settings) for name, raw in accounts.items()]
    _are_ours(found, settings.sources_file)
    return found


def _account(name: str, raw: Mapping[str, Any], file: str, settings: Settings) -> HookAccount:
    where = f"{file}: accounts.{name}"
    if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) <= NAME_CHARS):
        raise InputError(f"the name goes into an address; use 1-{NAME_CHARS} letters, digits and -", where=where)
    texts = _texts(raw, where)
    kind = texts["kind"]
    signing = fetched(texts["secret"], where, settings.secrets, key="secret")
    if len(signing.reveal()) < SECRET_CHARS:
        raise InputError(f"`secret` has fewer than {SECRET_CHARS} characters; make a longer one", where=where)
    setup = Setup(
        kind=kind,
        account=name,
        url=texts["url"].rstrip("/"),
        token=fetched(texts["token"], where, settings.secrets),
        user=texts["user"],
        field=texts["field"],
    )
    return HookAccount(
        setup=setup,
        signing=signing,
        tags=texts["tags"],
        writer=texts["writer"],
        rules=_rules(raw, kind, texts["tags"], where),
    )


def _texts(raw: Mapping[str, Any], where: str) -> dict[str, str]:
    _known(raw, (*TEXTS, *OTHERS), where)
    texts = {key: _text(raw, key, where) for key in TEXTS}
    kind = texts["kind"]
    if kind not in KINDS:
        raise InputError(f"`kind` is {kind!r}; allowed are {', '.join(KINDS)}", where=where)
    for key in NEEDED:
        if not texts[key]:
            raise InputError(f"`{key}` is absent", where=where)
    used = [key for key in ("field", "tags") if texts[key]]
    if len(used) != 1 or used[0] not in PLACES[kind]:
        raise InputError(f"say where the intent is written: one of {', '.join(PLACES[kind])}", where=where)
    if kind == "zendesk" and texts["field"] and not texts["field"].isdigit():
        raise InputError(f"`field` is {texts['field']!r}; it is the number of the drop-down", where=where)
    return texts


def _rules(raw: Mapping[str, Any], kind: str, prefix: str, where: str) -> Rules:
    on, threshold, hours = raw.get("on", True), raw.get("threshold"), raw.get("give_up_hours", GIVE_UP_HOURS)
    if not isinstance(on, bool):
        raise InputError(f"`on` is {on!r}; write true or false", where=where)
    if threshold is not None and not _lies(threshold, 0, 1):
        raise InputError(f"`threshold` is {threshold!r}; it must lie in 0-1, or be left out", where=where)
    if not _lies(hours, 0.01, MOST_HOURS):
        raise InputError(f"`give_up_hours` is {hours!r}; it must lie in 0.01-{MOST_HOURS}", where=where)
    active = raw.get("active", list(NAMES))
    if not isinstance(active, list):
        raise InputError('`active` is no list; write active = ["WISMO", ...]', where=where)
    return Rules(
        on=on,
        threshold=None if threshold is None else float(threshold),
        active=_with_kin({accepted(str(intent), where=f"{where}.active") for intent in active}),
        words=_words(raw, kind, prefix, where),
        give_up_seconds=float(hours) * 3600,
    )


def _with_kin(said: set[str]) -> frozenset[str]:
    """The intents, under every name they had or have: a release of an earlier version answers with its own."""
    kin = {name: chain().reads_as(name) for name in chain().known}
    found = {target for name in said for target in kin[name]}
    return frozenset(said | {name for name in kin if found.intersection(kin[name])})


def _words(raw: Mapping[str, Any], kind: str, prefix: str, where: str) -> dict[str, str]:
    named = {
        accepted(str(intent), where=f"{where}.words"): _text(_table(raw["words"], where), intent, where)
        for intent in _table(raw.get("words", {}), f"{where}.words")
    }
    lower = prefix or kind in LOWER
    words = {name: named.get(name) or f"{prefix}{name.lower() if lower else name}" for name in chain().known}
    if len({words[name].casefold() for name in NAMES}) < len(NAMES):
        raise InputError("`words` gives two intents the same word; give each its own", where=where)
    odd = [word for word in words.values() if not word.casefold().startswith(prefix.casefold())]
    if odd:
        raise InputError(f"`words` holds {odd[0]!r}, which does not begin with the prefix {prefix!r}", where=where)
    return words


def _are_ours(accounts: list[HookAccount], path: Path) -> None:
    """Let accounts pass whose writing `sync` takes for ours, where it reads the same helpdesk."""
    try:
        sources = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return  # `sync` says what is wrong with it
    for one in accounts:
        for source in sources if isinstance(sources, list) else []:
            same = isinstance(source, dict) and (source.get("kind"), str(source.get("url", "")).rstrip("/")) == (
                one.setup.kind,
                one.setup.url,
            )
            if same and one.writer not in source.get("ours", []):
                raise InputError(
                    f"`writer` {one.writer} is not among `ours` of that helpdesk in {path.name}: what we write would "
                    "come home as a person's correction; add it there",
                    where=f"accounts.{one.name}",
                )


def _known(raw: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in raw:
        if key not in allowed:
            close = get_close_matches(key, allowed, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; allowed are {', '.join(allowed)}"
            raise InputError(f"unknown key {key!r}{hint}", where=where)


def _table(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InputError("must be a table", where=where)
    return raw


def _text(raw: Mapping[str, Any], key: str, where: str) -> str:
    found = raw.get(key, "")
    if not isinstance(found, str):
        raise InputError(f"`{key}` is {found!r}; write it in quotes", where=where)
    return found.strip()


def _lies(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
