"""What requests and answers look like, with the examples that /openapi.json shows."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ecomintent.taxonomy import NAMES, chain

EXAMPLE: Final = "where is my order it has been 5 days"
ROUTE_EXAMPLE: Final = {
    "confidence": "high",
    "queue": "delivery",
    "tag": "ei-wismo",
    "macro": "tracking-status",
    "escalate": False,
    "suggested": "WISMO",
}
SCORES_EXAMPLE: Final = {name: (0.952 if name == "WISMO" else 0.006) for name in NAMES}
ANSWER_EXAMPLE: Final[dict[str, Any]] = {
    "intent": "WISMO",
    "confidence": 0.952,
    "scores": SCORES_EXAMPLE,
    "below_threshold": False,
    "request_id": "0b5c0f6f8d1c4c0f9d6a3c1f4f3e2a10",
    "latency_ms": 2.1,
    "model_version": "3",
    "taxonomy_version": "1",
    "truncated": False,
    "route": ROUTE_EXAMPLE,
    "audit": False,
}


def _written(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty; send the customer's message")
    if "\0" in text:
        raise ValueError("it holds a NUL; send text")
    return text


Text = Annotated[
    str, AfterValidator(_written), Field(description="The customer's message. Any length the body allows.")
]
Threshold = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Confidence (0-1) below which the intent is OTHER. Without it the release's own, for each intent.",
    ),
]


class Strict(BaseModel):
    """No value is bent into another type, and no field is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid")


class ClassifyRequest(Strict):
    """One ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": EXAMPLE}, {"text": EXAMPLE, "threshold": 0.7}]})

    text: Text
    threshold: Threshold = None


class BatchRequest(Strict):
    """Several tickets, answered as if each were asked alone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"texts": ["where is my package", "cancel my order", "wrong item arrived"]}]}
    )

    texts: list[Text] = Field(min_length=1, description="At most 32, unless the server is set up otherwise.")
    threshold: Threshold = None


class RouteAnswer(BaseModel):
    """Where the ticket goes."""

    confidence: str = Field(description="high, medium or low, by the release's threshold for the intent.")
    queue: str
    tag: str
    macro: str = Field(description="Reply to suggest; empty for none.")
    escalate: bool = Field(description="A person reads it before anything is sent.")
    suggested: str = Field(description="The best intent, also below the threshold; empty where the release abstains.")


class ClassifyAnswer(BaseModel):
    """What is said of one ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [ANSWER_EXAMPLE]})

    intent: str = Field(description="One of GET /intents; OTHER where confidence is below the threshold.")
    confidence: float = Field(description="Calibrated probability of the best intent, 0-1.")
    scores: dict[str, float]
    below_threshold: bool
    request_id: str
    latency_ms: float
    model_version: str
    taxonomy_version: str
    truncated: bool = Field(description="The end of the text was not read: the model takes so many tokens.")
    route: RouteAnswer
    audit: bool = Field(description="Drawn for the blind audit: show no person this answer before they labelled it.")


class BatchAnswer(BaseModel):
    """What is said of each, in their order."""

    results: list[ClassifyAnswer]
    count: int
    request_id: str
    total_latency_ms: float


class IntentsAnswer(BaseModel):
    """The intents there are."""

    intents: list[str]
    count: int
    descriptions: dict[str, str]
    taxonomy_version: str
    aliases: dict[str, list[str]] = Field(
        description="Names of other versions -> the intents in force they read as: one, several where an intent was "
        "split, none where it was retired. POST /corrections takes the names that read as one."
    )


class Fault(BaseModel):
    """Why a request was turned away."""

    detail: str = Field(examples=["text: missing; send it"])
    request_id: str


def intents_answer(number: str) -> dict[str, Any]:
    """Every intent of that version with the sentence that decides borderline tickets, and what other names read as."""
    known = chain()
    version = known.version(number) or known.last
    told = {intent.name: intent.description for intent in version.intents}
    aliases = {name: list(known.reads_as(name)) for name in known.known if name not in version.ids}
    said = {"intents": list(told), "count": len(told), "descriptions": told, "taxonomy_version": version.number}
    return said | {"aliases": aliases}
