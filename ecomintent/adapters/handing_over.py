"""What promotion leaves for the server in the home, so that the server needs no registry: folders, passports, names.

Folders and passports first, `champion.json` last and whole: a server that reads it finds what it names.
"""

import json
import logging
from typing import Any

from ecomintent import files
from ecomintent.adapters import passports
from ecomintent.adapters.served_releases import FORMAT, HANDED_OVER, RELEASES
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError

log = logging.getLogger(__name__)


def hand_over(system: System) -> dict[str, Any]:
    """Lay out champion, previous and candidate as the registry's aliases are now. Safe to repeat.

    Only the champion must be whole: a previous release or a candidate that is not is left out, and the log says why.

    Returns:
        What champion.json says; empty, and nothing written, where there is neither champion nor candidate.
    Raises:
        ReleaseError: the champion has no passport that verifies, or its stored bytes are not the registered ones.
    """
    aliases = system.registry.aliases()
    champion = aliases.get("champion", "")
    if not champion and "candidate" not in aliases:
        return {}
    lineup = {
        "champion": _laid_out(system, champion, signed=True) if champion else None,
        "previous": _if_whole(system, aliases.get("previous", ""), signed=True),
        "candidate": _if_whole(system, aliases.get("candidate", ""), signed=False),
    }
    told = {"format": FORMAT, **lineup}
    text = json.dumps(told, indent=2) + "\n"
    path = system.settings.home / HANDED_OVER
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
        files.write_text(path, text)
        log.info("handed over champion=%s previous=%s candidate=%s", *map(_version, lineup.values()))
    return told


def tell_server(system: System) -> None:
    """`hand_over` after a decision that is made and recorded: what keeps the server from it is told, not raised.

    The server goes on with the release it has, and every later decision or retrain hands over again.
    """
    try:
        hand_over(system)
    except EcomIntentError as error:
        log.warning("the server is not told who is champion: %s", error)


def _laid_out(system: System, version: str, *, signed: bool) -> dict[str, str]:
    if signed:
        passport = passports.require(system, version)
        weights = passport.weights
        passports.copy_to_home(system, version)
    else:
        found = system.registry.version(version)
        weights = found.weights if found else ""
    system.registry.fetch(version, system.settings.home / RELEASES)
    return {"version": version, "weights": weights}


def _if_whole(system: System, version: str, *, signed: bool) -> dict[str, str] | None:
    if not version:
        return None
    try:
        return _laid_out(system, version, signed=signed)
    except EcomIntentError as error:
        log.warning("version %s is not handed over: %s", version, error)
        return None


def _version(told: dict[str, str] | None) -> str:
    return told["version"] if told else "none"
