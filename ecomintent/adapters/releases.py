"""From a name a person uses (champion, candidate, 3) to a verified folder."""

from pathlib import Path
from typing import Final

from ecomintent.adapters.system import System
from ecomintent.errors import InputError

ALIASES: Final = ("champion", "candidate", "previous", "anchor")


def version_of(system: System, name: str) -> str:
    """The explicit version behind an alias or a number; the alias is read once.

    Raises:
        InputError: no such alias or version; says what there is.
    """
    aliases = system.registry.aliases()
    if name in ALIASES:
        if name not in aliases:
            hint = "ecomintent status shows what waits" if aliases else "ecomintent retrain makes a candidate"
            raise InputError(f"there is no {name} yet; {hint}", where=name)
        return aliases[name]
    if system.registry.version(name) is None:
        known = ", ".join(found.version for found in system.registry.versions()) or "none"
        raise InputError(f"no such version; there are: {known}", where=f"version {name}")
    return name


def resolve(system: System, name: str) -> tuple[Path, str]:
    """A local, verified copy of the release and its weights digest.

    Raises:
        InputError: no such release.
        ReleaseError: its bytes are not the registered ones.
    """
    version = version_of(system, name)
    found = system.registry.version(version)
    if found is None:
        raise InputError("the registry lost it between two reads; try again", where=f"version {version}")
    return system.registry.fetch(version, system.settings.releases), found.weights
