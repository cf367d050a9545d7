"""Prefect behind an address: whether it answers, and lets this account in, told in one line."""

from typing import Final

import httpx

from ecomintent.adapters.service_settings import PREFECT, PREFECT_AUTH, ServiceSettings

PATIENCE_SECONDS: Final = 5.0


def trouble(services: ServiceSettings) -> str:
    """What keeps flows from running on the server of the settings; empty where nothing does, or none is named."""
    if not services.prefect_url:
        return ""
    user, _, password = services.prefect_auth.partition(":")
    try:
        # Its health is told to everybody; this page wants the account.
        answer = httpx.get(
            f"{services.prefect_url}/admin/version", auth=(user, password) if user else None, timeout=PATIENCE_SECONDS
        )
    except httpx.HTTPError as error:
        said = type(error).__name__
        return f"Prefect at {services.prefect_url} does not answer ({said}); start it, or correct {PREFECT}"
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return f"Prefect at {services.prefect_url} does not know this account; check {PREFECT_AUTH}_FILE"
    return ""
