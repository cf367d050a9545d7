"""MLflow behind an address: who asks, how long a silent server is asked again, its refusals in one line."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

from ecomintent.adapters.service_settings import MLFLOW, MLFLOW_PASSWORD, MLFLOW_USER, ServiceSettings
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from mlflow import MlflowClient

UNKNOWN_ACCOUNT: Final = "UNAUTHENTICATED"
NOT_ALLOWED: Final = "PERMISSION_DENIED"
SILENT: Final = ("failed with exception", "failed with timeout")
"""How MLflow's client tells of a server that it cannot reach; the error's code is that of a bug."""


def sign_in(services: ServiceSettings) -> None:
    """Tell MLflow's clients in this process the account and their patience: they know no other place to look."""
    from mlflow import environment_variables as known

    told = services.environment()
    account = (known.MLFLOW_TRACKING_USERNAME, known.MLFLOW_TRACKING_PASSWORD)
    patience = (known.MLFLOW_HTTP_REQUEST_MAX_RETRIES, known.MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR)
    for variable in (*account, *(each for each in patience if not each.is_set())):
        if variable.name in told:
            variable.set(told[variable.name])


def explained(client: "MlflowClient", services: ServiceSettings) -> "MlflowClient":
    """`client`, whose calls raise InputError where the server is silent or does not let the account in."""
    return cast("MlflowClient", _Explained(client, services))


class _Explained:
    def __init__(self, client: "MlflowClient", services: ServiceSettings) -> None:
        self._client, self._services = client, services

    def __getattr__(self, name: str) -> Any:
        asked: Callable[..., Any] = getattr(self._client, name)

        def told(*arguments: Any, **named: Any) -> Any:
            from mlflow.exceptions import MlflowException

            try:
                return asked(*arguments, **named)
            except MlflowException as error:
                line = _line(error, name, self._services.mlflow_user)
                if line is None:
                    raise
                raise InputError(line, where=self._services.mlflow_url) from error

        return told


def _line(error: Any, call: str, user: str) -> str | None:
    account = f"the account {user!r}" if user else "anybody without an account"
    if error.error_code == UNKNOWN_ACCOUNT:
        return f"MLflow does not know {account}; check {MLFLOW_USER} and {MLFLOW_PASSWORD}_FILE"
    if error.error_code == NOT_ALLOWED:
        return f"MLflow does not let {account} do this ({call}); docs/stack.md says what each account may"
    if any(words in str(error) for words in SILENT):
        return f"MLflow does not answer; start it, or correct {MLFLOW}"
    return None
