"""Fixtures that tests of several rooms share."""

from tests.databases import database, place, postgres, sqlite

__all__ = ["database", "place", "postgres", "sqlite"]
