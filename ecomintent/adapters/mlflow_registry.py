"""`ports.Registry` on MLflow's model registry."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import filelock

from ecomintent import files
from ecomintent.adapters.mlflow_store import EXISTS, MlflowStore
from ecomintent.errors import ReleaseError
from ecomintent.records import RegisteredVersion

if TYPE_CHECKING:
    from mlflow import MlflowClient

NAME: Final = "ecomintent-intents"
WEIGHTS: Final = "weights"
RUN: Final = "ecomintent.run"
"""Tag with the run that a version's tags come from; MLflow keeps only the first run of a version."""
MOST_VERSIONS: Final = 10_000


class MlflowRegistry:
    """Versions of one registered model. A version without a `weights` tag does not exist for us."""

    def __init__(self, store: MlflowStore) -> None:
        self._store = store

    def register(self, folder: Path, *, run_id: str, weights: str, tags: dict[str, str]) -> RegisteredVersion:
        """Store `folder`, or return the version that holds these weights, its tags and files brought up to date.

        The version comes last and carries its tags from birth: a crash before it leaves an unregistered model that
        nobody sees and that the repetition takes up.

        Raises:
            ReleaseError: `weights` is not the digest of `folder`.
        """
        digest = files.folder_digest(folder)
        if digest != weights:
            raise ReleaseError(f"{folder} has digest {digest[:12]}, not {weights[:12]}; retrain, then register again")
        client = self._store.client()
        known = self._search(f" and tags.{WEIGHTS} = '{weights}'")
        if known:
            version = str(known[0].version)
            self._mend(client, version, folder, weights)
            self.tag(version, {**tags, RUN: run_id})
            return self._existing(version)
        model_id = _stored(client, folder, run_id=run_id, weights=weights)
        _ensure_registered_model(client)
        tags = {**tags, RUN: run_id, WEIGHTS: weights}
        made = client.create_model_version(NAME, f"models:/{model_id}", run_id=run_id, model_id=model_id, tags=tags)
        return self._existing(str(made.version))

    def version(self, version: str) -> RegisteredVersion | None:
        """The version, or None when there is none of that number."""
        return next((found for found in self.versions() if found.version == version), None)

    def versions(self) -> Sequence[RegisteredVersion]:
        """Newest first."""
        known = [_record(found) for found in self._search("") if WEIGHTS in found.tags]
        return sorted(known, key=lambda record: -int(record.version))

    def aliases(self) -> dict[str, str]:
        """alias -> version, in one call; empty before the first registration."""
        if not self._store.exists():
            return {}
        client = self._store.client()
        from mlflow.exceptions import MlflowException

        try:
            found = client.get_registered_model(NAME).aliases
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return {}
        return {alias: str(version) for alias, version in found.items()}

    def point(self, alias: str, version: str) -> None:
        """Move the alias in one write, never delete and set, which readers would see.

        Raises:
            ReleaseError: no such version.
        """
        self._existing(version)
        self._store.client().set_registered_model_alias(NAME, alias, version)

    def drop(self, alias: str) -> None:
        """Remove the alias."""
        if alias in self.aliases():
            self._store.client().delete_registered_model_alias(NAME, alias)

    def tag(self, version: str, tags: dict[str, str]) -> None:
        """Set tags, leaving others as they are.

        Raises:
            ReleaseError: no such version.
        """
        self._existing(version)
        for key, value in tags.items():
            self._store.client().set_model_version_tag(NAME, version, key, value)

    def fetch(self, version: str, into: Path) -> Path:
        """A verified local copy in `into/<version>`; one whose bytes differ is fetched anew.

        Raises:
            ReleaseError: no such version, the registry's own bytes are not the registered ones, or no room in `into`.
        """
        weights = self._existing(version).weights
        target = into / version
        if _holds(target, weights):
            return target
        try:
            into.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(into / f".{version}.lock"):
                if not _holds(target, weights):
                    files.replace_folder(target, lambda folder: self._fill(folder, version, weights))
        except OSError as error:
            said = error.strerror or error
            raise ReleaseError(f"version {version} cannot be copied to {into} ({said}); make room for it") from error
        return target

    def _fill(self, folder: Path, version: str, weights: str) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as download:
            source = self._download(version, Path(download))
            found = files.folder_digest(source)
            if found != weights:
                raise _unusable(version, f"are damaged or gone (digest {found[:12]}, registered {weights[:12]})")
            for path in source.iterdir():
                shutil.move(path, folder / path.name)

    def _download(self, version: str, into: Path) -> Path:
        from mlflow.artifacts import download_artifacts
        from mlflow.exceptions import MlflowException

        uri = self._store.client().get_model_version_download_uri(NAME, version)
        try:
            return Path(download_artifacts(artifact_uri=uri, dst_path=str(into)))
        except (MlflowException, OSError) as error:
            raise _unusable(version, f"cannot be read ({str(error).splitlines()[0]})") from error

    def _mend(self, client: "MlflowClient", version: str, folder: Path, weights: str) -> None:
        """Store the same bytes again where the registry lost or spoilt its own."""
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        with tempfile.TemporaryDirectory() as spare:
            try:
                self._fill(Path(spare), version, weights)
            except ReleaseError:
                stored = get_artifact_repository(client.get_model_version_download_uri(NAME, version))
                stored.log_artifacts(str(folder))

    def _search(self, condition: str) -> list[Any]:
        if not self._store.exists():
            return []
        return list(self._store.client().search_model_versions(f"name = '{NAME}'{condition}", MOST_VERSIONS))

    def _existing(self, version: str) -> RegisteredVersion:
        found = self.version(version)
        if found is None:
            raise ReleaseError(f"version {version} is not in the registry; ecomintent status shows what is")
        return found


def _stored(client: "MlflowClient", folder: Path, *, run_id: str, weights: str) -> str:
    """Id of the logged model with the bytes of `folder`, a dead registration's being completed."""
    experiment = client.get_run(run_id).info.experiment_id
    left = client.search_logged_models([experiment], filter_string=f"tags.{WEIGHTS} = '{weights}'")
    model = left[0] if left else client.create_logged_model(experiment, NAME, run_id, {WEIGHTS: weights})
    client.log_model_artifacts(model.model_id, str(folder))
    client.finalize_logged_model(model.model_id, "READY")
    return str(model.model_id)


def _ensure_registered_model(client: "MlflowClient") -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(NAME, description="Intent of a support ticket; released by ecomintent only.")
    except MlflowException as error:
        if error.error_code != EXISTS:
            raise


def _unusable(version: str, said: str) -> ReleaseError:
    remedy = "restore MLflow's artefacts from a backup; from a damaged champion: ecomintent rollback"
    return ReleaseError(f"version {version}: its stored files {said}; {remedy}")


def _holds(folder: Path, weights: str) -> bool:
    return folder.is_dir() and files.folder_digest(folder) == weights


def _record(version: Any) -> RegisteredVersion:
    tags = dict(version.tags)
    run_id = tags.pop(RUN, version.run_id or "")
    return RegisteredVersion(version=str(version.version), run_id=run_id, weights=tags[WEIGHTS], tags=tags)
