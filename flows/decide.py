"""Flow `decide`: a named person's yes or no to one version, from the command line or from a form on Prefect's page."""

import json
import sys
from typing import Literal

from prefect import flow
from pydantic import BaseModel, Field

from ecomintent.adapters import processes
from ecomintent.errors import EcomIntentError
from ecomintent.release.tag_decisions import Asked
from flows import tasks, wiring


class Decision(BaseModel):
    """What the form asks."""

    version: str = Field(description="Version in the registry, as the review page and `ecomintent status` name it.")
    decision: Literal["approve", "reject"] = Field(description="An approved version is gated again, then serves.")
    by: str = Field(description="Your name: it is kept with the release.")
    reason: str = Field(default="", description="Why. Needed for a rejection, for REVIEW and for an override.")
    undecided: dict[str, str] = Field(
        default_factory=dict, description='For each INCONCLUSIVE intent why it may be released, {"WISMO": "..."}.'
    )
    second_person: str = Field(default="", description="Only to override a BLOCK: who else agrees.")


@flow(name="decide", timeout_seconds=30 * 60, flow_run_name="{answer.decision} version {answer.version}")
def decide(answer: Decision) -> str:
    """Record the decision; promote what was approved. Safe to repeat."""
    wiring.begin()
    said = Asked(
        approved=answer.decision == "approve",
        by=answer.by,
        reason=answer.reason,
        waivers=answer.undecided,
        second=answer.second_person,
    )
    tasks.record_decision(answer.version, said)
    if not said.approved:
        return f"version {answer.version} is rejected; the champion stays"
    verdict = tasks.promote_or_refuse(answer.version)
    return f"version {answer.version} is the champion ({verdict.overall.value}: {verdict.cause})"


def main(answer: str) -> int:
    """Run the flow in this process; what it said is the last line on stdout, as JSON.

    Args:
        answer: the fields of `Decision`, as JSON.
    """
    wiring.set_up_logging()
    try:
        processes.mark(wiring.home())
        says = decide(Decision.model_validate_json(answer))
    except EcomIntentError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps({"says": says}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
