"""The desk as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.store import open_store
from tests.planner.api.desk import Desk, desk_over


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One API for the tests of a module, which change nothing that others look at."""
    place: Path = tmp_path_factory.mktemp("desk") / "xunzhen.db"
    database = open_store(str(place))
    with desk_over(database) as opened:
        yield opened
    database.close()
