"""The pages on what a plan holds name every member of both documents, every reason, and nothing that there is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.reason_words import REASONS
from tests.end_to_end.small_county import ROOT
from tests.end_to_end.test_sample_pages import Plans

PAGES = ("plan-format.md", "plan-format.zh-CN.md")


def members(document: object, *, passed: frozenset[str] = frozenset({"within_minutes", "details"})) -> Iterator[str]:
    """Yield the names of all members of a document; minutes and values of sentences are no names."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield name
            if name not in passed:
                yield from members(value)
    elif isinstance(document, list):
        for value in document:
            yield from members(value)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("sample", ["bishan", "daoxian"])
def test_page_names_every_member_and_reason(plans: Plans, sample: str, page: str) -> None:
    """An app is written by this page: what it does not name, nobody finds."""
    named = set(re.findall(r"`(\w+)`", (ROOT / "docs" / page).read_text("utf-8")))
    folder: Path = plans.planned(sample).folder
    for file in ("plan.json", "report.json"):
        found = set(members(json.loads((folder / file).read_text("utf-8"))))
        assert found - named == set(), file
    assert set(REASONS) <= named
