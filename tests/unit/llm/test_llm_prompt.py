"""What is asked is the taxonomy, its rules, examples that were drawn by seed, and the ticket last."""

import pytest

from ecomintent.errors import InputError
from ecomintent.llm import prompt
from ecomintent.llm.prompt import Example
from ecomintent.taxonomy import INTENTS, NAMES, RULES

CORPUS = [Example(text=f"{name} {number}", intent=name) for name in NAMES for number in "abcd"]


def test_the_question_says_every_intent_with_its_description_and_every_rule():
    asked = prompt.instruction()

    assert [one.name for one in INTENTS if f"\n{one.name}: {one.description}\n" not in asked] == []
    assert [rule for rule in RULES if f"\n- {rule}\n" not in asked] == []


def test_examples_are_questions_that_were_answered_and_the_ticket_comes_last():
    shown = [Example(text="where is it", intent="WISMO"), Example(text="hello", intent="OTHER")]

    said = prompt.messages("my lamp is broken", shown)

    assert [(one["role"], one["content"]) for one in said] == [
        ("system", prompt.instruction()),
        ("user", "where is it"),
        ("assistant", "WISMO"),
        ("user", "hello"),
        ("assistant", "OTHER"),
        ("user", "my lamp is broken"),
    ]


def test_the_same_seed_draws_the_same_examples_from_the_rows_in_any_order():
    drawn = prompt.draw(CORPUS, 5, seed=3)

    assert prompt.draw(CORPUS[::-1], 5, seed=3) == drawn
    assert prompt.draw(CORPUS, 5, seed=4) != drawn
    assert set(drawn) <= set(CORPUS)
    assert len({example.intent for example in drawn}) == 5


def test_a_corpus_of_too_few_intents_gives_no_examples():
    with pytest.raises(InputError, match="1 intents have an example, 5 are needed"):
        prompt.draw(CORPUS[:4], 5, seed=3)


def test_the_digest_changes_with_whatever_else_is_asked():
    shown = prompt.draw(CORPUS, 5, seed=3)

    digests = {prompt.digest(shown, {}), prompt.digest((), {}), prompt.digest(shown, {"max_tokens": 5})}
    assert len(digests) == 3
    assert prompt.digest(shown, {}) in digests
