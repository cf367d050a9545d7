"""The keys of one home: the private one that signs passports, and the public ones that are trusted."""

import os
import tempfile
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as pem

from ecomintent import files
from ecomintent.errors import InputError
from ecomintent.release.signing import PrivateKey, PublicKey, fingerprint

UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm)


class SigningKeys:
    """`<home>/keys`: `release.pem` (made on first use unless `key_file` is named) and `trusted/*.pem`."""

    def __init__(self, home: Path, key_file: Path | None) -> None:
        self._folder = home / "keys"
        self._named = key_file

    def private(self) -> PrivateKey:
        """The key that signs; its public half is put among the trusted ones.

        Raises:
            InputError: it is absent, others may read it, it is no Ed25519 key, or the home cannot be written.
        """
        path = self._named or self._folder / "release.pem"
        try:
            if self._named is None and not path.exists():
                _make(path)
            private = _private_in(path)
            self._trust(private.public_key())
        except OSError as error:
            raise InputError(
                f"the signing key cannot be used ({error.strerror}); check ECOMINTENT_SIGNING_KEY and ECOMINTENT_HOME",
                where=str(path),
            ) from error
        return private

    def trusted(self) -> dict[str, PublicKey]:
        """Fingerprint -> key of every file in `trusted`; one added by hand may have any name ending in .pem.

        Raises:
            InputError: one of them is no Ed25519 public key.
        """
        keys = [_public_in(path) for path in sorted((self._folder / "trusted").glob("*.pem"))]
        return {fingerprint(key): key for key in keys}

    def _trust(self, public: PublicKey) -> None:
        path = self._folder / "trusted" / f"{fingerprint(public)}.pem"
        if not path.exists():
            text = public.public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
            files.write_bytes(path, text)


def _make(path: Path) -> None:
    """A new key at `path`; where another process makes one at the same time, the first of the two stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".release.")  # born with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            text = PrivateKey.generate().private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


def _private_in(path: Path) -> PrivateKey:
    if path.stat().st_mode & 0o077:
        raise InputError(f"others may read or change this signing key; chmod 600 {path}", where=str(path))
    try:
        found = pem.load_pem_private_key(path.read_bytes(), password=None)
    except UNREADABLE:
        found = None
    if not isinstance(found, PrivateKey):
        raise InputError(
            "not an unencrypted Ed25519 private key in PEM; make one: openssl genpkey -algorithm ed25519 -out FILE",
            where=str(path),
        )
    return found


def _public_in(path: Path) -> PublicKey:
    try:
        found = pem.load_pem_public_key(path.read_bytes())
    except (*UNREADABLE, OSError):
        found = None
    if not isinstance(found, PublicKey):
        raise InputError("not an Ed25519 public key in PEM; remove it or put the right one there", where=str(path))
    return found
