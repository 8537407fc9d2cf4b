"""Counties, keys, datasets, jobs, plans: in one file of the machine, or in a PostgreSQL for a province.

``database`` opens it, ``schema`` brings it up to date, ``tables`` says what is in it; each other file holds the verbs
of one thing. A county's things are asked for by the county, so that no verb can hand them to another one.
"""

from __future__ import annotations

from planner.store.database import Database, StoreUnavailableError, connect, default_place, refuse_absent
from planner.store.schema import upgrade

__all__ = ["Database", "StoreUnavailableError", "connect", "default_place", "open_existing", "open_store"]


def open_store(place: str) -> Database:
    """Return the database at a path or URL, brought up to date; raises InputError."""
    database = connect(place)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def open_existing(place: str) -> Database:
    """Return the database as ``open_store`` does; raises InputError when there is none, and makes none."""
    refuse_absent(place)
    return open_store(place)
