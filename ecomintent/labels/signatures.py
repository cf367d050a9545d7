"""What stands below a mail and says nothing about its matter: farewell, name, device, legal notice."""

import itertools
import re
from typing import Final

SIGNATURE_LINES: Final = 10
LINE_CHARS: Final = 120
NAME_WORDS: Final = 6
NOTICE_LINES: Final = 20
NOTICE_CHARS: Final = 3_000
"""Of a paragraph, within which it must be seen to be a legal notice."""

DASHES: Final = frozenset({"--", "---", "__", "___", "—", "– –"})

DEVICE: Final = re.compile(
    r"(?:sent|gesendet|envoyé|enviado|inviato|verzonden|von meinem|desde mi|get|holen sie sich|téléchargez|obtener)\b"
    r"[^\n]{0,60}?\b(?:i ?phone|i ?pad|i ?os|android|samsung|galaxy|blackberry|huawei|xiaomi|pixel|nokia|oneplus"
    r"|outlook|yahoo|aol|gmx|web\.de|gmail|mail for windows|mail pour windows|proton ?mail|windows(?: phone| 1[01])"
    r"|mobile (?:phone|device)|smartphone|mobiltelefon|handy|móvil|tablet|mail app)\b[^\n?]{0,40}",
    re.IGNORECASE,
)
DEVICE_CHARS: Final = 90
DEVICE_WORDS: Final = 10

FAREWELL: Final = re.compile(
    r"(?:(?:with |my |our )?(?:very )?(?:kind(?:est)?|best|warm(?:est)?|many|sincere)? ?regards"
    r"|(?:all the )?best(?: wishes)?"
    r"|(?:yours|your|most) (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully|rgds|kr|br"
    r"|mit (?:freundlichen|besten|herzlichen|lieben) gr(?:ü|ue)(?:ß|ss)en|mfg|lg|vg"
    r"|(?:(?:viele|beste|liebe|freundliche|schöne|herzliche) )gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)"
    r"|(?:bien |très )?cordialement|(?:sincères |meilleures )?salutations|bien à vous|bonne journée"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|cordialmente|un abrazo"
    r"|cordiali saluti|met vriendelijke groet(?:en)?)[,.!]*",
    re.IGNORECASE,
)
THANKS: Final = re.compile(
    r"(?:(?:many |kind )?thanks|thank you|thx|cheers|(?:thanks|thank you) (?:so much|very much|in advance|again)"
    r"|(?:thanks|thank you|many thanks)(?: and|,| &) (?:kind |best )?regards"
    r"|(?:vielen |besten |herzlichen )?dank(?:e)?|merci(?: d['’]avance)?|(?:muchas )?gracias)[,.!]*",
    re.IGNORECASE,
)
CONTACT: Final = re.compile(
    r"\||@|https?://|www\.|^(?:tel|telephone|phone|mobile?|fax|email|e-mail|t|m|p|f)\b ?[:.]|^[+(]?[\d()/ .+-]{6,}$",
    re.IGNORECASE,
)
# A line below the name that the ticket still needs.
MATTER: Final = re.compile(
    r"\b(?:p\.?s|order|orders|ref|reference|invoice|tracking|ticket|sku|bestell\w*|auftrag\w*|rechnung\w*|commande"
    r"|facture|pedido|factura|refund|return|cancel|please)\b|[?#]",
    re.IGNORECASE,
)

NOTICE: Final = re.compile(
    r"[*_\s]*(?:(?:legal |privacy |confidentiality |important |privileged )?"
    r"(?:disclaimer|confidentiality|notice)\b ?[:*-]?"
    r"|confidential(?:ity)?\b ?[:*-]|(?:the (?:information|contents?) (?:contained )?(?:in|of) )?this "
    r"(?:e-?mail|electronic mail"
    r"|message|communication|transmission)\b|diese (?:e-?mail|nachricht)\b|ce (?:message|courriel|mail)\b"
    r"|este (?:mensaje|correo|e-?mail)\b|caution:|external (?:e-?mail|sender)\b"
    r"|(?:please )?(?:consider|think of) the environment)",
    re.IGNORECASE,
)
LEGAL: Final = re.compile(
    r"confidential|privileged|intended (?:only |solely |exclusively )?(?:for|recipient)|(?:named )?addressee"
    r"|notify (?:the sender|us)|received (?:this|it)[^\n]{0,40} in error"
    r"|unauthori[sz]ed|disclos(?:e|ure)|liab(?:le|ility)"
    r"|originated (?:from )?outside|do not click|before printing"
    r"|vertraulich|rechtlich geschützt|irrtümlich|unbefugt|nicht der richtige adressat"
    r"|confidentiel|destinataire|par erreur|non autorisée?"
    r"|confidencial|destinatario|por error|no autorizad[ao]",
    re.IGNORECASE,
)


def without_notices(lines: list[str]) -> list[str]:
    """The lines less each paragraph, from the line on where it begins, that is a legal notice."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if _is_notice(lines, at):
            while at < len(lines) and lines[at]:
                at += 1
        else:
            kept.append(lines[at])
            at += 1
    return kept


def without_signature(lines: list[str]) -> list[str]:
    """The lines less those that name a device, and less the farewell or the dashes with what ends the mail below."""
    kept = [line for line in lines if not _is_device(line)]
    end = len(kept)
    while (start := _signature_start(kept, end)) is not None:
        end = start
    return kept[:end]


def _is_notice(lines: list[str], at: int) -> bool:
    if not NOTICE.match(lines[at]):
        return False
    paragraph = itertools.takewhile(bool, itertools.islice(lines, at, at + NOTICE_LINES))
    said = {found.lower() for found in LEGAL.findall(" ".join(paragraph)[:NOTICE_CHARS])}
    return len(said) >= 2 or "before printing" in said


def _signature_start(lines: list[str], end: int) -> int | None:
    """Where the last signature above `end` starts; None where the mail ends with something else."""
    below: list[str] = []
    for at in range(end - 1, -1, -1):
        line = lines[at]
        if line in DASHES:
            return at if not any(MATTER.search(found) for found in below) else None
        if FAREWELL.fullmatch(line):
            return at if all(_is_name(found, words=NAME_WORDS) for found in below) else None
        if THANKS.fullmatch(line):
            named = 0 < len(below) <= 2 and all(_is_name(found, words=3) and found[:1].isupper() for found in below)
            return at if named else None
        if line:
            below.append(line)
        if len(below) > SIGNATURE_LINES or len(line) > LINE_CHARS:
            return None
    return None


def _is_name(line: str, *, words: int) -> bool:
    """Whether a line may stand in a signature: a name, a post, an address, a number to call."""
    if MATTER.search(line):
        return False
    return len(line.split()) <= words or bool(CONTACT.search(line))


def _is_device(line: str) -> bool:
    return len(line) <= DEVICE_CHARS and len(line.split()) <= DEVICE_WORDS and DEVICE.fullmatch(line) is not None
