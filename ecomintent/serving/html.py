"""Pages as HTML: templates and assets of this package, nothing from elsewhere, and a policy that says so."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from fastapi.responses import HTMLResponse, Response

from ecomintent.taxonomy import INTENTS

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
REVIEW_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""The gate's page carries its own styles, and quotes tickets: no script runs in it, whatever it holds."""
HEADERS: Final = {"content-security-policy": POLICY, "referrer-policy": "same-origin"}
ASSETS: Final = {
    "pages.css": "text/css; charset=utf-8",
    "pages.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
KEYS: Final = "123456789"
"""The key that sets the first intent, the second ...; the tenth has none, letters do other things."""


def page(template: str, status: int = 200, /, **told: Any) -> Response:
    """A page from its template; every value is escaped."""
    content = _environment().get_template(f"{template}.html").render(intents=INTENTS, keys=keys(), **told)
    return HTMLResponse(content, status_code=status, headers=HEADERS)


def keys() -> dict[str, str]:
    """Intent -> the key that sets it; empty where it has none."""
    return {intent.name: KEYS[place : place + 1] for place, intent in enumerate(INTENTS)}


def asset(name: str) -> Response | None:
    """A file that pages load; None where there is none of this name."""
    if name not in ASSETS:
        return None
    headers = {"content-type": ASSETS[name], "cache-control": "max-age=300"}
    return Response(_folder().joinpath(name).read_bytes(), headers=headers)


def words(intent: str) -> str:
    """An intent for people: RETURN_REQUEST reads as Return request."""
    return intent if intent in ("WISMO", "") else intent.replace("_", " ").capitalize()


def when(at: str) -> str:
    """A time for people, in UTC."""
    return at[:16].replace("T", " ")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


@cache
def _environment() -> "Environment":
    # Late: a server that nobody asks for a page starts without it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("ecomintent.serving", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"words": words, "when": when, "percent": _percent}
    return made


def _folder() -> Any:
    return files("ecomintent.serving") / "pages"
