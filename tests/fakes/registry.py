"""Fake of `ports.Registry`, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ecomintent import files
from ecomintent.errors import ReleaseError
from ecomintent.records import RegisteredVersion


class FakeRegistry:
    """Versions with their files as bytes; `writes` names every write in order, repetitions too."""

    def __init__(self) -> None:
        self._versions: dict[str, RegisteredVersion] = {}
        self._aliases: dict[str, str] = {}
        self.contents: dict[str, dict[str, bytes]] = {}
        """version -> file name -> bytes; change it to damage a release."""
        self.writes: list[tuple[str, ...]] = []

    def register(self, folder: Path, *, run_id: str, weights: str, tags: dict[str, str]) -> RegisteredVersion:
        """As the port says."""
        if files.folder_digest(folder) != weights:
            raise ReleaseError(f"{folder} does not have digest {weights[:12]}")
        known = next((found.version for found in self._versions.values() if found.weights == weights), None)
        version = known or str(len(self._versions) + 1)
        before = self._versions[version].tags if known else {}
        self._versions[version] = RegisteredVersion(
            version=version, run_id=run_id, weights=weights, tags={**before, **tags, "weights": weights}
        )
        self.contents[version] = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
        self.writes.append(("register", version))
        return self._existing(version)

    def version(self, version: str) -> RegisteredVersion | None:
        """As the port says."""
        found = self._versions.get(version)
        return replace(found, tags=dict(found.tags)) if found else None

    def versions(self) -> Sequence[RegisteredVersion]:
        """Newest first."""
        return [self._existing(version) for version in reversed(self._versions)]

    def aliases(self) -> dict[str, str]:
        """alias -> version."""
        return dict(self._aliases)

    def point(self, alias: str, version: str) -> None:
        """Move `alias`."""
        self._aliases[alias] = self._existing(version).version
        self.writes.append(("point", alias, version))

    def drop(self, alias: str) -> None:
        """Remove `alias`."""
        self._aliases.pop(alias, None)
        self.writes.append(("drop", alias))

    def tag(self, version: str, tags: dict[str, str]) -> None:
        """Set tags, leaving others as they are."""
        found = self._existing(version)
        self._versions[version] = replace(found, tags={**found.tags, **tags})
        self.writes.append(("tag", version))

    def fetch(self, version: str, into: Path) -> Path:
        """Write the version's files into `into/<version>`."""
        weights, target = self._existing(version).weights, into / version
        if target.is_dir() and files.folder_digest(target) == weights:
            return target
        files.replace_folder(target, lambda folder: self._fill(folder, version, weights))
        return target

    def _fill(self, folder: Path, version: str, weights: str) -> None:
        for name, content in self.contents[version].items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if files.folder_digest(folder) != weights:
            raise ReleaseError(f"version {version}: its stored files are damaged or gone")

    def _existing(self, version: str) -> RegisteredVersion:
        found = self.version(version)
        if found is None:
            raise ReleaseError(f"version {version} is not in the registry")
        return found
