"""Keys of the API: 256 random bits, kept as a hash, for one county and one role, until they expire or are revoked."""

from __future__ import annotations

import hashlib
import re
import secrets

from sqlalchemy import Row, select, update

from planner.errors import InputError, Issue, Where
from planner.language import text
from planner.store.database import DamagedError, Database, insert_unless_there, new_id, now_ms
from planner.store.records import Key, MissingError, Role
from planner.store.tables import counties, keys

DAY_MS = 86_400_000
COUNTY = re.compile(r"[a-z][a-z0-9-]{0,39}")
SECRET = re.compile(r"xz_[A-Za-z0-9_-]{43}")


def create_key(database: Database, *, county_id: str, role: Role, days: int) -> tuple[Key, str]:
    """Make a key, and the county when it is the first; return it and its secret, which is told this once."""
    if not COUNTY.fullmatch(county_id):
        problem = text("A county is named by 1 to 40 of a-z, 0-9 and -, beginning with a letter.")
        raise InputError([Issue(Where(column="--county"), problem, text("For example --county sangzhi."))])
    keep_county(database, county_id)
    secret, made = "xz_" + secrets.token_urlsafe(32), now_ms()
    key = Key(id=new_id(), county_id=county_id, role=role, created_ms=made, expires_ms=made + days * DAY_MS)
    with database.writing() as connection:
        connection.execute(
            keys.insert().values(
                id=key.id,
                county_id=county_id,
                role=role.value,
                secret_sha256=_hash(secret),
                created_ms=made,
                expires_ms=key.expires_ms,
            )
        )
    return key, secret


def keep_county(database: Database, county_id: str) -> None:
    """Keep a county, unless it is there already; its name is one that ``COUNTY`` takes."""
    with database.writing() as connection:
        insert_unless_there(connection, counties, {"id": county_id, "created_ms": now_ms()})


def list_keys(database: Database) -> tuple[Key, ...]:
    """Return every key, by county and age."""
    with database.reading() as connection:
        rows = connection.execute(select(keys).order_by(keys.c.county_id, keys.c.created_ms, keys.c.id))
        return tuple(_key(row) for row in rows)


def revoke_key(database: Database, key_id: str) -> Key:
    """End a key for good; one that is revoked stays as it is. Raises MissingError."""
    with database.writing() as connection:
        connection.execute(
            update(keys).where(keys.c.id == key_id, keys.c.revoked_ms.is_(None)).values(revoked_ms=now_ms())
        )
        row = connection.execute(select(keys).where(keys.c.id == key_id)).one_or_none()
    if row is None:
        raise MissingError
    return _key(row)


def holder_of(database: Database, secret: str) -> Key | None:
    """Return the key of a secret; None when there is none, or it is revoked or expired.

    The secret is looked up by its hash, so that the time this takes tells nothing of it.
    """
    if not SECRET.fullmatch(secret):
        return None
    with database.reading() as connection:
        row = connection.execute(select(keys).where(keys.c.secret_sha256 == _hash(secret))).one_or_none()
    return _key(row) if row is not None and _opens(row) else None


def is_valid(database: Database, key_id: str) -> bool:
    """Return whether a key is there, and neither revoked nor expired."""
    with database.reading() as connection:
        row = connection.execute(select(keys).where(keys.c.id == key_id)).one_or_none()
    return row is not None and _opens(row)


def _opens(row: Row[tuple[object, ...]]) -> bool:
    return row.revoked_ms is None and bool(now_ms() < row.expires_ms)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _role(written: str) -> Role:
    try:
        return Role(written)
    except ValueError:
        raise DamagedError("role of a key") from None


def _key(row: Row[tuple[object, ...]]) -> Key:
    return Key(
        id=row.id,
        county_id=row.county_id,
        role=_role(row.role),
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked_ms=row.revoked_ms,
    )
