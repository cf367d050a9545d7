"""An answer is one intent, or none; it is never guessed."""

import pytest

from ecomintent.llm.answers import intent_in
from ecomintent.taxonomy import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_name_alone_is_an_answer(name):
    assert intent_in(name) == name


@pytest.mark.parametrize(
    "answer",
    [
        " return_request\n",
        "Return Request",
        "return-request.",
        "`RETURN_REQUEST`",
        "**RETURN_REQUEST**",
        '"RETURN_REQUEST"',
        '{"intent": "RETURN_REQUEST"}',
        "The intent is RETURN_REQUEST, since they want to send it back.",
        "Intent: RETURN_REQUEST (any other fits less)",
        "RETURN_REQUEST, yes: RETURN_REQUEST.",
        "<think>Could be EXCHANGE_REQUEST or WISMO.</think>\nRETURN_REQUEST",
    ],
)
def test_one_name_with_something_around_it_is_an_answer(answer):
    assert intent_in(answer) == "RETURN_REQUEST"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I cannot help with that.",
        "RETURN_REQUEST or EXCHANGE_REQUEST",
        "REFUND_REQUEST",
        "MY_RETURN_REQUEST",
        "the customer wants some other thing",
        "<think>It is not WISMO",
        "1",
    ],
)
def test_no_name_two_names_and_names_of_our_own_making_are_no_answer(answer):
    assert intent_in(answer) is None
