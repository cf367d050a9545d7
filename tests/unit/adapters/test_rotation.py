"""Keys are changed without a gap: what the old one signed or opened goes on until it is taken away."""

import pytest
from cryptography.hazmat.primitives import serialization as pem

from ecomintent.adapters import passports
from ecomintent.adapters.api_keys import StoredKeys
from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.errors import ReleaseError
from ecomintent.release.signing import PrivateKey, fingerprint
from ecomintent.served import Scope
from ecomintent.serving.access import Door, Refused
from tests.unit.adapters.trust_shop import PARTS, Shop


@pytest.fixture
def rotated(tmp_path):
    """Version 1 signed with the home's first key, version 2 with a new one that the settings name."""
    from dataclasses import replace

    shop = Shop(tmp_path / "home")
    shop.promote("1")
    old = fingerprint(shop.system.keys.private().public_key())
    named = tmp_path / "new.pem"
    named.write_bytes(
        PrivateKey.generate().private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    )
    named.chmod(0o600)
    shop.system = replace(shop.system, keys=SigningKeys(shop.home, named))
    shop.add_version("2")
    shop.promote("2")
    return shop, old


def test_the_new_key_signs_and_what_the_old_one_signed_still_verifies(rotated):
    shop, old = rotated
    new = fingerprint(shop.system.keys.private().public_key())

    assert new != old
    assert f'"key": "{new}"' in shop.system.registry.version("2").tags["passport"]
    assert f'"key": "{old}"' in shop.system.registry.version("1").tags["passport"]
    assert passports.require(shop.system, "1").version == "1"
    assert shop.faults("2") == {}


def test_without_the_old_public_key_its_releases_are_refused_and_the_new_keys_are_not(rotated):
    shop, old = rotated
    (shop.home / "keys" / "trusted" / f"{old}.pem").unlink()

    with pytest.raises(ReleaseError, match=f"key '{old}' signed it, which is not trusted"):
        passports.require(shop.system, "1")
    assert passports.require(shop.system, "2").version == "2"
    assert set(shop.faults("1")) == {PARTS[0]}


def test_the_old_key_in_the_home_signs_nothing_more_and_does_not_come_back_by_itself(rotated):
    shop, old = rotated
    (shop.home / "keys" / "trusted" / f"{old}.pem").unlink()

    shop.system.keys.private()

    assert old not in shop.system.keys.trusted()


def test_two_api_keys_overlap_while_clients_are_switched_and_the_old_one_ends_at_its_revocation(tmp_path):
    keys = StoredKeys(ServingDatabase(tmp_path), SystemClock())
    door = Door(keys, loopback=True)
    old, known = keys.create("helpdesk", [Scope.CLASSIFY], 0)
    new, _ = keys.create("helpdesk 2", [Scope.CLASSIFY], 0)

    def admitted(key):
        try:
            return door.admit({"authorization": f"Bearer {key}"}, Scope.CLASSIFY).name
        except Refused as refusal:
            return refusal.status

    assert (admitted(old), admitted(new)) == ("helpdesk", "helpdesk 2")
    keys.revoke(known.id)
    assert (admitted(old), admitted(new)) == (401, "helpdesk 2")
