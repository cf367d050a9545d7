"""How the server runs: its part of the environment, read by `settings`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecomintent.corrected import Why
from ecomintent.errors import InputError

KIB: Final = 1024
KEEP: Final = "ECOMINTENT_SERVE_KEEP"
NOTHING: Final = "none"
OTLP: Final = "ECOMINTENT_SERVE_OTLP"
COLLECTOR: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?")
"""An address without credentials and query."""

NUMBERS: Final[dict[str, tuple[str, float, float, float]]] = {
    "ECOMINTENT_SERVE_BATCH": ("most_texts", 32, 1, 1000),
    "ECOMINTENT_SERVE_BODY_KIB": ("most_body_kib", 1024, 1, 64 * KIB),
    "ECOMINTENT_SERVE_WORKERS": ("workers", 2, 1, 256),
    "ECOMINTENT_SERVE_QUEUE": ("most_waiting", 256, 1, 100_000),
    "ECOMINTENT_SERVE_WATCH_SECONDS": ("watch_seconds", 5, 0.1, 3600),
    "ECOMINTENT_SERVE_SHADOW": ("shadow_share", 0, 0, 1),
    "ECOMINTENT_SERVE_BLIND": ("blind_share", 0.03, 0, 0.05),
}
"""Variable -> field, default, least, most."""
WHOLE: Final = ("most_texts", "most_body_kib", "workers", "most_waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Limits and habits of the server; infra/env.example says what each is for."""

    most_texts: int = 32
    """Texts of one batch."""
    most_body_kib: int = 1024
    """KiB of one request's body."""
    workers: int = 2
    """Tickets answered at the same time, each on one core."""
    most_waiting: int = 256
    """Tickets that may wait for a worker; above it the answer is 503."""
    watch_seconds: float = 5.0
    """Between two looks for a new champion."""
    shadow_share: float = 0.0
    """Share (0-1) of the tickets that the candidate answers too, silently."""
    keep: frozenset[Why] = frozenset(Why)
    """Tickets whose redacted text is kept for a person to label."""
    blind_share: float = 0.03
    """Share (0-0.05) of the tickets that is drawn for the blind audit; 0 for none."""
    routes: Path | None = None
    """The route table; None: infra/routes.toml of the checkout."""
    tagging: Path | None = None
    """The accounts to tag; None: infra/tagging.toml of the checkout."""
    otlp: str = ""
    """Collector that gets a span for each request; empty: none does."""


def read(environment: Mapping[str, str], cwd: Path) -> ServeSettings:
    """The server's settings; what is not set has its default.

    Raises:
        InputError: a value is no number, outside of what is allowed, or no address.
    """
    found: dict[str, float | int] = {}
    for variable, (name, default, least, most) in NUMBERS.items():
        text = environment.get(variable) or str(default)
        try:
            value = int(text) if name in WHOLE else float(text)
        except ValueError:
            value = -1
        if not least <= value <= most:
            kind = "a whole number" if name in WHOLE else "a number"
            raise InputError(f"{text!r}; it must be {kind} in {least:g}-{most:g}", where=variable)
        found[name] = value
    routes = environment.get("ECOMINTENT_ROUTES")
    tagging = environment.get("ECOMINTENT_TAGGING")
    return ServeSettings(
        **found,  # type: ignore[arg-type]
        keep=_keep(environment.get(KEEP) or ",".join(Why)),
        routes=(cwd / routes).resolve() if routes else None,
        tagging=(cwd / tagging).resolve() if tagging else None,
        otlp=_collector(environment.get(OTLP, "")),
    )


def _collector(text: str) -> str:
    if text and not COLLECTOR.fullmatch(text):
        raise InputError("it must be the collector's address, such as http://collector:4318", where=OTLP)
    return text.rstrip("/")


def _keep(text: str) -> frozenset[Why]:
    words = {word.strip() for word in text.split(",")}
    if words == {NOTHING}:
        return frozenset()
    if not words <= {*Why}:
        raise InputError(f"{text!r}; it must name some of {', '.join(Why)}, or be {NOTHING}", where=KEEP)
    return frozenset(Why(word) for word in words)
