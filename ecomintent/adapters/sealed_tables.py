"""Tables a person imported once and that later only are read: the frozen set and the base corpus, in the home.

Named by their content digest; `current.json` says which one counts. Older ones stay, so that old runs can be explained.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from ecomintent import files
from ecomintent.errors import InputError
from ecomintent.records import Sealed


class SealedTables:
    """One kind of sealed table below `home`."""

    def __init__(self, home: Path, kind: str) -> None:
        self._folder = home / kind
        self._kind = kind

    def current(self) -> Sealed | None:
        """The table that counts now, or None before the first import."""
        noted = self._noted()
        return Sealed(digest=noted["digest"], rows=int(noted["rows"])) if noted else None

    def origin(self) -> str:
        """The file name it was imported from."""
        return (self._noted() or {}).get("origin", "")

    def path(self) -> Path | None:
        """The current table's file, to read from; None before the first import."""
        sealed = self.current()
        return self.file(sealed.digest) if sealed else None

    def replace(self, produce: Callable[[Path], Sealed], origin: str) -> Sealed:
        """Let `produce` write a parquet file and say its digest; make it the current one."""
        sealed = self.store(produce)
        self.point(sealed, origin)
        return sealed

    def store(self, produce: Callable[[Path], Sealed]) -> Sealed:
        """Let `produce` write a parquet file and say its digest; which table counts does not change."""
        sealed: list[Sealed] = []
        fresh = self._folder / "incoming.parquet"
        files.write(fresh, lambda path: sealed.append(produce(path)))
        fresh.replace(self.file(sealed[0].digest))
        return sealed[0]

    def point(self, sealed: Sealed, origin: str) -> None:
        """Make a stored table the current one."""
        noted = {
            "digest": sealed.digest,
            "rows": str(sealed.rows),
            "origin": origin,
            "sha256": files.digest(self.file(sealed.digest)),
        }
        files.write_text(self._folder / "current.json", json.dumps(noted, indent=2) + "\n")

    def file(self, digest: str) -> Path:
        """Where the table of this digest lies, current or older."""
        return self._folder / f"{digest}.parquet"

    def intact(self) -> Path:
        """The current table's file, once its bytes are the sealed ones.

        Raises:
            InputError: nothing was imported yet, or the stored file is not what was sealed.
        """
        noted, sealed = self._noted(), self.current()
        if noted is None or sealed is None:
            raise InputError(
                f"there is none yet; import one: ecomintent {self._kind} import FILE "
                "(or the invented samples: ecomintent samples)",
                where=self._kind,
            )
        source = self.file(sealed.digest)
        if not source.is_file() or files.digest(source) != noted["sha256"]:
            raise InputError(
                f"the sealed table {sealed.short} was changed or removed; import it again", where=str(source)
            )
        return source

    def copy_to(self, target: Path) -> Sealed:
        """Put the current table at `target`, unless the same bytes lie there.

        Raises:
            InputError: as `intact`.
        """
        source, sealed = self.intact(), self.current()
        if sealed is None:
            raise InputError("it was removed while it was read; try again", where=self._kind)
        if not target.is_file() or files.digest(target) != files.digest(source):
            files.write(target, lambda path: shutil.copyfile(source, path))
        return sealed

    def _noted(self) -> dict[str, str] | None:
        path = self._folder / "current.json"
        if not path.is_file():
            return None
        try:
            noted: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            int(noted["rows"]), noted["digest"] + noted["sha256"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"damaged ({type(error).__name__}: {error}); import again: ecomintent {self._kind} import FILE",
                where=str(path),
            ) from error
        return noted
