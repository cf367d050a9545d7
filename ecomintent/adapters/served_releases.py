"""`serving.ports.Releases`: the files that promotion leaves in the home. Reads them; needs no MLflow and no database.

`serving/champion.json` names versions and weights, `passports/<version>.json` is what was signed, `releases/<version>`
the folder, `keys/trusted` whose signature counts. champion.json itself is not signed: whoever may write the home can
make any release serve that was ever released with a trusted key, and nothing else.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.errors import ReleaseError
from ecomintent.release.passport import REMEDY, Passport, open_sealed
from ecomintent.served import Lineup, Named

FORMAT: Final = 1
HANDED_OVER: Final = Path("serving") / "champion.json"
PASSPORTS: Final = Path("passports")
RELEASES: Final = Path("releases")
MEND: Final = "ecomintent release hand-over writes it anew from the registry"
VERSION: Final = re.compile(r"[0-9]{1,9}")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class ServedReleases:
    """The releases of one home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._keys = SigningKeys(home, None)

    def lineup(self) -> Lineup:
        """What champion.json says.

        Raises:
            ReleaseError: it is absent or damaged.
        """
        path = self._home / HANDED_OVER
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            if raw["format"] != FORMAT:
                raise ReleaseError(f"{path}: format {raw['format']!r}; known is {FORMAT}; {MEND}")
            return Lineup(**{name: _named(raw[name]) for name in ("champion", "previous", "candidate")})
        except FileNotFoundError as error:
            raise ReleaseError(
                f"{path}: not there: no release was promoted in this home, or before there was a server; "
                f"approve a candidate, or: {MEND}"
            ) from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            said = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ReleaseError(f"{path}: cannot be read ({said}); {MEND}") from error

    def folder(self, version: str) -> Path:
        """Below the home."""
        return self._home / RELEASES / version

    def passport(self, named: Named) -> Passport:
        """Its passport, verified.

        Raises:
            ReleaseError: absent, not to be trusted, or of another version or other weights.
            InputError: a file among the trusted keys is no key.
        """
        path = self._home / PASSPORTS / f"{named.version}.json"
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ReleaseError(
                f"version {named.version}: its passport cannot be read ({error}); {MEND}; without one it does not serve"
            ) from error
        passport = open_sealed(text, self._keys.trusted(), where=f"version {named.version}")
        for what, said, wanted in (
            ("version", passport.version, named.version),
            ("weights", passport.weights, named.weights),
        ):
            if said != wanted:
                raise ReleaseError(
                    f"version {named.version}: its passport is for {what} {said[:12]}, not {wanted[:12]}; {REMEDY}"
                )
        return passport


def _named(raw: Any) -> Named | None:
    if raw is None:
        return None
    version, weights = raw["version"], raw["weights"]
    # A version becomes part of a path.
    if not (isinstance(version, str) and VERSION.fullmatch(version)):
        raise ValueError(f"version {version!r} is no number")
    if not (isinstance(weights, str) and DIGEST.fullmatch(weights)):
        raise ValueError("the weights are no SHA-256 digest")
    return Named(version=version, weights=weights)
