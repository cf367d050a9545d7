"""Where things run: the only reader of the environment. infra/env.example lists every variable (tested)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecomintent.adapters import serve_settings
from ecomintent.adapters.serve_settings import ServeSettings
from ecomintent.errors import InputError

VARIABLES: Final = (
    "ECOMINTENT_HOME",
    "ECOMINTENT_PROJECT",
    "ECOMINTENT_PARAMS",
    "ECOMINTENT_DATABASE_URL",
    "ECOMINTENT_SIGNING_KEY",
    "ECOMINTENT_SOURCES",
    "ECOMINTENT_LLM_KEY",
    "ECOMINTENT_ROUTES",
    "ECOMINTENT_TAGGING",
    *serve_settings.NUMBERS,
    serve_settings.KEEP,
    serve_settings.OTLP,
)

SECRET: Final = "ECOMINTENT_SECRET_"
"""What names of variables that hold a credential begin with; sources.toml says which holds whose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One home, one checkout, and the stores that belong to them."""

    home: Path
    """All state lives here."""
    project: Path
    """The checkout: dvc.yaml, params.yaml, expectations/, ecomintent/."""
    workspace: Path
    """Where the pipeline runs: the checkout itself for its own home, else a folder in `home`."""
    params: Path
    database_url: str
    signing_key: Path | None = None
    """The private key that signs passports; None: one is made in the home."""
    sources: Path | None = None
    """The file that names the helpdesks to read; None: sources.toml in the home."""
    llm_key: str | None = field(default=None, repr=False)
    """What `bench llm` shows its endpoint; None: it asks without a key."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables that begin with `SECRET`, by name."""
    serve: ServeSettings = field(default_factory=ServeSettings)

    @property
    def routes_file(self) -> Path:
        """Where tickets go, intent by intent."""
        return self.serve.routes or self.project / "infra" / "routes.toml"

    @property
    def tagging_file(self) -> Path:
        """Where the helpdesk accounts to tag are named, whether it is there or not."""
        return self.serve.tagging or self.project / "infra" / "tagging.toml"

    @property
    def sources_file(self) -> Path:
        """Where the helpdesks to read are named, whether it is there or not."""
        return self.sources or self.home / "sources.toml"

    @property
    def tracking_uri(self) -> str:
        """MLflow's database, inside the home."""
        return f"sqlite:///{self.home / 'mlflow' / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """MLflow's artefacts, inside the home."""
        return self.home / "mlflow" / "artifacts"

    @property
    def releases(self) -> Path:
        """Verified local copies of registered versions."""
        return self.home / "releases"

    def child_environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` plus what Prefect, MLflow, DVC and friends must know to stay inside the home and quiet."""
        signing_key = {"ECOMINTENT_SIGNING_KEY": str(self.signing_key)} if self.signing_key else {}
        sources = {"ECOMINTENT_SOURCES": str(self.sources)} if self.sources else {}
        return {
            **base,
            **signing_key,
            **sources,
            "ECOMINTENT_HOME": str(self.home),
            "ECOMINTENT_PROJECT": str(self.project),
            "ECOMINTENT_PARAMS": str(self.params),
            "ECOMINTENT_DATABASE_URL": self.database_url,
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_EXTRA_LOGGERS": "ecomintent",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_TRACKING_URI": self.tracking_uri,
            "DVC_NO_ANALYTICS": "true",
            "DVC_SITE_CACHE_DIR": str(self.home / "dvc" / "site"),
            "GX_ANALYTICS_ENABLED": "false",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }


def from_environment(environment: Mapping[str, str], cwd: Path) -> Settings:
    """Read the settings; relative paths are taken from `cwd`.

    Raises:
        InputError: no checkout can be found, or a foreign params file is asked for the checkout's own home.
    """
    project = _project(environment.get("ECOMINTENT_PROJECT"), cwd)
    own_home = project / ".ecomintent"
    home = (cwd / environment["ECOMINTENT_HOME"]).resolve() if environment.get("ECOMINTENT_HOME") else own_home
    named = environment.get("ECOMINTENT_PARAMS")
    params = (cwd / named).resolve() if named else project / "params.yaml"
    workspace = project if home == own_home else home / "workspace"
    if workspace == project and params != project / "params.yaml":
        raise InputError(
            f"{params} cannot be used with the checkout's own home; set ECOMINTENT_HOME to another folder too",
            where="ECOMINTENT_PARAMS",
        )
    url = environment.get("ECOMINTENT_DATABASE_URL") or f"sqlite:///{home / 'labels.db'}"
    named_key = environment.get("ECOMINTENT_SIGNING_KEY")
    sources = environment.get("ECOMINTENT_SOURCES")
    return Settings(
        home=home,
        project=project,
        workspace=workspace,
        params=params,
        database_url=url,
        signing_key=(cwd / named_key).resolve() if named_key else None,
        sources=(cwd / sources).resolve() if sources else None,
        llm_key=environment.get("ECOMINTENT_LLM_KEY") or None,
        secrets={name: value for name, value in environment.items() if name.startswith(SECRET)},
        serve=serve_settings.read(environment, cwd),
    )


def current() -> Settings:
    """The settings of this process."""
    return from_environment(os.environ, Path.cwd())


def _project(named: str | None, cwd: Path) -> Path:
    installed = Path(__file__).resolve().parents[2]
    candidates = [(cwd / named).resolve()] if named else [*(p for p in (cwd, *cwd.parents)), installed]
    for candidate in candidates:
        if (candidate / "dvc.yaml").is_file() and (candidate / "ecomintent").is_dir():
            return candidate.resolve()
    raise InputError(
        "no checkout with dvc.yaml and ecomintent/ here; cd into it or set ECOMINTENT_PROJECT",
        where=named or str(cwd),
    )
