"""HTML to the text that a person sees, in time that does not depend on how broken or nested it is.

Decided by measurement: `html.parser` of CPython 3.11.7, alone or under beautifulsoup4, takes 12-17 s for 200 kB of
'<!--' or '<a'; Lexbor (selectolax) takes milliseconds, but for two inputs that `_bounded` takes away.
"""

import html
import re
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HTML_CHARS: Final = 10_000_000
TAGS: Final = 20_000
"""What follows is not read. Lexbor's time grows with the square of nested blocks: 0.4 s for this many."""

QUOTE: Final = "> "
"""Before each line of a quoted reply, as plain text has it."""

TAG: Final = re.compile(r"<[a-z/!?]", re.IGNORECASE)
# A parser opens these again in each paragraph after one that left them open: 4,000 tags made 2 million nodes.
# None of them breaks a line, so they may as well be <span>, which is not opened again.
REOPENED: Final = re.compile(
    r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)
HIDDEN: Final = re.compile(r"(?:display:none|visibility:hidden|mso-hide:all)")
BLANKS: Final = re.compile(r"[ \t\r\n\f]+")

UNSEEN: Final = frozenset(
    {
        "head",
        "title",
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "object",
        "iframe",
        "canvas",
        "audio",
        "video",
    }
)
PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote"})
LINES: Final = frozenset(
    {
        "div",
        "tr",
        "li",
        "dt",
        "dd",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "nav",
        "address",
        "figure",
        "figcaption",
        "caption",
        "center",
        "form",
        "fieldset",
        "legend",
        "body",
        "details",
        "summary",
        "option",
    }
)
CELLS: Final = frozenset({"td", "th"})


def text_of(body: str) -> str:
    """The visible text of an HTML body; what is hidden too where nothing else is there.

    Args:
        body: HTML without lone surrogates. Without a tag it is plain text with entities, and its lines are kept.
    """
    if not TAG.search(body):
        return html.unescape(body)
    bounded = _bounded(body)
    return _read(bounded, hidden=False) or _read(bounded, hidden=True)


def _bounded(body: str) -> str:
    cut = body[:HTML_CHARS]
    beyond = next(islice(re.finditer("<", cut), TAGS, None), None)
    return REOPENED.sub(r"<\1span", cut[: beyond.start()] if beyond else cut)


def _read(body: str, *, hidden: bool) -> str:
    from selectolax.lexbor import LexborHTMLParser

    page = _Page(hidden=hidden)
    root = LexborHTMLParser(body).root
    # Not recursive: a body may be nested deeper than Python's stack.
    node, entering = root, True
    while node is not None:
        if entering and page.enter(node) and node.child is not None:
            node = node.child
            continue
        page.leave()
        if node.next is not None:
            node, entering = node.next, True
        else:
            node, entering = node.parent, False
            if node is not None and node.parent is None:
                break
    return page.text()


class _Page:
    """The text so far, and where in the tree its next piece stands."""

    def __init__(self, *, hidden: bool) -> None:
        self._hidden = hidden
        self._pieces: list[str] = []
        self._newlines = 2
        self._open: list[tuple[int, bool, bool]] = []
        """Of each open element: newlines at its end, whether it is quoted, whether its own newlines count."""

    def enter(self, node: "LexborNode") -> bool:
        """Take a node in; whether its children are to be read."""
        _, quoted, kept = self._open[-1] if self._open else (0, False, False)
        if not node.is_element_node:
            if node.is_text_node:
                self._write(node.text_content or "", quoted=quoted, kept=kept)
            self._open.append((0, quoted, kept))
            return False
        tag = node.tag or ""
        attributes = node.attributes
        style = (attributes.get("style") or "").lower().replace(" ", "")
        seen = tag not in UNSEEN and (self._hidden or not ("hidden" in attributes or HIDDEN.search(style)))
        gap = (2 if tag in PARAGRAPHS else 1 if tag in LINES else 0) if seen else 0
        self._break(gap)
        if tag == "br":
            self._newline()
        elif tag in CELLS:
            self._write(" ", quoted=quoted, kept=False)
        quoted = quoted or (tag == "blockquote" and not _indents(attributes, style))
        self._open.append((gap, quoted, kept or tag in {"pre", "textarea"} or "white-space:pre" in style))
        return seen

    def leave(self) -> None:
        gap, _, _ = self._open.pop()
        self._break(gap)

    def text(self) -> str:
        return "".join(self._pieces).strip()

    def _write(self, text: str, *, quoted: bool, kept: bool) -> None:
        for number, line in enumerate(text.split("\n") if kept else [text]):
            if number:
                self._newline()
            piece = BLANKS.sub(" ", line)
            if self._newlines:
                piece = piece.lstrip(" ")
                if piece and quoted:
                    piece = QUOTE + piece
            if piece:
                self._pieces.append(piece)
                self._newlines = 0

    def _newline(self) -> None:
        self._pieces.append("\n")
        self._newlines += 1

    def _break(self, newlines: int) -> None:
        while self._newlines < newlines:
            self._newline()


def _indents(attributes: dict[str, str | None], style: str) -> bool:
    """Whether a blockquote is only how a mail program moves the writer's own text to the right."""
    return (
        attributes.get("type") != "cite"
        and "border:none" in style
        and "gmail_quote" not in (attributes.get("class") or "")
    )
