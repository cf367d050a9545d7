"""Where the signing key lies, and who may read it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.errors import InputError
from ecomintent.release.signing import PrivateKey, fingerprint

PKCS8 = (pem.Encoding.PEM, pem.PrivateFormat.PKCS8)


def raw(private):
    return private.private_bytes_raw()


def key_file(path: Path, private=None, encryption=None) -> Path:
    private = private or PrivateKey.generate()
    path.write_bytes(private.private_bytes(*PKCS8, encryption or pem.NoEncryption()))
    path.chmod(0o600)
    return path


def refused(act):
    with pytest.raises(InputError) as caught:
        act()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_key_is_made_on_first_use_readable_by_its_owner_only_and_kept(tmp_path):
    first = SigningKeys(tmp_path, None).private()
    again = SigningKeys(tmp_path, None).private()

    assert raw(first) == raw(again)
    assert (tmp_path / "keys" / "release.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["release.pem", "trusted"]


def test_nothing_is_made_by_asking_whom_to_trust(tmp_path):
    assert (SigningKeys(tmp_path, None).trusted(), list(tmp_path.iterdir())) == ({}, [])


def test_ones_own_key_is_trusted_also_after_a_crash_that_left_it_out(tmp_path):
    keys = SigningKeys(tmp_path, None)
    name = fingerprint(keys.private().public_key())
    (tmp_path / "keys" / "trusted" / f"{name}.pem").unlink()

    keys.private()

    assert list(keys.trusted()) == [name]


def test_processes_that_make_the_key_at_once_end_with_the_same_one(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: raw(SigningKeys(tmp_path, None).private()), range(8)))

    assert len(set(made)) == 1
    assert len(SigningKeys(tmp_path, None).trusted()) == 1


def test_a_public_key_added_by_hand_is_trusted(tmp_path):
    keys = SigningKeys(tmp_path, None)
    own, other = keys.private().public_key(), PrivateKey.generate().public_key()
    text = other.public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "keys" / "trusted" / "shop-b.pem").write_bytes(text)

    assert set(keys.trusted()) == {fingerprint(own), fingerprint(other)}


def test_a_named_key_file_is_used_and_nothing_is_made_beside_the_trusted_key(tmp_path):
    private = PrivateKey.generate()
    keys = SigningKeys(tmp_path / "home", key_file(tmp_path / "own.pem", private))

    assert raw(keys.private()) == raw(private)
    assert [path.name for path in (tmp_path / "home" / "keys").iterdir()] == ["trusted"]
    assert list(keys.trusted()) == [fingerprint(private.public_key())]


def test_a_named_key_file_that_is_absent_is_not_made(tmp_path):
    path = tmp_path / "own.pem"

    said = refused(SigningKeys(tmp_path, path).private)

    assert said == (
        f"{path}: the signing key cannot be used (No such file or directory); "
        "check ECOMINTENT_SIGNING_KEY and ECOMINTENT_HOME"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_file_that_others_may_read_is_refused(tmp_path, mode):
    path = key_file(tmp_path / "own.pem")
    path.chmod(mode)

    assert refused(SigningKeys(tmp_path, path).private) == (
        f"{path}: others may read or change this signing key; chmod 600 {path}"
    )


def test_a_file_that_holds_no_usable_key_is_refused_without_showing_what_it_holds(tmp_path):
    locked = key_file(tmp_path / "locked.pem", encryption=pem.BestAvailableEncryption(b"secret"))
    kind = key_file(tmp_path / "kind.pem", X25519PrivateKey.generate())
    torn = key_file(tmp_path / "torn.pem")
    torn.write_bytes(torn.read_bytes()[:60])

    for path in (locked, kind, torn):
        said = refused(SigningKeys(tmp_path, path).private)
        assert "not an unencrypted Ed25519 private key in PEM" in said
        assert not [line for line in path.read_text().splitlines() if line in said]


def test_a_trusted_file_that_is_no_public_key_is_named(tmp_path):
    keys = SigningKeys(tmp_path, None)
    keys.private()
    key_file(tmp_path / "keys" / "trusted" / "wrong.pem")

    assert "wrong.pem: not an Ed25519 public key in PEM" in refused(keys.trusted)


def test_the_private_key_is_in_no_repr_and_no_log(tmp_path, caplog):
    caplog.set_level(0)
    keys = SigningKeys(tmp_path, None)
    private = keys.private()
    secrets = [raw(private).hex(), *(tmp_path / "keys" / "release.pem").read_text().splitlines()[1:-1]]

    shown = " ".join([repr(keys), str(vars(keys)), repr(private), caplog.text, repr(keys.trusted())])

    assert [secret for secret in secrets if secret in shown] == []
