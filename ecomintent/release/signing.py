"""Ed25519 signatures and the names of keys. Pure: where keys lie is `adapters/signing_keys.py`'s business."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey as PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as PublicKey

__all__ = ["PrivateKey", "PublicKey", "Signature", "fingerprint", "sign", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed, and what shows it."""

    key: str
    """`fingerprint` of the public key."""
    value: str
    """Base64 of the 64 bytes."""


def fingerprint(public: PublicKey) -> str:
    """First 16 hex characters of the SHA-256 of the key's 32 bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def sign(private: PrivateKey, payload: bytes) -> Signature:
    """Equal payloads give equal signatures."""
    value = base64.b64encode(private.sign(payload)).decode("ascii")
    return Signature(key=fingerprint(private.public_key()), value=value)


def verify(public: PublicKey, payload: bytes, signature: Signature) -> bool:
    """Whether the owner of `public` signed exactly these bytes."""
    try:
        public.verify(base64.b64decode(signature.value, validate=True), payload)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return signature.key == fingerprint(public)
