"""Pages in Chinese say what their English twins say: as many headings, the same code, tables of as many rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHINESE = [ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.zh-CN.md"))]

OWN_NAMES = re.compile("my-county|march")  # in Chinese 我的县 and 三月


def shape(page: Path) -> tuple[list[str], list[list[list[str]]], list[int]]:
    """Return the levels of the headings, the lines of code without remarks, and the rows of each table."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    code = [[words for line in block.splitlines() if (words := command(line))] for block in blocks]
    tables = [len(table.splitlines()) for table in re.findall(r"(?:^\|.*\n?)+", prose, re.MULTILINE)]
    return re.findall(r"^(#+) ", prose, re.MULTILINE), code, tables


def command(line: str) -> list[str]:
    """Return the words of a line that are no remark, nor a name or an option that suits the language of the page."""
    words = re.sub(r"(^|\s)#\s.*", "", line).replace("--lang zh", "").split()
    return [word for word in words if word.isascii() and not OWN_NAMES.search(word)]


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_twins_have_one_shape(page: Path) -> None:
    """A section, a command or a row that only one of the two pages has is a page that was forgotten."""
    english, chinese = shape(page.with_name(page.name.replace(".zh-CN", ""))), shape(page)
    for ours, theirs in zip(english, chinese, strict=True):
        assert theirs == ours


def test_user_docs_have_twins() -> None:
    """Whatever a scheduler, a village's clerk or the author of an app reads."""
    names = {page.name for page in CHINESE}
    wanted = (
        "README",
        "api",
        "exports",
        "file-format",
        "outcomes",
        "plan-format",
        "scale",
        "server",
        "village-notices",
    )
    assert {f"{name}.zh-CN.md" for name in wanted} <= names


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_twins_lead_to_each_other(page: Path) -> None:
    """Whoever opens the wrong one is a click from the other, within its first lines."""
    twin = page.with_name(page.name.replace(".zh-CN", ""))
    for here, there in ((page, twin), (twin, page)):
        assert f"({there.name})" in "".join(here.read_text("utf-8").splitlines()[:6]), here.name
