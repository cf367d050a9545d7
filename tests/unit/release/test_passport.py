"""A sealed passport says what was sealed, or is refused for a named cause."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.errors import ReleaseError
from ecomintent.release.passport import Passport, Probe, open_sealed, seal
from ecomintent.release.signing import PrivateKey, fingerprint

KEY, STRANGER = (PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
TRUSTED = {fingerprint(KEY.public_key()): KEY.public_key()}
PASSPORT = Passport(
    version="2",
    weights="ab" * 32,
    encoder="minilm",
    encoder_digest="",
    code_commit="c0ffee",
    lock="01" * 32,
    params="02" * 32,
    snapshot="03" * 32,
    corpus="04" * 32,
    frozen_set="05" * 32,
    verdict="REVIEW",
    verdict_cause="EXCHANGE_REQUEST undecided",
    verdict_digest="06" * 32,
    approved_by="Zoë Ortiz",
    approved_second="",
    approval_reason="read by hand",
    approval_waivers={"EXCHANGE_REQUEST": "only 12 tickets"},
    approved_at="2026-05-04T11:30:00+00:00",
    approval_digest="07" * 32,
    champion_before="1",
    history_head="08" * 32,
    issued_at="2026-05-04T11:31:00+00:00",
    taxonomy_version="1",
    probes=(Probe(text="wo ist mein Päckchen \N{PACKAGE}", intent="WISMO", confidence=0.9375),),
)
SEALED = seal(PASSPORT, KEY)


def opened(text, trusted=TRUSTED):
    return open_sealed(text, trusted, where="version 2")


def refused(text, trusted=TRUSTED):
    with pytest.raises(ReleaseError) as caught:
        opened(text, trusted)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def changed(**parts):
    return json.dumps({**json.loads(SEALED), **parts})


def test_what_was_sealed_is_opened_unchanged():
    assert opened(SEALED) == PASSPORT


def test_the_same_passport_is_sealed_to_the_same_text():
    assert seal(PASSPORT, KEY) == SEALED


def test_people_can_read_it():
    assert "Zoë Ortiz" in SEALED
    assert len(SEALED.splitlines()) > 25


@given(st.integers(0, len(SEALED.encode()) - 1), st.integers(1, 255))
def test_one_changed_byte_is_found_or_changes_nothing_that_is_said(place, difference):
    raw = bytearray(SEALED.encode())
    raw[place] ^= difference

    try:
        found = opened(raw.decode("utf-8"))
    except (UnicodeDecodeError, ReleaseError):
        return

    assert found == PASSPORT


@given(st.text())
def test_any_text_is_refused_in_one_line(text):
    refused(text)


def test_a_text_that_is_no_json_is_named_so():
    assert "version 2: the passport cannot be trusted: it is not JSON" in refused(SEALED[:-3])


@pytest.mark.parametrize("text", ["[" * 100_000, '{"passport": NaN}', '{"passport": {}, "passport": {}}'])
def test_json_that_two_readers_could_read_differently_is_refused(text):
    assert "it is not JSON" in refused(text)


@pytest.mark.parametrize("signature", [None, {}, {"key": "ab"}, {"key": 1, "ed25519": 2}, "signed"])
def test_a_missing_signature_is_named_so(signature):
    assert "its signature is missing" in refused(changed(signature=signature))


def test_a_text_without_a_passport_is_named_so():
    assert "it holds no passport" in refused(changed(passport=[]))


def test_the_key_of_a_stranger_is_named_by_its_fingerprint():
    said = refused(seal(PASSPORT, STRANGER))

    assert f"key '{fingerprint(STRANGER.public_key())}' signed it, which is not trusted" in said


def test_a_key_that_was_added_to_the_trusted_ones_is_enough():
    both = TRUSTED | {fingerprint(STRANGER.public_key()): STRANGER.public_key()}

    assert opened(seal(PASSPORT, STRANGER), both) == PASSPORT


@pytest.mark.parametrize("name", sorted(json.loads(SEALED)["passport"]))
def test_a_changed_field_is_named_a_change_after_signing(name):
    forged = changed(passport=json.loads(SEALED)["passport"] | {name: "forged"})

    assert "somebody changed it after it was signed" in refused(forged)


def test_a_format_of_the_future_is_named():
    assert "it has format 2; known is 1" in refused(seal(replace(PASSPORT, format=2), KEY))
