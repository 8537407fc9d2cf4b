"""One browser for all tests of a file that ask for it, and one plan of each sample for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browsing import started_browser
from tests.end_to_end.sample_pages import Plans

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    """The samples, planned once however many processes run the tests."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "samples"
    root.mkdir(exist_ok=True)
    return Plans(root)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with started_browser() as browser:
        yield browser
