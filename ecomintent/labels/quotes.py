"""Which lines of a mail its writer only quotes: earlier mails in English, German, French, Spanish and other dress.

Own rules, because mail-parser-reply 1.36 loses what the customer wrote: all from the first line on that begins with
'- ', 'Thanks,', 'Best,' or 'Hinweis:'; and it takes 0.8 s for 8 kB of 'On a On a'.
"""

import re
from typing import Final

INTRO_CHARS: Final = 300
INTRO_LINES: Final = 3
"""A mail program breaks 'On ... wrote:' into so many."""
HEADER_LINES: Final = 5
"""Below 'From:', within which the other fields of a mail's head stand."""

WROTE: Final = (
    r"(?:wrote|schrieb(?: [^\n]{1,120})?|a écrit|escribió|ha scritto|schreef(?: [^\n]{1,120})?|escreveu"
    r"|skrev(?: [^\n]{1,120})?|napisał(?:\(a\))?) ?:"
)
INTRO: Final = re.compile(rf"(?:On|Am|Le|El|Il|Op|Em|Den|W dniu|Dnia) [^\n]{{4,}}?\b{WROTE}", re.IGNORECASE)
NAMED_INTRO: Final = re.compile(rf"[^\n]{{0,200}}[\w.+-]@[\w-][^\n]{{0,60}}? {WROTE}", re.IGNORECASE)
INTRO_START: Final = re.compile(r"(?:On|Am|Le|El|Il|Op|Em|Den|W dniu|Dnia) ", re.IGNORECASE)
# Without a time or an address it may be the customer's own 'On Monday your colleague wrote:'.
DATED: Final = re.compile(r"\d\d?[:.h]\d\d|@")

SEPARATOR: Final = re.compile(
    r"[-_=*>]{2,} ?(?:original message|original appointment|forwarded message|reply message"
    r"|ursprüngliche nachricht|original ?nachricht|weitergeleitete nachricht|message d['’]origine|message original"
    r"|message transféré|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato"
    r"|oorspronkelijk bericht|mensagem original) ?:?[-_=*<]*"
    r"|(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:transféré|réexpédié)"
    r"|inicio del mensaje reenviado) ?:"
    r"|[#\-*= ]*(?:please )?(?:type|write|enter) your (?:reply|response|answer) above this line[#\-*=. ]*",
    re.IGNORECASE,
)
RULE: Final = re.compile(r"[_\-=*]{5,}")

FROM: Final = re.compile(r"\*?(?:From|Von|De|Da|Van|Od|Fra|Från) ?:\*? ?\S", re.IGNORECASE)
FIELD: Final = re.compile(
    r"\*?(?:(?P<dated>Sent|Date|Gesendet(?: am)?|Datum|Envoyé(?: le)?|Enviado(?: el)?|Fecha|Inviato|Data|Verzonden)"
    r"|(?P<subject>Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto)"
    r"|To|Cc|Reply-To|An|À|A|Para|Aan) ?:",
    re.IGNORECASE,
)


def without_quotes(lines: list[str]) -> list[str]:
    """The lines that are the writer's own. A quotation without marks reaches to the end, so all below its head goes."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if SEPARATOR.fullmatch(lines[at]) or _is_header(lines, at):
            break
        below = _below_intro(lines, at)
        if below is not None:
            if below == len(lines) or not lines[below].startswith(">"):
                break
            while below < len(lines) and lines[below].startswith(">"):
                below += 1
            at = below
            continue
        if not _is_quoted(lines, at):
            kept.append(lines[at])
        at += 1
    while kept and at < len(lines) and (not kept[-1] or RULE.fullmatch(kept[-1])):
        kept.pop()
    return kept


def _below_intro(lines: list[str], at: int) -> int | None:
    """Where the quotation begins whose 'On ... wrote:' is at `at`; None where there is none."""
    first = lines[at]
    if not INTRO_START.match(first):
        named = first.endswith(":") and len(first) <= INTRO_CHARS and NAMED_INTRO.fullmatch(first)
        return _next_filled(lines, at + 1) if named else None
    for end in range(at + 1, min(at + INTRO_LINES, len(lines)) + 1):
        if not lines[end - 1]:
            break
        if not lines[end - 1].endswith(":"):
            continue
        joined = " ".join(lines[at:end])
        if len(joined) <= INTRO_CHARS and DATED.search(joined) and INTRO.fullmatch(joined):
            return _next_filled(lines, end)
    return None


def _next_filled(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at]:
        at += 1
    return at


def _is_header(lines: list[str], at: int) -> bool:
    if not FROM.match(lines[at]):
        return False
    fields: set[str] = set()
    left, below = HEADER_LINES, at + 1
    while left and below < len(lines) and below <= at + 3 * HEADER_LINES:
        if lines[below]:
            matched = FIELD.match(lines[below])
            if matched:
                fields.add(matched.lastgroup or "to")
            left -= 1
        below += 1
    return len(fields) >= 2


def _is_quoted(lines: list[str], at: int) -> bool:
    line = lines[at]
    if not line.startswith(">"):
        return False
    # '> 5 days late' alone is a comparison.
    if not re.match(r"> ?[\d=]", line):
        return True
    return any(lines[near].startswith(">") for near in (at - 1, at + 1) if 0 <= near < len(lines))
