"""One invented release's facts, every number of its own so that a card can be searched for it."""

from dataclasses import replace

from ecomintent import evaluation, reliability
from ecomintent.model.calibration import ALL
from ecomintent.params_calibrate import CalibrateParams
from ecomintent.records import Lineage, Sealed
from ecomintent.release.card_facts import Facts
from ecomintent.release.passport import Passport
from ecomintent.taxonomy import NAMES
from tests.unit.release.release_world import REVIEW, undecided

COSTS = {name: 3.0 + number for number, name in enumerate(NAMES)}
CALIBRATE = CalibrateParams(
    person_cost=1.25,
    wrong_costs=COSTS,
    min_corrections=100,
    min_answers=30,
    overstated_alpha=0.05,
    bins=15,
    resamples=60,
    seed=7,
)
THRESHOLDS = {name: round(1 - 1.25 / cost, 4) for name, cost in COSTS.items()}
TICKETS = {name: 31 + 2 * number for number, name in enumerate(NAMES)} | {"EXCHANGE_REQUEST": 17}
LINEAGE = Lineage(
    **{name: f"{name}-digest" for name in Lineage.__dataclass_fields__} | {"encoder": "embedded", "weights": "w" * 64}
)
PASSPORT = Passport(
    version="3",
    weights=LINEAGE.weights,
    encoder="embedded",
    encoder_digest="",
    code_commit=LINEAGE.git_commit,
    lock=LINEAGE.lock,
    params=LINEAGE.params,
    snapshot=LINEAGE.snapshot,
    corpus=LINEAGE.corpus,
    frozen_set=LINEAGE.frozen_set,
    verdict="REVIEW",
    verdict_cause="first release",
    verdict_digest="v" * 64,
    approved_by="Zoë Ortiz",
    approved_second="",
    approval_reason="errors read",
    approval_waivers={"EXCHANGE_REQUEST": "all of its tickets were read"},
    approved_at="2026-05-04T11:30:00+00:00",
    approval_digest="a" * 64,
    champion_before="",
    history_head="h" * 64,
    issued_at="2026-05-04T11:31:00+00:00",
    taxonomy_version="1",
    probes=(),
)


def report():
    """What the evaluate stage would write of a model that takes every sixth ticket for OTHER."""
    labels = [name for name, n in TICKETS.items() for _ in range(n)]
    answers = ["OTHER" if place % 6 == 0 else label for place, label in enumerate(labels)]
    confidences = [0.5 + (place * 37 % 97) / 200 for place in range(len(labels))]
    sealed = Sealed(digest=LINEAGE.frozen_set, rows=len(labels))
    return {
        "frozen_set": {"digest": sealed.digest, "rows": sealed.rows},
        "weights": {"candidate": LINEAGE.weights},
        "versions": {"champion": None, "anchor": None},
        "candidate": evaluation.evaluate(labels, answers, sealed).to_json(),
        "champion": None,
        "anchor": None,
        "reliability": {
            "candidate": reliability.measure(labels, answers, confidences, THRESHOLDS, CALIBRATE).to_json()
        },
    }


def counts(corpus, correction):
    return {name: {"corpus": corpus + n, "correction": correction and correction + n} for n, name in enumerate(NAMES)}


def facts(**changes):
    """The facts of version 3; `changes` by field."""
    trained = counts(130, 20) | {"CANCEL_ORDER": {"corpus": 141, "correction": 0}}
    return replace(
        Facts(
            version="3",
            lineage=LINEAGE,
            note={
                "taxonomy": "1",
                "base": "embedded",
                "max_tokens": 128,
                "intents": list(NAMES),
                "temperature": 1.3377,
                "thresholds": THRESHOLDS,
            },
            report=report(),
            prepared={
                "train": {"rows": 1_401, "intents": trained},
                "validation": {"rows": 187, "intents": counts(12, 3)},
                "frozen_duplicates": [{"text_key": "k"}] * 11,
            },
            exported={
                "calibration": {
                    "temperature": 1.3377,
                    "fitted_on": ALL,
                    "rows": 187,
                    "corrections": 43,
                    "nll_before": 0.4712,
                    "nll_after": 0.3931,
                },
                "thresholds": {
                    name: {"above": above, "by_cost": above, "answers": 19 + n, "wrong": n, "chance": None}
                    for n, (name, above) in enumerate(THRESHOLDS.items())
                },
            },
            sources={
                "corrections": {
                    "provenance": {"edited": 201, "confirmed": 39},
                    "source": {"zendesk": 190, "file": 50},
                    "first": "2026-01-02",
                    "last": "2026-04-30",
                },
                "corpus": {"source": {"starter": 1_333}},
            },
            params={"gate": {"min_n_pass": 30}, "calibrate": {"person_cost": 1.25, "wrong_costs": COSTS}},
            verdict=replace(REVIEW, intents=undecided("EXCHANGE_REQUEST").intents, n=333, n_independent=329),
            passport=PASSPORT,
            files={"model.onnx": 22_900_000, "release.json": 912},
            licence="apache-2.0",
        ),
        **changes,
    )
