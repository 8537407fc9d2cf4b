"""A county: its land and its sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.tables.generate.land import Land, make_land
from planner.tables.generate.rows import Tables
from planner.tables.generate.spec import LandSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class CountySpec:
    """What a county is generated from: the land, and how its sheets are filled."""

    name: str
    land: LandSpec
    tables: Callable[[Land], Tables]


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A generated county."""

    spec: CountySpec
    land: Land
    tables: Tables


def generate_county(spec: CountySpec) -> County:
    """Return the county; the same spec gives the same county."""
    land = make_land(spec.land)
    return County(spec=spec, land=land, tables=spec.tables(land))
