"""What is taken out of a ticket's text, what stays, and that nothing else happens to it.

Over 250 lines: kinds of personal data, each with what looks like it and is none.
"""

import dataclasses
import logging
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.errors import EcomIntentError
from ecomintent.labels.redaction import PLACEHOLDER, redact
from tests.bench.planted import PATTERN_KINDS, tickets
from tests.bench.planted_later import LATER

ROOT = Path(__file__).parents[3]
CARD = "4111 1111 1111 1111"
IBAN = "gb82 west 1234 5698 7654 32"
PIECES = st.sampled_from(
    [
        "order", "order no.", "#12345", "4711-22", "12345678", "and 99887", CARD, IBAN, "07700 900123", "+44",
        "(020)", "7946 0123",
        "dana@example.com", "@shop", "at example dot com", "https://example.com/a", "192.0.2.7", "2001:db8::1",
        "12 Elm Road, Leeds",
        "LS1 4AB", "Thanks,", "Dana Ortiz", "my name is", "Hi Marta,", "<EMAIL>", "<", ">", "<NA", "ME>", "\ufffc",
        "\n", " ", ",", "/", "-",
        "Flat 2,", "1", "Mr", "wife", "my wife",
    ]
)  # fmt: skip
JOINED = st.lists(PIECES, max_size=14).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)]))
ANYTHING = st.one_of(
    JOINED, st.text(max_size=60), st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=14).map(" ".join)
)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("e mail me at Dana.Ortiz@Example.com please", "e mail me at <EMAIL> please"),
        ("dana(at)example.com, or dana at example dot com", "<EMAIL>, or <EMAIL>"),
        ("my mail is dana@example.con not that", "my mail is <EMAIL> not that"),
        ("call 07700 900123 or +44 (0)7700 900 124.", "call <PHONE> or <PHONE>."),
        ("US (415) 555-0123, India +91 90000 01234", "US <PHONE>, India <PHONE>"),
        ("ring 202 5550123 please, or 2025550124", "ring <PHONE> please, or <PHONE>"),
        ("my number is 555 01 23 44", "my number is <PHONE>"),
        (f"you charged {CARD} twice", "you charged <CARD> twice"),
        ("the old one 4111-1111-1111-1111 08/27 cvv 123", "the old one <CARD> 08/27 cvv 123"),
        ("card 2223 0000 4841 0010", "card <CARD>"),
        (f"refund to {IBAN} please", "refund to <IBAN> please"),
        ("AT611904300234573201 thanks for it", "<IBAN> thanks for it"),
        ("pt50 0002 0123 1234 5678 9015 4", "<IBAN>"),
        ("send it to Flat 2, 14 Marlow Road, Leeds LS6 3QX instead", "send it to <ADDRESS> instead"),
        ("4821 Maple Ave Apt 3B, Springfield, IL 62704", "<ADDRESS>"),
        ("Flat No 302, Sai Apartments, Hill Road, Bengaluru 560001", "<ADDRESS>"),
        ("my postcode is ls6 3qx", "my postcode is <ADDRESS>"),
        ("Where is order 4711-22?", "Where is order <ORDER>?"),
        ("my order no. AB123456 and #1234567 are late", "my order no. <ORDER> and <ORDER> are late"),
        ("order number 12345 2 weeks ago", "order number <ORDER> 2 weeks ago"),
        ("tracking 1Z999AA10123456784 says lost", "tracking <ORDER> says lost"),
        ("see https://shop.example.com/o?id=1.", "see <URL>."),
        ("a login from 192.0.2.7 and 2001:db8::7:1", "a login from <IP> and <IP>"),
        ("@AmazonShop where is it? #neveragain", "<HANDLE> where is it? #neveragain"),
        ("It is late.\nThanks, Dana Ortiz", "It is late.\nThanks, <NAME>"),
        ("Hi Marta, any news?", "Hi <NAME>, any news?"),
        ("my name is priya patel and I moved", "my name is <NAME> and I moved"),
        ("This is Dana Ortiz from Leeds", "This is <NAME> from Leeds"),
        ("Mrs O'Neill-Smith signed", "Mrs <NAME> signed"),
    ],
)
def test_personal_data_give_way_to_a_placeholder_of_their_kind(text, redacted):
    assert redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "I need size 10, not size 12.",
        "It cost £1,299.00 and now it is $899!",
        "paid Rs. 24999 in full, 2500 INR back",
        "Ordered on 12/05/2026, due 2026-05-19.",
        "It was due on 20260519 at 10:30.",
        "still waiting after 2 weeks and 3 days",
        "My WH-1000XM5 headphones are broken",
        "does the RTX 4070 fit a B550M board?",
        "iPhone 15 Pro Max 256GB in blue",
        "Galaxy S8 6GB or S9 4GB?",
        "I want to order 1000 pieces",
        "order 2 shirts and 3 pairs of socks",
        "I would like to order WH-1000XM5",
        "My order 2 weeks ago came in 3 parcels",
        "a 10,000mAh power bank, 4.5 stars, 24/7 support",
        "SUMMER20 gives 20% off",
        "Inspiron 5000 series, 1080p, 60 Hz",
        "do you have item 51970561 in Leeds?",
        "style numbers 684451-395 in 10 and 12",
        "barcode 5012345678900 is not found",
        "Product ID: #249272 please",
        "firmware version 2.1.0.14 breaks it",
        "Hi there, any news?",
        "Hi team, hello all, dear sir or madam",
        "Thanks, please help",
        "Thanks in advance",
        "Thank you!\nwaiting",
        "Hello Amazon, I want a refund",
        "my name is wrong on the parcel",
        "my name is not on it",
        "this is from last week, this is ridiculous",
        "I am very angry and I want it back",
        "I'm Still waiting and I am tired",
        "#1 shop, #worstservice #2",
        "2 shirts @ 20 each",
        "he said.So I came.It was closed.",
        "the yes/no question and his/her size",
        "5 days on the way, 2 cars on the road",
        "3 items in one place, 10 people in a row",
        "buy 1 get 1 on your street",
        "32x34 jeans, UK 7.5, EU 41, 500ml",
        "cost me 1,25,000 rupees",
        "My card ending in 4242 was charged",
        "Dr Martens boots and Dr Pepper",
        "I saw it on amazon.in and example.com",
        "one at a time, look at it, dot matters",
        "the 4th of May, 1st time, 3rd attempt",
        "from 10 - 12 2026 to 11.05.2026 14.30",
        "",
    ],
)
def test_prices_sizes_dates_quantities_and_things_on_sale_stay(text):
    assert redact(text).text == text


@pytest.mark.parametrize("kind", PATTERN_KINDS)
def test_at_least_99_in_100_of_what_is_planted_is_gone(kind):
    planted = [ticket for ticket in tickets(seed=3, per_kind=120) if ticket.kind == kind]

    left = [ticket.text for ticket in planted if ticket.left_in(redact(ticket.text).text)]

    assert len(left) <= len(planted) / 100, left


@pytest.mark.parametrize(
    ("kind", "at_least"), [("EMAIL", 0.99), ("PHONE", 0.99), ("IBAN", 0.99), ("ORDER", 0.98), ("ADDRESS", 0.9)]
)
def test_most_forms_written_after_the_patterns_are_found_too(kind, at_least):
    planted = [ticket for ticket in tickets(seed=3, per_kind=3 * len(LATER[kind]), later=True) if ticket.kind == kind]

    gone = sum(not ticket.left_in(redact(ticket.text).text) for ticket in planted)

    assert gone >= at_least * len(planted)


def test_what_is_nobodys_secret_survives_beside_what_is():
    planted = list(tickets(seed=4, per_kind=60))

    lost = [ticket.text for ticket in planted if ticket.decoy_lost(redact(ticket.text).text)]

    assert len(lost) <= len(planted) / 100, lost


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_redacting_twice_changes_nothing(text):
    once = redact(text)

    assert redact(once.text) == dataclasses.replace(once, counts={})


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_only_whole_stretches_are_replaced_and_each_is_counted(text):
    done = redact(text)

    at = 0
    for kept in PLACEHOLDER.split(done.text):
        assert kept in text[at:]
        at = text.index(kept, at) + len(kept)
    added = Counter(PLACEHOLDER.findall(done.text))
    added.subtract(PLACEHOLDER.findall(text))
    assert {kind.strip("<>"): count for kind, count in added.items() if count} == done.counts


def test_placeholders_that_are_there_already_survive_and_are_not_counted():
    done = redact("Order <ORDER>: send it to <NAME> at LS6 3QX")

    assert done.text == "Order <ORDER>: send it to <NAME> at <ADDRESS>"
    assert done.counts == {"ADDRESS": 1}


def test_counts_are_by_kind():
    done = redact("a@example.com b@example.com #12345")

    assert done.counts == {"EMAIL": 2, "ORDER": 1}


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("see https://example.com/a?mail=dana@example.org&tel=07700900123 now", "see <URL> now"),
        ("deliver order 4821 Maple Ave, Springfield, IL 62704", "deliver order <ADDRESS>"),
    ],
)
def test_of_spans_that_overlap_the_longest_wins(text, redacted):
    assert redact(text).text == redacted


def test_a_number_that_fails_its_check_digit_is_no_card():
    assert redact("4111 1111 1111 1112").counts.get("CARD", 0) == 0


def test_nothing_is_fetched_and_no_text_is_logged(monkeypatch, caplog):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **_: asked.append(args) or [])
    caplog.set_level(logging.DEBUG)

    redact("dana@example.com, 07700 900123, gb82 west 1234, https://example.com/a, 192.0.2.7, Hi Marta,")

    assert asked == []
    assert not re.search("dana|07700|west|Marta", caplog.text)


def test_importing_loads_neither_presidio_nor_spacy():
    code = "import sys, ecomintent.labels.redaction; print({'presidio_analyzer', 'spacy', 'regex'} & set(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert loaded.stdout.strip() == "set()"


def test_a_name_model_that_is_not_installed_is_refused_in_one_line():
    with pytest.raises(EcomIntentError, match=r"'xx_absent_model' is not installed, and nothing is downloaded"):
        redact("Dana rang", name_model="xx_absent_model")


def test_redacting_loads_neither_an_engine_nor_what_it_looks_for_and_all_can_be_imported_afterwards():
    code = """
import sys
from ecomintent.labels.redaction import redact
assert redact("mail dana@example.com, card 4111 1111 1111 1111").text == "mail <EMAIL>, card <CARD>"
print(sorted({"torch", "transformers", "spacy", "thinc", "presidio_analyzer.nlp_engine"} & set(sys.modules)))
import spacy
from presidio_analyzer.nlp_engine import NlpArtifacts
print(spacy.tokens.Doc.__name__, NlpArtifacts.__module__)
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "Doc presidio_analyzer.nlp_engine.nlp_artifacts"]
