"""An OpenAI-compatible chat endpoint: one conversation goes out, one answer comes back. Its key shows nowhere."""

import ipaddress
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from ecomintent.adapters.web import Answer, Secret, Sleep, Web
from ecomintent.errors import InputError, SourceError
from ecomintent.labels.texts import glimpse

ATTEMPTS: Final = 6
KEY: Final = "ECOMINTENT_LLM_KEY"
PATH: Final = "chat/completions"
FILTERED: Final = "content_filter"
NO: Final = tuple(range(300, 600))
"""Statuses that are told in words of our own."""
SETTLED: Final = {"temperature": 0}
"""What is asked for beside the conversation, unless `extra` says otherwise: the likeliest answer, not a random one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the model said."""

    text: str
    """Empty where it said nothing."""
    refused: bool
    """Whether a content filter kept the text from the model."""
    seconds: float
    """Of the attempt that was answered."""
    tokens_in: int | None
    """As the endpoint counts them; None where it does not say."""
    tokens_out: int | None


def checked(address: str, *, with_key: bool) -> str:
    """The root of the API that `address` names, with or without the path of chat completions.

    Raises:
        InputError: it is no address, holds more than host and path, or would carry the key in the clear.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise InputError(f"no address ({error}); give one such as https://HOST/v1", where="--endpoint") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError(f"{address!r} is no address; give one such as https://HOST/v1", where="--endpoint")
    if url.userinfo or url.query or url.fragment:
        raise InputError(f"only host and path belong in the address; a key goes into {KEY}", where="--endpoint")
    if with_key and url.scheme == "http" and not _of_this_machine(url.host):
        raise InputError(f"the key would go out unencrypted; use https, or unset {KEY}", where="--endpoint")
    return str(url).rstrip("/").removesuffix(PATH).rstrip("/")


class ChatEndpoint:
    """One model behind one address."""

    def __init__(
        self,
        root: str,
        *,
        model: str,
        key: Secret | None,
        extra: Mapping[str, Any],
        timeout: float,
        transport: httpx.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Nothing is sent yet.

        Args:
            root: from `checked`.
            extra: members of every request, over `SETTLED`; null takes one away.
            timeout: seconds without a byte before an attempt has failed.
        """
        self._root, self._model, self._key = root, model, key
        members = {**SETTLED, **extra}
        self._extra = {name: value for name, value in members.items() if value is not None}
        self._web = Web(
            root,
            name=root,
            headers={"Authorization": f"Bearer {key.reveal()}"} if key else None,
            attempts=ATTEMPTS,
            timeout=timeout,
            later="the same command goes on here",
            transport=transport,
            sleep=sleep,
        )

    def complete(self, messages: Sequence[Mapping[str, str]]) -> Completion:
        """The model's answer to a conversation.

        Raises:
            SourceError: there is none after `ATTEMPTS`, the endpoint says no, or it answers something else.
        """
        body = {"model": self._model, "messages": list(messages), **self._extra}
        answer = self._web.post(PATH, body, allowed=NO)
        if answer.status in NO:
            if _of_error(answer).get("code") == FILTERED:
                return Completion(text="", refused=True, seconds=answer.seconds, tokens_in=None, tokens_out=None)
            raise SourceError(self._complaint(answer), where=self._root)
        try:
            choice = answer.body["choices"][0]
            text = choice["message"]["content"] or ""
            usage = answer.body.get("usage") or {}
            refused = choice.get("finish_reason") == FILTERED
            tokens = [_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
        except (TypeError, KeyError, IndexError, AttributeError):
            text, refused, tokens = None, False, []
        if not isinstance(text, str):
            raise SourceError(
                f"POST {PATH} was answered with something that is no chat completion; "
                "is it the root of an OpenAI-compatible API, often ending in /v1?",
                where=self._root,
            )
        return Completion(text=text, refused=refused, seconds=answer.seconds, tokens_in=tokens[0], tokens_out=tokens[1])

    def close(self) -> None:
        """Let go of connections."""
        self._web.close()

    def _complaint(self, answer: Answer) -> str:
        told = f"POST {PATH} was answered with {answer.status}"
        if answer.status in (401, 403):
            return f"{told}: " + (f"the key in {KEY} is not valid here" if self._key else f"it wants a key; set {KEY}")
        said = self._quoted(answer)
        if answer.status == httpx.codes.NOT_FOUND:
            return f"{told}{said}: no chat completions, or no model {self._model!r}; check --endpoint and --model"
        if answer.status == httpx.codes.TOO_MANY_REQUESTS:
            return f"{told} {ATTEMPTS} times{said}: its limit, or a spent quota; wait, or ask for a lower --concurrency"
        if answer.status in (400, 422):
            return f"{told}{said}: it does not take the request; --extra adds members to it or takes them away"
        return f"{told}{said}; see the service's own status page"

    def _quoted(self, answer: Answer) -> str:
        """The endpoint's own first words on what is wrong, in brackets; nothing where they hold the key."""
        said = _of_error(answer).get("message")
        if not isinstance(said, str) or not said.strip() or (self._key and self._key.reveal() in said):
            return ""
        return f" ({glimpse(said)!r})"


def _of_error(answer: Answer) -> Mapping[str, Any]:
    found = answer.body.get("error") if isinstance(answer.body, dict) else None
    return found if isinstance(found, dict) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _of_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
