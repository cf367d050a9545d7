"""Which labels of the store wait for a person, and letting them go."""

from collections.abc import Callable

from ecomintent import params
from ecomintent.adapters.system import System
from ecomintent.errors import InputError
from ecomintent.labels import guard
from ecomintent.labels.guard import Held, HeldLabel
from ecomintent.params_labels import LabelsParams


def now(system: System) -> Held:
    """The labels of the store, sorted into those that train and those that are held."""
    settings = params.section(system.settings.params, "labels", into=LabelsParams)
    return guard.hold(system.labels.corrections(), settings, system.held_releases.released())


def release(system: System, wanted: Callable[[HeldLabel], bool], *, by: str, reason: str, where: str) -> int:
    """Let the held labels that are `wanted` train from now on; returns how many.

    Raises:
        InputError: nobody or no reason is named, or none of the held labels is wanted.
    """
    for value, option in ((by, "--by"), (reason, "--reason")):
        if not value.strip():
            raise InputError("empty; a release is bound to a person and a reason", where=option)
    keys = [one.key for one in now(system).held if wanted(one)]
    if not keys:
        raise InputError("none of its labels is held; see: ecomintent labels held", where=where)
    return system.held_releases.release(keys, by=by.strip(), reason=reason.strip(), at=system.clock.now())
