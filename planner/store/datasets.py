"""Uploads, kept byte for byte: what a plan was made from can always be read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

from planner.store.database import Database, insert_unless_there, new_id, now_ms
from planner.store.lists import newest_first
from planner.store.records import DatasetKind, MissingError, StoredDataset, TooManyDatasetsError
from planner.store.tables import counties, datasets

MOST_KEPT = 300 * 2**20  # bytes of one county: a disk is full for all
SHOWN = [column for column in datasets.c if column.name != "content"]


def keep_dataset(
    database: Database, *, county_id: str, kind: DatasetKind, content: bytes, summary: Mapping[str, Any]
) -> tuple[StoredDataset, bool]:
    """Keep an upload; return it, and whether it is new: the same bytes again are the same dataset.

    Raises MissingError when the county was deleted since its key was looked at, and TooManyDatasetsError.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    values = {
        "id": new_id(),
        "county_id": county_id,
        "sha256": sha256,
        "kind": kind,
        "size": len(content),
        "content": content,
        "summary": json.dumps(summary, ensure_ascii=False, allow_nan=False),
        "created_ms": now_ms(),
    }
    home = select(counties.c.id).where(counties.c.id == county_id).with_for_update(read=True, key_share=True)
    with database.writing() as connection:
        if connection.execute(home).one_or_none() is None:
            raise MissingError
        is_new = insert_unless_there(connection, datasets, values)
        if is_new and _bytes_of(connection, county_id) > MOST_KEPT:
            raise TooManyDatasetsError
        own = (datasets.c.county_id == county_id, datasets.c.sha256 == sha256)
        return _dataset(connection.execute(select(*SHOWN).where(*own)).one()), is_new


def _bytes_of(connection: Connection, county_id: str) -> int:
    whole = select(func.sum(datasets.c.size)).where(datasets.c.county_id == county_id)
    return connection.execute(whole).scalar_one() or 0


def find_dataset(database: Database, *, county_id: str, dataset_id: str) -> StoredDataset:
    """Return a dataset of the county; raises MissingError."""
    with database.reading() as connection:
        own = (datasets.c.county_id == county_id, datasets.c.id == dataset_id)
        row = connection.execute(select(*SHOWN).where(*own)).one_or_none()
    if row is None:
        raise MissingError
    return _dataset(row)


def read_content(database: Database, dataset_id: str) -> tuple[DatasetKind, bytes]:
    """Return the kind and the bytes of a dataset that was found by its county; raises MissingError when it is gone."""
    asked = select(datasets.c.kind, datasets.c.content).where(datasets.c.id == dataset_id)
    with database.reading() as connection:
        row = connection.execute(asked).one_or_none()
    if row is None:
        raise MissingError
    return row.kind, row.content


def list_datasets(
    database: Database, *, county_id: str, limit: int, after: str | None = None
) -> tuple[StoredDataset, ...]:
    """Return datasets of the county, the newest first; see ``lists``."""
    own = (datasets.c.county_id == county_id,)
    with database.reading() as connection:
        rows = newest_first(connection, select(*SHOWN), datasets, own, limit=limit, after=after)
        return tuple(_dataset(row) for row in rows)


def _dataset(row: Row[tuple[object, ...]]) -> StoredDataset:
    return StoredDataset(
        id=row.id,
        county_id=row.county_id,
        sha256=row.sha256,
        kind=row.kind,
        size=row.size,
        summary=json.loads(row.summary),
        created_ms=row.created_ms,
    )
