"""From a helpdesk's raw message to the text a model learns from. No text is ever logged."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from ecomintent.labels.markup import text_of
from ecomintent.labels.quotes import without_quotes
from ecomintent.labels.signatures import without_notices, without_signature
from ecomintent.tickets import Message, Ticket

TEXT_CHARS: Final = 4_000
"""Longest text; it is cut at a word where there is one."""
READ_CHARS: Final = 200_000
"""What stands further down, after the markup is gone, is not read."""
WORD_CHARS: Final = 200
"""A longer word may be cut within."""
MARKS: Final = 30
"""As in Unicode's stream-safe text format (UAX #15)."""

# All but what most tickets are made of; what is found here is dear to put right.
UNUSUAL: Final = re.compile(r"[^\x20-\x7e\n]")
LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
BLANKS: Final = re.compile(r"[^\S\n]+")
BLANK_LINES: Final = re.compile(r" ?\n ?(?:\n ?)+")
LINE_EDGES: Final = re.compile(r" ?\n ?")
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn"})


def clean(body: str, *, is_html: bool) -> str:
    """What the writer says, at most `TEXT_CHARS`: no markup, quoted replies, signature or legal notice.

    Where one of these is all there is, it stays. Cleaning the result as plain text changes nothing.
    """
    text = _normalised(text_of(_encodable(body)) if is_html else body)
    while True:
        shorter = _cut(_stripped(text))
        if shorter == text:
            return text
        text = shorter


def first_customer_message(messages: Iterable[Message]) -> Message | None:
    """The earliest public message of the customer that has text left after cleaning; unknown times come last."""
    theirs = (message for message in messages if message.author == "customer" and message.public)
    in_order = sorted(theirs, key=lambda message: (not message.created_at, message.created_at))
    return next((message for message in in_order if clean(message.body, is_html=message.is_html)), None)


def said_first(ticket: Ticket) -> tuple[str, str]:
    """(the customer's first message, cleaned; the same below the subject, unless it begins with it)."""
    message = first_customer_message(ticket.messages)
    body = clean(message.body, is_html=message.is_html) if message else ""
    subject = clean(ticket.subject, is_html=False)
    return body, body if not subject or body.startswith(subject) else f"{subject}\n{body}".strip()


def _encodable(body: str) -> str:
    """The body without halves of surrogate pairs, which no parser takes."""
    try:
        body.encode()
    except UnicodeEncodeError:
        return body.encode(errors="ignore").decode()
    return body


def _normalised(text: str) -> str:
    """NFC, without what is invisible, one space or newline where there were more; a blank line is kept as one."""
    found = text[:READ_CHARS]
    if UNUSUAL.search(found):
        found = BLANKS.sub(" ", LINE_ENDS.sub("\n", found))
        unseen = {c for c in set(found) if c != "\n" and unicodedata.category(c) in UNSEEN}
        found = _composed(found.translate(dict.fromkeys(map(ord, unseen))))
    return _tidied(found)


def _composed(text: str) -> str:
    """NFC of the text with at most `MARKS` accents on a letter; the time to sort more grows with their square."""
    marks = [c for c in set(text) if unicodedata.combining(unicodedata.normalize("NFD", c)[0])]
    if marks:
        some = "[" + re.escape("".join(sorted(marks))) + "]"
        text = re.sub(f"({some}{{{MARKS}}}){some}+", r"\1", text)
    return unicodedata.normalize("NFC", text)


def _tidied(text: str) -> str:
    spaced = BLANKS.sub(" ", text)
    return LINE_EDGES.sub("\n", BLANK_LINES.sub("\n\n", spaced)).strip() if "\n" in spaced else spaced.strip()


def _stripped(text: str) -> str:
    # Of one line nothing can go without leaving nothing.
    if "\n" not in text:
        return text
    lines = text.split("\n")
    for strip in (without_quotes, without_notices, without_signature):
        left = strip(lines)
        lines = left if any(left) else lines
    return _tidied("\n".join(lines))


def _cut(text: str) -> str:
    if len(text) <= TEXT_CHARS:
        return text
    cut = text[: TEXT_CHARS + 1]
    end = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[: end if end >= TEXT_CHARS - WORD_CHARS else TEXT_CHARS].rstrip()
