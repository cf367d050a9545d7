"""A double of an OpenAI-compatible chat endpoint: it answers by rule, and in the ways that such endpoints go wrong."""

import json
from collections import Counter
from collections.abc import Callable

import httpx

from tests.twins.twin import TwinClock

MODEL = "twin-1"
KEY = "k3y-of-the-twin"


class ChatTwin:
    """Answers `mind(text of the last message)`; keeps what it was asked. Tokens are words."""

    def __init__(self, mind: Callable[[str], str], *, key: str = "", counts: bool = True) -> None:
        self.clock = TwinClock()
        self.bodies: list[dict] = []
        self._mind, self._key, self._counts = mind, key, counts

    def asked(self) -> Counter:
        """Text -> how often it was asked about."""
        return Counter(body["messages"][-1]["content"] for body in self.bodies)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """The endpoint's answer to one request."""
        if request.url.path != "/v1/chat/completions":
            return said(404, f"Invalid URL ({request.method} {request.url.path})")
        if self._key and request.headers.get("authorization") != f"Bearer {self._key}":
            return said(401, f"Incorrect API key provided: {request.headers.get('authorization')}")
        body = json.loads(request.read())
        if body["model"] != MODEL:
            return said(404, f"The model `{body['model']}` does not exist")
        if "logit_bias" in body:
            return said(400, "Unrecognized request argument supplied: logit_bias")
        self.bodies.append(body)
        return self._completion(body["messages"])

    def _completion(self, messages: list[dict]) -> httpx.Response:
        answer = self._mind(messages[-1]["content"])
        if answer == "(filtered)":
            return said(400, "The response was filtered", code="content_filter")
        if answer == "(cut)":
            return completion(None, finish="content_filter")
        words = sum(len(message["content"].split()) for message in messages)
        usage = {"prompt_tokens": words, "completion_tokens": len(answer.split())} if self._counts else None
        return completion(answer, usage=usage)


def completion(text, *, finish="stop", usage=None) -> httpx.Response:
    """A whole answer as endpoints give it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return httpx.Response(200, json={"id": "c1", "object": "chat.completion", "choices": [choice], "usage": usage})


def said(status: int, message: str, *, code: str | None = None) -> httpx.Response:
    """An error as endpoints put it."""
    return httpx.Response(status, json={"error": {"message": message, "type": "invalid_request_error", "code": code}})
