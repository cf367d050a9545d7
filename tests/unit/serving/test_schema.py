"""What /openapi.json promises is what is answered, and no request that is made up from it ends in a fault of ours."""

from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from ecomintent.serving import corrections_api, hook_pages
from ecomintent.serving.app import create_app
from tests.unit.serving.desk_server import DeskServer
from tests.unit.serving.server import HERE

HOOK = hook_pages.Hook(name="shop", kind="gorgias", secret="hush", on=True)
ASKED = ("GET /health", "GET /ready", "GET /intents", "GET /metrics")
SENT = ("POST /classify", "POST /classify/batch", "POST /corrections", "POST /hooks/{account}")
BODIES = SENT[:3]
"""Whose body the schema says something about, so that there are requests it does not allow."""
CASES = [
    *((name, GenerationMode.POSITIVE) for name in (*ASKED, *SENT)),
    *((name, GenerationMode.NEGATIVE) for name in BODIES),
]
CHECKS = [
    not_a_server_error,
    checks.response_schema_conformance,
    checks.status_code_conformance,
    checks.response_headers_conformance,
]
CALM = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """Every page that the schema names, on fakes and an empty home; nothing works beside it."""
    server = DeskServer(tmp_path_factory.mktemp("shop"))
    hooks = hook_pages.router([HOOK], lambda *_: True)
    whole = create_app(server.service, [corrections_api.router(server.desk, server.service.door), hooks])

    async def pages(scope, receive, send):
        # The plugin of schemathesis would start the server's threads anew for every test.
        if scope["type"] == "http":
            await whole(scope, receive, send)

    return pages


@pytest.fixture(scope="module")
def operations(app):
    """Name -> what schemathesis makes requests of it from."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers={"host": "localhost"})
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def test_every_page_of_the_schema_is_asked(operations):
    assert set(operations) == {*ASKED, *SENT}


@pytest.mark.parametrize(("name", "mode"), CASES, ids=lambda value: getattr(value, "value", value))
def test_what_the_schema_allows_and_what_it_does_not_is_answered_as_it_says(operations, name, mode):
    seen = Counter()

    @CALM
    @given(case=operations[name].as_strategy(generation_mode=mode))
    def ask(case):
        answered = case.call(base_url=HERE)
        seen[answered.status_code] += 1
        case.validate_response(answered, checks=CHECKS)

    ask()

    assert all(status < 500 for status in seen)
    # Nothing but the seal of its sender gets an event taken.
    assert (200 in seen) == (mode is GenerationMode.POSITIVE and name != "POST /hooks/{account}")


@pytest.mark.parametrize("name", sorted({*ASKED, *SENT}))
def test_the_type_of_an_answer_is_the_one_the_schema_names(operations, name):
    @settings(CALM, max_examples=10)
    @given(case=operations[name].as_strategy())
    def ask(case):
        case.validate_response(case.call(base_url=HERE), checks=[checks.content_type_conformance])

    ask()
