"""Keys open one county for one role until they expire or are revoked, and are kept as hashes."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from planner.errors import InputError
from planner.store import Database
from planner.store.keys import create_key, holder_of, list_keys, revoke_key
from planner.store.records import MissingError, Role
from planner.store.tables import keys


def test_key_opens_its_county_with_its_role(database: Database) -> None:
    """Who shows the secret is known by county and role."""
    key, secret = create_key(database, county_id="sangzhi", role=Role.SCHEDULER, days=30)
    holder = holder_of(database, secret)
    assert holder == key
    assert (key.county_id, key.role, key.expires_ms - key.created_ms) == ("sangzhi", Role.SCHEDULER, 30 * 86_400_000)


def test_secret_has_256_bits_and_is_kept_as_a_hash(database: Database) -> None:
    """43 characters of 6 bits after "xz_"; no column of the row holds them."""
    _, secret = create_key(database, county_id="sangzhi", role=Role.READER, days=1)
    with database.reading() as connection:
        row = connection.execute(select(keys)).one()
    assert len(secret.removeprefix("xz_")) == 43
    assert all(secret not in str(value) and secret[3:] not in str(value) for value in row)


def test_revoked_key_opens_nothing(database: Database) -> None:
    """From the moment it is revoked, and for good."""
    key, secret = create_key(database, county_id="sangzhi", role=Role.ADMIN, days=1)
    revoked = revoke_key(database, key.id)
    assert holder_of(database, secret) is None
    assert revoke_key(database, key.id) == revoked


def test_expired_key_opens_nothing(database: Database) -> None:
    """A key for no days is over at once."""
    _, secret = create_key(database, county_id="sangzhi", role=Role.ADMIN, days=0)
    time.sleep(0.002)
    assert holder_of(database, secret) is None


@pytest.mark.parametrize("secret", ["", "xz_", "xz_" + "a" * 43, "xz_" + "a" * 44, "' OR 1=1 --", "xz_\u6851" * 20])
def test_unknown_secret_opens_nothing(database: Database, secret: str) -> None:
    """Whatever is shown, of whatever length."""
    create_key(database, county_id="sangzhi", role=Role.ADMIN, days=1)
    assert holder_of(database, secret) is None


@pytest.mark.parametrize("county", ["", "Sangzhi", "桑植", "a" * 41, "1st", "a/b", "a b", "-a"])
def test_odd_name_of_a_county_is_refused(database: Database, county: str) -> None:
    """The name stands in keys and logs: letters, digits and hyphens only."""
    with pytest.raises(InputError, match="A county is named by"):
        create_key(database, county_id=county, role=Role.READER, days=1)


def test_unknown_key_cannot_be_revoked(database: Database) -> None:
    """A slip of the pen is told."""
    with pytest.raises(MissingError):
        revoke_key(database, "nobody")


def test_keys_are_listed_by_county(database: Database) -> None:
    """Two counties, three keys, none with a secret."""
    for county in ("yixing", "bishan", "yixing"):
        create_key(database, county_id=county, role=Role.READER, days=1)
    assert [key.county_id for key in list_keys(database)] == ["bishan", "yixing", "yixing"]


def test_higher_roles_may_what_lower_ones_may() -> None:
    """read-only < scheduler < admin."""
    may = {(role.value, needed.value) for role in Role for needed in Role if role.may(needed)}
    assert len(may) == 6
    assert ("read-only", "scheduler") not in may
    assert ("admin", "scheduler") in may
