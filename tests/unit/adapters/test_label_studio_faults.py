"""What of Label Studio cannot be read, or is not set up: told in one line."""

import httpx
import pytest

from ecomintent.adapters import label_studio
from ecomintent.adapters.web import Answer
from ecomintent.errors import InputError, SourceError
from tests.twins.label_studio import LabelStudioTwin
from tests.twins.twin import DAY, TwinClock
from tests.unit.adapters.label_studio_project import TEXT, connected


@pytest.fixture
def twin():
    return LabelStudioTwin(TwinClock(), "shop-a")


@pytest.mark.parametrize("fails", [True, False], ids=["failed", "never ready"])
def test_a_snapshot_that_never_comes_is_one_line(twin, fails):
    twin.correct(twin.open(TEXT), "WISMO", "101")
    twin.fails = fails

    def handle(request):
        answer = twin.handle(request)
        if not fails:
            for export in twin.exports:
                export["ready_at"] = twin.clock.now + DAY
        return answer

    told = "could not make its snapshot" if fails else "is not ready yet; nothing is lost"
    with pytest.raises(SourceError, match=told):
        list(connected(twin, handle).pages("", since=""))


def test_a_question_the_project_does_not_have_is_named_with_those_it_has(twin):
    with pytest.raises(SourceError) as caught:
        list(connected(twin, field="intnt").pages("", since=""))

    assert str(caught.value) == (
        "label_studio:shop-a: project 7 has no question 'intnt'; it has 'intent', 'tone': "
        "set `field` to the name of the Choices tag"
    )


@pytest.mark.parametrize("content", [b'{"tasks": []}', b"<html>", b"[1, 2]"])
def test_an_export_that_is_none_is_one_line(twin, content):
    helpdesk = connected(twin)

    with pytest.raises(SourceError, match="the answer is not an export in JSON"):
        helpdesk._downloaded(Answer(status=200, body=None, headers={}, content=content))


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_snapshot_that_is_none_is_one_line(twin, method):
    def handle(request):
        inside = request.url.path.partition("/exports/")[2]
        if request.method == method and (inside or method == "POST") and "/exports/" in request.url.path:
            return httpx.Response(200, json=None)
        return twin.handle(request)

    with pytest.raises(SourceError, match="the answer is not a snapshot; check that `url` is a Label Studio server"):
        list(connected(twin, handle).pages("", since=""))


def test_an_export_served_as_mere_bytes_is_read(twin):
    answer = Answer(status=200, body=None, headers={}, content=b'[{"id": 1}]')

    assert connected(twin)._downloaded(answer) == [{"id": 1}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"field": ""}, "`field` is absent"),
        ({"project": ""}, "`project` is absent"),
        ({"auth": "basic"}, "`auth` is 'basic'; it is personal or legacy"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(twin, options, told):
    with pytest.raises(InputError, match=told):
        label_studio.connect(twin.setup(**options))
