"""Credentials are fetched from where a file says they are: a variable or a file of its own, never that file itself."""

from collections.abc import Mapping
from pathlib import Path

from ecomintent.adapters.settings import SECRET
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError


def fetched(said: str, where: str, secrets: Mapping[str, str], *, key: str = "token") -> Secret:
    """The credential that `env:NAME` or `file:PATH` stands for; an empty one where nothing is said.

    Args:
        key: under which it was said, for messages.
    Raises:
        InputError: it is not there, others may read it, or it stands in the file itself.
    """
    how, _, place = said.partition(":")
    if not said:
        return Secret("")
    if how == "env" and place.startswith(SECRET):
        if not secrets.get(place):
            raise InputError(f"the variable {place} is not set; export it, or name a file", where=where)
        return Secret(secrets[place].strip())
    if how == "file":
        return Secret(_in_file(Path(place), where, key))
    raise InputError(
        f'`{key}` holds the credential itself or names no place; write {key} = "env:{SECRET}..." or '
        '"file:/path" (mode 0600), and make the credential anew: this file is no place for it',
        where=where,
    )


def _in_file(path: Path, where: str, key: str) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise InputError(f"others may read {path}; chmod 600 {path}", where=where)
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({type(error).__name__}); check `{key}`", where=where) from error
    if not found:
        raise InputError(f"{path} is empty; it must hold the credential", where=where)
    return found
