"""The signed statement of what a release is, what it was judged by and who agreed to it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from ecomintent.errors import ReleaseError
from ecomintent.release.chain import canonical
from ecomintent.release.signing import PrivateKey, PublicKey, Signature, sign, verify

FORMAT: Final = 1
REMEDY: Final = "ecomintent release verify says what is at fault; ecomintent rollback takes the release back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A text and what the release answered to it on the day of its promotion."""

    text: str
    intent: str
    confidence: float
    """Softmax probability of `intent`, 0-1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """One release. Digests are SHA-256, hex; times ISO 8601 in UTC."""

    format: int = FORMAT
    version: str
    weights: str
    encoder: str
    encoder_digest: str
    """Empty where the lineage does not say it."""
    code_commit: str
    lock: str
    params: str
    snapshot: str
    corpus: str
    frozen_set: str
    verdict: str
    """PROMOTE, REVIEW or BLOCK, as the gate said on the day of the promotion."""
    verdict_cause: str
    verdict_digest: str
    approved_by: str
    approved_second: str
    """The second person of an override; empty where there was none."""
    approval_reason: str
    approval_waivers: dict[str, str]
    """Undecided intent -> why it was released all the same."""
    approved_at: str
    approval_digest: str
    """`chain.event_digest` of the approval."""
    champion_before: str
    """Version; empty on a first release."""
    history_head: str
    """Last link of the history when this was signed."""
    issued_at: str
    taxonomy_version: str
    probes: tuple[Probe, ...]


def seal(passport: Passport, private: PrivateKey) -> str:
    """The passport and its signature as JSON text, to be read by `open_sealed` and by people."""
    content = asdict(passport)
    signature = sign(private, _payload(content))
    signed = {"passport": content, "signature": {"key": signature.key, "ed25519": signature.value}}
    return json.dumps(signed, ensure_ascii=False, indent=2) + "\n"


def open_sealed(text: str, trusted: Mapping[str, PublicKey], *, where: str) -> Passport:
    """The passport in `text`, once a trusted key was found to have signed exactly this.

    Args:
        trusted: fingerprint -> key.
        where: named in errors.
    Raises:
        ReleaseError: it is no JSON, carries no signature, was signed by a key that is not trusted, was changed after
            it was signed, or is of a format this program does not know.
    """
    content, signature = _parts(text, where)
    public = trusted.get(signature.key)
    if public is None:
        known = ", ".join(trusted) or "none"
        raise _fault(where, f"key {signature.key!r} signed it, which is not trusted (trusted: {known})")
    if not verify(public, _payload(content), signature):
        raise _fault(where, "its signature does not match: somebody changed it after it was signed")
    if content.get("format") != FORMAT:
        raise _fault(where, f"it has format {content.get('format')!r}; known is {FORMAT}")
    try:
        found = Passport(**content)
        return replace(found, probes=tuple(Probe(**dict(probe)) for probe in content["probes"]))
    except (TypeError, ValueError) as error:
        raise _fault(where, f"it is not a passport of format {FORMAT} ({error})") from error


def _parts(text: str, where: str) -> tuple[dict[str, Any], Signature]:
    try:
        signed = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _fault(where, f"it is not JSON ({error})") from error
    content = signed.get("passport") if isinstance(signed, dict) else None
    if not isinstance(content, dict):
        raise _fault(where, "it holds no passport")
    given = signed.get("signature")
    words = (given.get("key"), given.get("ed25519")) if isinstance(given, dict) else (None, None)
    if not (isinstance(words[0], str) and isinstance(words[1], str)):
        raise _fault(where, "its signature is missing")
    return content, Signature(key=words[0], value=words[1])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names are all different: nobody may read one value where the program reads another."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _payload(content: Mapping[str, Any]) -> bytes:
    return canonical(content).encode("ascii")


def _fault(where: str, said: str) -> ReleaseError:
    return ReleaseError(f"{where}: the passport cannot be trusted: {said}; {REMEDY}")
