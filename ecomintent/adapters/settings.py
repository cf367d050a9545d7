"""Where things run: the only reader of the environment. infra/env.example lists every variable (tested).

Over 200 lines: a field, its variable and its default in one place.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecomintent import taxonomy
from ecomintent.adapters import remote_settings, serve_settings, service_settings, taxonomy_file
from ecomintent.adapters.remote_settings import RemoteSettings
from ecomintent.adapters.serve_settings import ServeSettings
from ecomintent.adapters.service_settings import ServiceSettings
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
    *remote_settings.VARIABLES,
    *service_settings.VARIABLES,
    "ECOMINTENT_NOTIFY_FILE",
    "ECOMINTENT_PAGES_URL",
    "ECOMINTENT_TAXONOMY",
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
    """Where the pipeline runs: the checkout itself for its own home, else a link in `home` to the latest worktree."""
    params: Path
    database_url: str = field(repr=False)
    signing_key: Path | None = None
    """The private key that signs passports; None: one is made in the home."""
    sources: Path | None = None
    """The file that names the helpdesks to read; None: sources.toml in the home."""
    notify: Path | None = None
    """The file that says who is told of verdicts and alarms; None: nobody."""
    pages_url: str = ""
    """Where people reach the server's pages; empty: notices name files."""
    taxonomy: Path | None = None
    """The file of this home's versions of the intents; None: taxonomy.json in the home."""
    llm_key: str | None = field(default=None, repr=False)
    """What `bench llm` shows its endpoint; None: it asks without a key."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables that begin with `SECRET`, by name."""
    serve: ServeSettings = field(default_factory=ServeSettings)
    remotes: RemoteSettings = field(default_factory=RemoteSettings)
    services: ServiceSettings = field(default_factory=ServiceSettings)

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
    def taxonomy_file(self) -> Path:
        """Where the versions of the intents lie; absent: the nine are in force."""
        return self.taxonomy or self.home / "taxonomy.json"

    @property
    def tracking_uri(self) -> str:
        """MLflow's server, or else its database inside the home."""
        return self.services.mlflow_url or f"sqlite:///{self.home / 'mlflow' / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """MLflow's artefacts, inside the home; a server has its own place for them."""
        return self.home / "mlflow" / "artifacts"

    @property
    def releases(self) -> Path:
        """Verified local copies of registered versions."""
        return self.home / "releases"

    def child_environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` plus what Prefect, MLflow, DVC and friends must know to stay inside the home and quiet."""
        signing_key = {"ECOMINTENT_SIGNING_KEY": str(self.signing_key)} if self.signing_key else {}
        sources = {"ECOMINTENT_SOURCES": str(self.sources)} if self.sources else {}
        # Told by value, also what stood in files: a child starts in another folder.
        told = {name: value for name, value in base.items() if name not in service_settings.VARIABLES}
        llm_key = {"ECOMINTENT_LLM_KEY": self.llm_key} if self.llm_key else {}
        notify = {"ECOMINTENT_NOTIFY_FILE": str(self.notify)} if self.notify else {}
        versions = {"ECOMINTENT_TAXONOMY": str(self.taxonomy)} if self.taxonomy else {}
        return {
            **told,
            **llm_key,
            **signing_key,
            **sources,
            **notify,
            **versions,
            "ECOMINTENT_HOME": str(self.home),
            "ECOMINTENT_PROJECT": str(self.project),
            "ECOMINTENT_PARAMS": str(self.params),
            "ECOMINTENT_DATABASE_URL": self.database_url,
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
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
            **self.services.environment(),
        }


def from_environment(environment: Mapping[str, str], cwd: Path) -> Settings:
    """Read the settings; relative paths are taken from `cwd`.

    Raises:
        InputError: no checkout can be found, a foreign params file is asked for the checkout's own home, or a value is
            not what infra/env.example allows.
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
    url = service_settings.secret(environment, "ECOMINTENT_DATABASE_URL", cwd) or f"sqlite:///{home / 'labels.db'}"
    named_key = environment.get("ECOMINTENT_SIGNING_KEY")
    sources, versions = environment.get("ECOMINTENT_SOURCES"), environment.get("ECOMINTENT_TAXONOMY")
    notify = environment.get("ECOMINTENT_NOTIFY_FILE")
    return Settings(
        home=home,
        project=project,
        workspace=workspace,
        params=params,
        database_url=url,
        signing_key=(cwd / named_key).resolve() if named_key else None,
        sources=(cwd / sources).resolve() if sources else None,
        notify=(cwd / notify).resolve() if notify else None,
        pages_url=environment.get("ECOMINTENT_PAGES_URL", ""),
        taxonomy=(cwd / versions).resolve() if versions else None,
        llm_key=service_settings.secret(environment, "ECOMINTENT_LLM_KEY", cwd) or None,
        secrets={name: value for name, value in environment.items() if name.startswith(SECRET)},
        serve=serve_settings.read(environment, cwd),
        remotes=remote_settings.read(environment, cwd),
        services=service_settings.read(environment, cwd),
    )


def current() -> Settings:
    """The settings of this process; from now on it works with its home's intents.

    Raises:
        InputError: as `from_environment` and `taxonomy_file.read`.
    """
    found = from_environment(os.environ, Path.cwd())
    taxonomy.use(taxonomy_file.read(found.taxonomy_file))
    return found


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
