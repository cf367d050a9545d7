"""A Label Studio task as a ticket: finished annotations are changes, the prediction they began with came before."""

from collections.abc import Mapping
from typing import Any, Final

from ecomintent.adapters.labelling import newest, text_field, ticket, when
from ecomintent.adapters.source_setup import Setup
from ecomintent.records import Refused
from ecomintent.tickets import Actor, ActorKind, Change, Ticket

COPIED: Final = ("prediction", "propagated_annotation")
"""Values of `last_action`: made many at once, from predictions or another task's annotation; nobody looked at it."""
IMPORTED: Final = "imported"

Task = Mapping[str, Any]


def number(task: Task) -> int:
    """The task's id; 0 where it has none."""
    found = task.get("id")
    return found if isinstance(found, int) else 0


def changed_at(task: Task) -> str:
    """When the task or one of its annotations last changed; empty where nothing says so."""
    return newest(one.get("updated_at") for one in [task, *_dicts(task.get("annotations"))])


def read(task: Task, setup: Setup) -> tuple[Ticket, list[Refused]]:
    """The task as a ticket, and a row for each annotation that names more than one intent.

    A ticket is known by `ticket_id` or `external_id` of the task's data, else by the task's own id.
    """
    data = task.get("data")
    data = data if isinstance(data, dict) else {}
    named = str(data.get("ticket_id") or data.get("external_id") or task.get("id") or "")
    changes: list[Change] = []
    refused: list[Refused] = []
    for annotation in _dicts(task.get("annotations")):
        chosen = _chosen(annotation.get("result"), setup.field)
        if annotation.get("was_cancelled") or not chosen:
            continue
        if len(chosen) > 1:
            refused.append(_refused(annotation, len(chosen), named, setup))
        else:
            changes.append(_change(annotation, chosen[0], task, setup))
    created_at = str(task.get("created_at") or "")
    return ticket(named, created_at, data.get(text_field(setup)), changes), refused


def _change(annotation: Task, value: str, task: Task, setup: Setup) -> Change:
    at = str(annotation.get("updated_at") or annotation.get("created_at") or "")
    return Change(
        # An annotation that is edited keeps its id; with the time of the edit it is another event.
        event_id=f"annotation:{annotation.get('id')}:{at}",
        at=at,
        actor=_actor(annotation, setup),
        value=value,
        previous=_previous(annotation, task, setup.field),
    )


def _actor(annotation: Task, setup: Setup) -> Actor:
    """Who saved the annotation last, or who made it."""
    person = _user(annotation.get("updated_by")) or _user(annotation.get("completed_by"))
    kind = ActorKind.HUMAN
    action = annotation.get("last_action")
    # The page in which people label measures how long they took; a prediction copied otherwise has no such time.
    copied = annotation.get("parent_prediction") and annotation.get("lead_time") is None
    if person in setup.ours:
        kind = ActorKind.SELF
    elif action in COPIED or copied:
        kind = ActorKind.RULE
    elif not person or action == IMPORTED:
        kind = ActorKind.UNKNOWN
    return Actor(kind=kind, id=person)


def _user(value: object) -> str:
    """The id of a user, who comes as a number or with name and address."""
    found = value.get("id") if isinstance(value, dict) else value
    return "" if found is None else str(found)


def _previous(annotation: Task, task: Task, field: str) -> str | None:
    """What the prediction said that the labeller was shown; empty where there was none, None where nobody knows."""
    shown = annotation.get("prediction")
    if not (isinstance(shown, dict) and shown):
        predictions = task.get("predictions") or []
        if not all(isinstance(one, dict) for one in predictions):
            return None
        shown = _shown(annotation, predictions)
    chosen = _chosen(shown.get("result"), field) if shown else []
    if len(chosen) > 1:
        return None
    return chosen[0] if chosen else ""


def _shown(annotation: Task, predictions: list[Task]) -> Task | None:
    """The prediction the annotation was begun from, else the newest there was when it was begun."""
    parent = annotation.get("parent_prediction")
    begun = when(annotation.get("created_at"))
    for one in predictions:
        if parent is not None and one.get("id") == parent:
            return one
    before = [one for one in predictions if when(one.get("created_at")) <= begun]
    return max(before, key=lambda one: (when(one.get("created_at")), number(one)), default=None)


def _chosen(result: object, field: str) -> list[str]:
    """The choices made for the question `field`, each once."""
    values = [
        item.get("value") for item in _dicts(result) if item.get("from_name") == field and item.get("type") == "choices"
    ]
    choices = [choice for value in values if isinstance(value, dict) for choice in value.get("choices") or []]
    return list(dict.fromkeys(str(choice) for choice in choices))


def _dicts(value: object) -> list[Task]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _refused(annotation: Task, count: int, named: str, setup: Setup) -> Refused:
    reason = (
        f"annotation {annotation.get('id')} has {count} choices for {setup.field!r}, a ticket has one intent; "
        'set choice="single" in the labelling interface and choose again'
    )
    return Refused(file=setup.name, line=0, ticket_id=named, reason=reason, excerpt="")
