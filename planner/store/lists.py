"""Lists, a page at a time: the newest first, as who looks at a list wants to see what was made last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, or_, select

from planner.store.records import MissingError


def newest_first(
    connection: Connection,
    asked: Select[Any],
    table: Table,
    own: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    after: str | None,
) -> Sequence[Row[Any]]:
    """Return so many of the rows asked for that are ``own``, those made before the row of an id when one is given.

    Raises MissingError when that row is there no more: a list that went on somewhere would leave out others.
    """
    id_, made = table.c.id, table.c.created_ms
    if after is not None:
        moment = connection.execute(select(made).where(id_ == after, *own)).scalar_one_or_none()
        if moment is None:
            raise MissingError
        asked = asked.where(or_(made < moment, and_(made == moment, id_ < after)))
    return connection.execute(asked.where(*own).order_by(made.desc(), id_.desc()).limit(limit)).all()
