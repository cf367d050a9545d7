"""Which cleaned texts are no ticket of a customer: nothing said, a machine's answer, another language than English."""

import re
from collections.abc import Sequence
from typing import Final

REASONS: Final = ("empty", "auto_reply", "not_english")

WHY: Final = {
    "empty": "no message of the customer has any text; nothing can be learned from it",
    "auto_reply": "the message is a machine's automatic reply; nothing can be learned from it",
    "not_english": "the message is not in English; the model reads English only",
    "frozen": "the text is in the frozen set; it may not train: leave the row out",
}
"""What the quarantine says of a labelled ticket that is left out."""

MACHINE_CHARS: Final = 1_000
"""A machine says within so many that it is one."""
LANGUAGE_CHARS: Final = 600
FEW_WORDS: Final = 4
"""Below, the language cannot be told, and a text counts as English."""
MARGIN: Final = 0.5
"""By how much (0-1) another language must be likelier than English. 613 real English tickets: 0 left out."""

# At the start of a line only: customers write about such mails too.
MACHINE: Final = re.compile(
    r"^(?:(?:re: ?)?(?:automatic reply|auto[- ]?reply|auto[- ]?response|autoresponder|automatische antwort"
    r"|réponse automatique|respuesta automática|abwesenheitsnotiz) ?(?:[:!.(-]|$)"
    r"|out of (?:the )?office ?(?:[:!.-]|$|auto|reply|notification)"
    r"|[*\[( ]*(?:please note:? )?this is an? "
    r"(?:auto(?:mated|matic|-generated|matically generated)|system[- ]generated)"
    r" (?:reply|response|message|e-?mail|notification|acknowledge?ment|answer)"
    r"|[*\[( ]*this (?:e-?mail|message) (?:was|is|has been) "
    r"(?:auto(?:matically)?[- ]?generated|sent (?:automatically|from an unmonitored))"
    r"|[*\[( ]*(?:please )?do not (?:reply|respond) (?:directly )?to this (?:automated )?(?:e-?mail|message)"
    r"|[*\[( ]*(?:this|our) (?:mailbox|inbox|e-?mail address) is (?:not|un) ?monitored"
    r"|undeliver(?:able|ed)(?: mail returned to sender|:)|returned mail:|mail delivery (?:failed|failure|subsystem)"
    r"|delivery status notification|delivery has failed to these recipients"
    r"|delivery to the following recipients? (?:has )?(?:failed|has been delayed|was aborted)"
    r"|this is the mail (?:system|delivery)"
    r"|your message (?:to \S{1,200} )?(?:couldn't|could not|wasn't|was not) (?:be )?delivered"
    r"|(?:from: ?)?(?:mailer-daemon|postmaster)@"
    r"|diese (?:e-?mail|nachricht) wurde automatisch (?:erstellt|generiert|versendet)"
    r"|ceci est un (?:message|e-?mail|courriel) automatique|este es un (?:mensaje|correo) automático)",
    re.IGNORECASE | re.MULTILINE,
)
AWAY: Final = re.compile(
    r"\b(?:i am|i'm|i will be|i'll be) (?:currently |now |still )?(?:out of (?:the |my )?office|away from (?:the |my )"
    r"(?:office|desk|e-?mails?)|on (?:annual |maternity |paternity |parental |sick )?(?:leave|holiday|vacation))\b",
    re.IGNORECASE,
)
ABSENT: Final = re.compile(
    r"\b(?:(?:up)?on my return|when i(?:'m| am)? (?:return|back)|limited access|no access to (?:my )?e-?mails?"
    r"|(?:in|for|with) (?:any )?urgent|if (?:it is|it's|this is|your \w+ is) urgent|in my absence|during my absence)\b",
    re.IGNORECASE,
)
ACKNOWLEDGED: Final = re.compile(
    r"^(?:(?:hi|hello|dear)[^\n]{0,60}\n+)?(?:thank you|thanks) for (?:contacting|reaching out to|getting in touch with"
    r"|your (?:e-?mail|message|enquiry|inquiry))\b",
    re.IGNORECASE,
)
QUEUED: Final = re.compile(
    r"\b(?:we (?:have|'ve) received your|your (?:request|enquiry|inquiry|e-?mail|message|ticket) (?:has been|was) "
    r"(?:received|created|logged)|(?:one of our|our|a member of) [^\n.]{1,60} will "
    r"(?:reply|respond|get back|be in touch)"
    r"|we (?:aim|try|endeavou?r) to (?:reply|respond)|we will (?:reply|respond|get back) )",
    re.IGNORECASE,
)

NO_LANGUAGE: Final = re.compile(r"https?://\S+|www\.\S+|\S*@\S+|#\w+|\S*\d\S*")
LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f]")


def reason_to_leave_out(text: str) -> str:
    """Why a cleaned text is not to be learned from, one of `REASONS`; empty where it is.

    In doubt the text stays: an English ticket left out is worse than a foreign one kept.
    """
    return _plain_reason(text) or ("not_english" if _is_foreign(text) else "")


def reasons_to_leave_out(texts: Sequence[str]) -> list[str]:
    """`reason_to_leave_out` of each text, for many at a tenth of the time."""
    from ecomintent.labels.languages import likelier_than_english

    reasons = [_plain_reason(text) for text in texts]
    said = {at: _said(texts[at]) for at, reason in enumerate(reasons) if not reason}
    asked = [at for at, words in said.items() if words]
    foreign = likelier_than_english([said[at].lower() for at in asked], MARGIN)
    for at, is_foreign in zip(asked, foreign, strict=True):
        if is_foreign:
            reasons[at] = "not_english"
    return reasons


def _plain_reason(text: str) -> str:
    """The reason that needs no language told."""
    if not any(map(str.isalnum, text)):
        return "empty"
    return "auto_reply" if _is_machine(text[:MACHINE_CHARS]) else ""


def _is_machine(text: str) -> bool:
    if MACHINE.search(text):
        return True
    if "?" in text:
        return False
    return bool((AWAY.search(text) and ABSENT.search(text)) or (ACKNOWLEDGED.search(text) and QUEUED.search(text)))


def _is_foreign(text: str) -> bool:
    from ecomintent.labels.languages import beyond_english

    said = _said(text)
    return bool(said) and beyond_english(said.lower()) >= MARGIN


def _said(text: str) -> str:
    """What of a text tells its language; empty where it is too little to tell."""
    said = " ".join(NO_LANGUAGE.sub(" ", text[: 2 * LANGUAGE_CHARS])[:LANGUAGE_CHARS].split())
    letters = "".join(filter(str.isalpha, said))
    # A script that puts no spaces between words is told from Latin by its letters.
    latin = len(LATIN.findall(letters)) * 2 >= len(letters)
    return "" if (latin and len(said.split()) < FEW_WORDS) or len(letters) < FEW_WORDS else said
