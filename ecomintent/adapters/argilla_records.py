"""An Argilla record as a ticket: submitted responses are changes, the suggestion they were shown came before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecomintent.adapters.labelling import newest, text_field, ticket, when
from ecomintent.adapters.source_setup import Setup
from ecomintent.records import Refused
from ecomintent.tickets import Actor, ActorKind, Change, Ticket

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The question whose answer is the intent."""

    id: str
    name: str


def changed_at(record: Record) -> str:
    """When the record, a response or a suggestion last changed: a response alone does not touch its record's time."""
    parts = [record, *_dicts(record.get("responses")), *_dicts(record.get("suggestions"))]
    return newest(part.get(name) for part in parts for name in ("inserted_at", "updated_at"))


def read(record: Record, question: Question, setup: Setup) -> tuple[Ticket, list[Refused]]:
    """The record as a ticket, and a row for each response that names more than one intent.

    A ticket is known by the record's `external_id`, else by its own id.
    """
    fields = record.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    named = str(record.get("external_id") or record.get("id") or "")
    changes: list[Change] = []
    refused: list[Refused] = []
    for response in _dicts(record.get("responses")):
        chosen = _chosen(response, question)
        if response.get("status") != "submitted" or not chosen:
            continue
        if len(chosen) > 1:
            refused.append(_refused(response, len(chosen), named, setup))
        else:
            changes.append(_change(response, chosen[0], record, question, setup))
    created_at = str(record.get("inserted_at") or "")
    return ticket(named, created_at, fields.get(text_field(setup)), changes), refused


def _change(response: Record, value: str, record: Record, question: Question, setup: Setup) -> Change:
    at = str(response.get("updated_at") or response.get("inserted_at") or "")
    return Change(
        # A response that is edited keeps its id; with the time of the edit it is another event.
        event_id=f"response:{response.get('id')}:{at}",
        at=at,
        actor=_actor(response, setup),
        value=value,
        previous=_previous(record, question, at),
    )


def _actor(response: Record, setup: Setup) -> Actor:
    # Of a user who was deleted nothing is left but that there was one.
    person = str(response.get("user_id") or "")
    if person in setup.ours:
        return Actor(kind=ActorKind.SELF, id=person)
    return Actor(kind=ActorKind.HUMAN if person else ActorKind.UNKNOWN, id=person)


def _previous(record: Record, question: Question, at: str) -> str | None:
    """What was suggested when the response was given; empty where nothing was, None where nobody knows."""
    for suggestion in _dicts(record.get("suggestions")):
        if str(suggestion.get("question_id")) != question.id or when(suggestion.get("inserted_at")) > when(at):
            continue
        # There is one suggestion to a question, written over by the next: what it said before is gone.
        chosen = _values(suggestion.get("value"))
        return chosen[0] if len(chosen) == 1 and when(suggestion.get("updated_at")) <= when(at) else None
    return ""


def _chosen(response: Record, question: Question) -> list[str]:
    answers = response.get("values")
    answer = answers.get(question.name) if isinstance(answers, dict) else None
    return _values(answer.get("value")) if isinstance(answer, dict) else []


def _values(value: object) -> list[str]:
    """A label, or those of a question that takes several, each once."""
    several = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(one) for one in several if one not in (None, "")))


def _dicts(value: object) -> list[Record]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _refused(response: Record, count: int, named: str, setup: Setup) -> Refused:
    reason = (
        f"response {response.get('id')} has {count} labels for {setup.field!r}, a ticket has one intent; "
        "use a LabelQuestion, or choose one label only"
    )
    return Refused(file=setup.name, line=0, ticket_id=named, reason=reason, excerpt="")
