"""What a dataset says, as one number: the same for any order of rows or columns, and for CSV as for a workbook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

import shapely

from planner.tables.reading import Table

SCHEMA = "xunzhen dataset 1"
DECIMALS = 7  # of a degree: about a centimetre


def fingerprint(tables: Mapping[str, Table]) -> str:
    """Return the SHA-256 of the rows of all tables, as hexadecimal digits."""
    digest = hashlib.sha256(SCHEMA.encode())
    for name in sorted(tables):
        rows = sorted(json.dumps(_plain(row.values), sort_keys=True) for row in tables[name].rows)
        if rows:
            digest.update(json.dumps([name, rows]).encode())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """Return the value as JSON knows it; sets are sorted, numbers rounded."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, tuple | frozenset):
        parts = [_plain(v) for v in value]
        return sorted(parts) if isinstance(value, frozenset) else parts
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(value, rounding_precision=DECIMALS)
    if isinstance(value, float):
        return float(round(value, DECIMALS))
    return value.isoformat() if isinstance(value, date) else value
