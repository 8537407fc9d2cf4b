"""Fixtures that tests of several rooms share."""

from tests.databases import database, place, postgres

__all__ = ["database", "place", "postgres"]
