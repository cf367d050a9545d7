"""A chat endpoint is asked as the API says, and what goes wrong is told in one line that never holds the key."""

import logging
import time

import httpx
import pytest

from ecomintent.adapters.chat import ATTEMPTS, ChatEndpoint, Completion, checked
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from tests.twins.chat import KEY, MODEL, ChatTwin, completion, said
from tests.twins.serve import served

ROOT = "https://llm.example/v1"
ASKED = [{"role": "system", "content": "sort it"}, {"role": "user", "content": "where is it"}]


def endpoint(handle, *, root=ROOT, model=MODEL, key="", extra=None, timeout=60.0, sleep=lambda _: None):
    transport = httpx.MockTransport(handle) if handle else None
    secret = Secret(key) if key else None
    return ChatEndpoint(
        root, model=model, key=secret, extra=extra or {}, timeout=timeout, transport=transport, sleep=sleep
    )


def test_a_conversation_goes_out_as_the_api_wants_it_and_the_answer_comes_back_with_its_tokens():
    twin = ChatTwin(lambda text: "WISMO", key=KEY)

    answer = endpoint(twin.handle, key=KEY, extra={"max_tokens": 20}).complete(ASKED)

    assert twin.bodies == [{"model": MODEL, "messages": ASKED, "temperature": 0, "max_tokens": 20}]
    assert answer == Completion(text="WISMO", refused=False, seconds=answer.seconds, tokens_in=5, tokens_out=1)


def test_a_member_that_an_endpoint_does_not_take_can_be_taken_away():
    twin = ChatTwin(lambda text: "WISMO")

    endpoint(twin.handle, extra={"temperature": None}).complete(ASKED)

    assert twin.bodies == [{"model": MODEL, "messages": ASKED}]


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "7", "completion_tokens": -1}])
def test_tokens_that_nobody_counted_are_not_counted(usage):
    answer = endpoint(lambda request: completion("WISMO", usage=usage)).complete(ASKED)

    assert (answer.tokens_in, answer.tokens_out) == (None, None)


@pytest.mark.parametrize("mind", ["(filtered)", "(cut)"])
def test_what_a_content_filter_keeps_back_is_an_answer_without_words(mind):
    answer = endpoint(ChatTwin(lambda text: mind).handle).complete(ASKED)

    assert (answer.text, answer.refused, answer.tokens_in) == ("", True, None)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"key": "wrong"}, "was answered with 401: the key in ECOMINTENT_LLM_KEY is not valid here"),
        ({}, "was answered with 401: it wants a key; set ECOMINTENT_LLM_KEY"),
        (
            {"key": KEY, "model": "twin-9"},
            "was answered with 404 ('The model `twin-9` does not exist'): no chat completions, or no model 'twin-9'; "
            "check --endpoint and --model",
        ),
        (
            {"key": KEY, "root": "https://llm.example/v2"},
            "was answered with 404 ('Invalid URL (POST /v2/chat/completions)'): no chat completions, or no model "
            "'twin-1'; check --endpoint and --model",
        ),
        (
            {"key": KEY, "extra": {"logit_bias": {}}},
            "was answered with 400 ('Unrecognized request argument supplied: logit_bias'): it does not take the "
            "request; --extra adds members to it or takes them away",
        ),
    ],
    ids=["wrong key", "no key", "no model", "no such path", "refused"],
)
def test_a_no_says_what_to_do(how, told):
    twin = ChatTwin(lambda text: "WISMO", key=KEY)

    with pytest.raises(SourceError) as caught:
        endpoint(twin.handle, **how).complete(ASKED)

    assert str(caught.value) == f"{how.get('root', ROOT)}: POST chat/completions {told}"


def failing(*answers):
    """Gives its answers one after the other, the last one for ever; counts them."""
    left, given = list(answers), []

    def handle(request):
        given.append(request)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle, given


def test_a_limit_is_waited_for_as_long_as_it_asks():
    handle, _ = failing(httpx.Response(429, headers={"retry-after": "7"}), completion("WISMO"))
    slept = []

    answer = endpoint(handle, sleep=slept.append).complete(ASKED)

    assert (answer.text, slept) == ("WISMO", [7.0])


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            said(429, "You exceeded your current quota"),
            "POST chat/completions was answered with 429 6 times ('You exceeded your current quota'): its limit, or a "
            "spent quota; wait, or ask for a lower --concurrency",
        ),
        (httpx.Response(503), "POST chat/completions was answered with 503; see the service's own status page"),
        (
            httpx.ConnectError("refused"),
            "no answer to POST chat/completions after 6 attempts (ConnectError); "
            "nothing is lost: the same command goes on here",
        ),
    ],
    ids=["quota", "503", "down"],
)
def test_a_fault_that_stays_is_given_up(answer, told):
    handle, given = failing(answer)

    with pytest.raises(SourceError) as caught:
        endpoint(handle).complete(ASKED)

    assert str(caught.value) == f"{ROOT}: {told}"
    assert len(given) == ATTEMPTS


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>sign in</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"choices": []}),
        httpx.Response(200, json={"choices": [{"message": {"content": 7}}]}),
        httpx.Response(200, json={"choices": ["WISMO"]}),
        httpx.Response(200, json={"choices": [{"message": {"content": "WISMO"}}], "usage": [7]}),
    ],
    ids=["page", "list", "no choice", "number", "bare", "usage"],
)
def test_what_is_no_chat_completion_is_not_taken_for_an_answer(answer):
    with pytest.raises(SourceError, match="something that is no chat completion; is it the root of an OpenAI-compat"):
        endpoint(lambda request: answer).complete(ASKED)


def test_an_endpoint_that_is_too_slow_once_is_asked_again():
    late = iter([1.0])

    def mind(text):
        time.sleep(next(late, 0.0))
        return "WISMO"

    twin = ChatTwin(mind)
    with served(twin) as address:
        answer = endpoint(None, root=f"{address}/v1", timeout=0.5).complete(ASKED)

    assert answer.text == "WISMO"
    assert len(twin.bodies) > 1


@pytest.mark.parametrize(
    "answer",
    [
        said(400, f"bad header Bearer {KEY}"),
        said(401, f"Incorrect API key provided: {KEY}"),
        httpx.ConnectError("refused"),
        httpx.Response(200, text=KEY),
    ],
    ids=["400", "401", "down", "page"],
)
def test_the_key_is_told_nowhere(answer, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    asks = endpoint(failing(answer)[0], key=KEY)

    with pytest.raises(SourceError) as caught:
        asks.complete(ASKED)

    assert KEY not in f"{caught.value} {caught.value!r} {asks!r} {vars(asks)!r} {caplog.text} {capfd.readouterr()}"


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("https://llm.example/v1", ROOT),
        ("https://llm.example/v1/", ROOT),
        ("https://llm.example/v1/chat/completions", ROOT),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_is_the_root_with_or_without_the_path_of_completions(given, root):
    assert checked(given, with_key=True) == root


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("llm.example/v1", "is no address"),
        ("ftp://llm.example/v1", "is no address"),
        ("https://", "is no address"),
        ("https://llm.example:port/v1", "no address"),
        ("https://me:secret@llm.example/v1", "only host and path belong in the address"),
        ("https://llm.example/v1?key=secret", "only host and path belong in the address"),
        ("http://llm.example/v1", "the key would go out unencrypted"),
    ],
)
def test_an_address_that_is_none_or_would_tell_the_key_is_refused(given, told):
    with pytest.raises(InputError, match=f"--endpoint: .*{told}") as caught:
        checked(given, with_key=True)

    assert "secret" not in str(caught.value)


def test_without_a_key_an_endpoint_of_the_local_network_may_be_unencrypted():
    assert checked("http://gpu-box:8000/v1", with_key=False) == "http://gpu-box:8000/v1"
