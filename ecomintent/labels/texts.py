"""The one form in which a text is stored, trained on, judged on and classified: cleaned, without personal data."""

import re
from typing import Final

from ecomintent.labels.cleaning import clean
from ecomintent.labels.redaction import redact
from ecomintent.labels.tables import excerpt

GLIMPSE_CHARS: Final = 400
"""More than an excerpt shows, so that what is cut off at its end is recognised first."""

HTML: Final = re.compile(
    r"<(?:br|hr)\b[^<>]*>|</(?:p|div|span|td|tr|table|body|html|a|b|strong|em|li|ul|h[1-6])>", re.IGNORECASE
)
"""What no customer types: a text that holds it is markup."""


def fit(text: str) -> str:
    """The text as it may be kept. Twice is the same as once; nothing may be left of a text that holds nothing."""
    return redacted(clean(text, is_html=bool(HTML.search(text))))


def glimpse(text: str) -> str:
    """The first few words for a person, without personal data, whatever the text holds."""
    head = text[:GLIMPSE_CHARS].encode(errors="replace").decode()
    return excerpt(redacted(head))


def redacted(text: str) -> str:
    """The text with placeholders in the place of personal data."""
    return redact(text).text
