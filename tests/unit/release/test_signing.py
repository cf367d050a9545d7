"""Ed25519 signatures."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ecomintent.release.signing import PrivateKey, fingerprint, sign, verify

# RFC 8032, section 7.1, test 2.
KNOWN = PrivateKey.from_private_bytes(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
KNOWN_SIGNATURE = "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA=="
OTHER = PrivateKey.from_private_bytes(bytes(range(32)))


def test_the_signature_is_the_standards_own():
    assert sign(KNOWN, b"\x72").value == KNOWN_SIGNATURE


@given(st.binary(max_size=50))
def test_what_was_signed_is_verified_by_the_signers_public_key_only(payload):
    signature = sign(KNOWN, payload)

    assert verify(KNOWN.public_key(), payload, signature)
    assert not verify(OTHER.public_key(), payload, signature)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_another_payload_is_not_verified(payload, other):
    assert verify(KNOWN.public_key(), other, sign(KNOWN, payload)) == (payload == other)


@given(st.text(max_size=90))
def test_any_other_text_in_place_of_the_signature_is_refused_without_a_traceback(text):
    assert not verify(KNOWN.public_key(), b"payload", replace(sign(KNOWN, b"payload"), value=text))


def test_a_signature_under_another_keys_name_is_refused():
    signature = replace(sign(KNOWN, b"payload"), key=fingerprint(OTHER.public_key()))

    assert not verify(KNOWN.public_key(), b"payload", signature)


def test_a_key_is_named_by_sixteen_hex_characters_of_its_public_half():
    names = {fingerprint(key.public_key()) for key in (KNOWN, OTHER)}

    assert {len(name) for name in names} == {16}
    assert len(names) == 2
    assert sign(KNOWN, b"").key == fingerprint(KNOWN.public_key())
