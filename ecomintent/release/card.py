"""The model card of a release, in the Hugging Face format: made from its run alone, no number typed by hand."""

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from ecomintent.gate.cause import points, span
from ecomintent.gate.page import percent
from ecomintent.release import card_facts
from ecomintent.release.card_facts import Facts
from ecomintent.taxonomy import INTENTS

EMBEDDED: Final = "embedded"
KNOWN_BASES: Final = {EMBEDDED: ("sentence-transformers/all-MiniLM-L6-v2", "apache-2.0")}
"""model.base -> its name on the hub, and its licence."""
TASK: Final = "text-classification"
LICENCE_FILE: Final = "LICENCE.md"
NO_LICENCE: Final = "other"


def render(facts: Facts) -> str:
    """README.md of the release: metadata and card."""
    head = yaml.safe_dump(metadata(facts), sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{head}---\n\n{_filled('card.md', facts)}"


def licence_note(facts: Facts) -> str:
    """What is known of the rights in code, encoder and weights."""
    return _filled(LICENCE_FILE.lower(), facts)


def metadata(facts: Facts) -> dict[str, Any]:
    """The card's front matter, as huggingface.co reads it."""
    base = hub_name(facts)
    licence: dict[str, str] = {"license": facts.licence}
    if facts.licence == NO_LICENCE:
        licence |= {"license_name": "see-note", "license_link": LICENCE_FILE}
    return {
        **licence,
        "language": ["en"],
        "library_name": "transformers",
        "pipeline_tag": TASK,
        "tags": ["ecomintent", "customer-support", "e-commerce", "intent-classification", "onnx"],
        **({"base_model": base} if base else {}),
        "metrics": ["f1", "accuracy"],
        "model-index": [{"name": title(facts), "results": [_results(facts)]}],
    }


def title(facts: Facts) -> str:
    """What the model is called."""
    return f"ecomintent-version-{facts.version}"


def hub_name(facts: Facts) -> str:
    """The base encoder on the hub; empty where it came from a folder."""
    base = facts.lineage.encoder
    if base in KNOWN_BASES:
        return KNOWN_BASES[base][0]
    # A folder is noted in the release by its last name only.
    named = base == facts.note["base"] and re.fullmatch(r"\w[\w.-]*(/[\w.-]+)?", base)
    return base if named else ""


def plain(text: str) -> str:
    """What people wrote, in one line, so that it is shown and neither markup nor a table's end."""
    line = " ".join(text.split())
    for sign, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        line = line.replace(sign, code)
    # An underscore within a word, as in an intent's name, is one anyway.
    return re.sub(r"([\\`*{}\[\]()#|~!]|(?<!\w)_|_(?!\w))", r"\\\1", line)


def fraction(value: float | None) -> str:
    """Three decimals; a dash where it is not defined."""
    return "–" if value is None else f"{value:.3f}"


def bounds(pair: tuple[float, float] | None) -> str:
    """An interval of fractions."""
    return "–" if pair is None else f"[{pair[0]:.3f}, {pair[1]:.3f}]"


def count(value: int) -> str:
    """A whole number with separators."""
    return f"{value:,}"


def counted(table: Mapping[str, int]) -> str:
    """Numbers by name, in a sentence."""
    return ", ".join(f"{plain(name) or 'unknown'} {value:,}" for name, value in table.items()) or "none"


def _results(facts: Facts) -> dict[str, Any]:
    candidate, sealed = facts.report["candidate"], facts.report["frozen_set"]
    found: list[dict[str, Any]] = [
        {"type": "f1", "name": "macro-F1", "value": candidate["macro_f1"]},
        {"type": "accuracy", "name": "accuracy", "value": candidate["accuracy"]},
        {"type": "ece", "name": "calibration error", "value": facts.report["reliability"]["candidate"]["ece"]},
    ]
    found += [
        {"type": "f1", "name": f"F1 of {name}", "value": told["f1"]}
        for name, told in candidate["intents"].items()
        if told["f1"] is not None
    ]
    dataset = {"name": "frozen set", "type": "frozen-set", "revision": sealed["digest"]}
    return {"task": {"type": TASK}, "dataset": dataset, "metrics": found}


def _filled(template: str, facts: Facts) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ecomintent", "release"),
        # It is Markdown, not HTML; what people wrote goes through `plain`.
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters = (plain, fraction, bounds, count, counted, percent, points)
    environment.filters |= {each.__name__: each for each in filters}
    return environment.get_template(template).render(
        f=facts,
        title=title(facts),
        base=hub_name(facts) or facts.note["base"],
        base_licence=KNOWN_BASES.get(facts.lineage.encoder, ("", ""))[1],
        level=round(100 * card_facts.LEVEL),
        gate_level=round(100 * facts.verdict.confidence),
        descriptions={intent.name: intent.description for intent in INTENTS},
        scores=card_facts.scores(facts),
        macro=facts.report["candidate"]["macro_f1"],
        macro_bounds=card_facts.macro_bounds(facts),
        accuracy=facts.report["candidate"]["accuracy"],
        accuracy_bounds=card_facts.accuracy_bounds(facts),
        tickets=facts.report["frozen_set"]["rows"],
        reliability=facts.report["reliability"]["candidate"],
        origins=card_facts.origins(facts),
        thin=card_facts.thin_intents(facts),
        least=card_facts.least_tickets(facts),
        uncorrected=card_facts.uncorrected(facts),
        span=span,
    )
