"""The command line with bad tables: exit code 4, the place and the remedy on the screen, nothing written."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from planner import cli
from tests.planner.tables.county import with_cell, write_workbook
from tests.planner.tables.test_bad_inputs import CELLS, STRUCTURE, Bad


def refuse(monkeypatch: pytest.MonkeyPatch, source: Path, language: str) -> str:
    """Run ``xunzhen plan`` in this process (160 processes would take minutes); return what the screen showed."""
    shown = io.StringIO()
    out = source.parent / "out"
    monkeypatch.setattr(cli, "screen", Console(file=shown, highlight=False, width=10_000))
    monkeypatch.setattr(sys, "argv", ["xunzhen", "plan", str(source), "-o", str(out), "--lang", language])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == cli.ExitCode.BAD_DATA
    assert not out.exists()
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    return shown.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("bad", CELLS, ids=lambda bad: f"{bad.sheet}-{bad.row}-{bad.column}-{bad.value!r:.20}")
def test_bad_cell_ends_with_exit_code_4(
    bad: Bad, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File, sheet, row and column are on the screen, with a remedy behind them."""
    path = write_workbook(tmp_path / "county.xlsx", with_cell(bad.sheet, bad.row, bad.column, bad.value))
    shown = refuse(monkeypatch, path, language)
    place = {
        "en": f"county.xlsx, sheet {bad.sheet}, row {bad.row}, {bad.column}",
        "zh": f"county.xlsx，工作表 {bad.sheet}，第 {bad.row} 行，{bad.column}",
    }[language]
    assert place in shown, shown
    line = next(line for line in shown.splitlines() if place in line)
    assert len(line.rstrip("。. ").replace("。", ". ").split(". ")) >= 2, line  # what is wrong, and what to do


@pytest.mark.parametrize("name", sorted(STRUCTURE))
def test_bad_structure_ends_with_exit_code_4(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of a whole sheet, or between cells, names the file."""
    path = write_workbook(tmp_path / "county.xlsx", STRUCTURE[name][0])
    assert "county.xlsx" in refuse(monkeypatch, path, "en")
