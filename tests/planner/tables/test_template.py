"""The template: what it writes can be filled in and read."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from data import data_path
from planner.errors import InputError
from planner.tables.columns import SHEET_BY_NAME, SHEETS
from planner.tables.dataset import read_dataset
from planner.tables.template import write_template
from tests.planner.tables.county import county, write_folder, write_workbook

LANGUAGES = ["en", "zh"]


def written(tmp_path: Path, language: str) -> Path:
    """Write the template and return its path."""
    path = tmp_path / "template.xlsx"
    write_template(path, language)
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_untouched_template_says_what_to_fill_in(language: str, tmp_path: Path) -> None:
    """Its examples are not read as villages: three sheets want rows, and nothing else is wrong."""
    with pytest.raises(InputError, match="has no rows") as caught:
        read_dataset(written(tmp_path, language))
    sheets = [issue.where.sheet for issue in caught.value.issues]
    assert sheets == (["bases", "teams", "villages"] if language == "en" else ["基地", "村庄", "队伍"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_the_template_are_a_county(language: str, tmp_path: Path) -> None:
    """With the marks taken away, the example rows are read without a fault and mean what the manual says."""
    path = written(tmp_path, language)
    with CalamineWorkbook.from_path(path) as workbook:
        sheets = {s.name: s.to_python() for s in map(workbook.get_sheet_by_name, workbook.sheet_names)}
    copy = tmp_path / "filled.xlsx"
    with xlsxwriter.Workbook(copy) as workbook_out:
        date_format = workbook_out.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            page = workbook_out.add_worksheet(name)
            for r, cells in enumerate(rows):
                for c, cell in enumerate(cells):
                    plain = cell.removeprefix("# example ").removeprefix("# 示例 ") if isinstance(cell, str) else cell
                    page.write(r, c, plain, None if isinstance(plain, str | float) else date_format)
    dataset = read_dataset(copy)
    assert [site.id for site in dataset.sites] == ["V001"]
    assert dataset.sites[0].rules[0].visits == 2
    assert dataset.teams[0].owns == {"V001", dataset.sites[0].township}
    assert dataset.county.terrain == "mountains"


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_has_every_sheet_notes_and_choices(language: str, tmp_path: Path) -> None:
    """Each table has its sheet; headings carry notes; long lists of choices come from a hidden sheet."""
    path = written(tmp_path, language)
    with CalamineWorkbook.from_path(path) as workbook:
        names = workbook.sheet_names
    assert {sheet.heading(language) for sheet in SHEETS if not sheet.is_drawn} <= set(names)
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        inside = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    comments = "".join(content for name, content in inside.items() if "comments" in name)
    sheets = "".join(content for name, content in inside.items() if "worksheets" in name)
    assert comments.count("<comment ") >= sum(len(s.columns) for s in SHEETS if not s.is_drawn)
    assert sheets.count('type="list"') >= 15
    assert "<f>" not in sheets
    assert sheets.count('state="frozen"') == len([s for s in SHEETS if not s.is_drawn])


def test_template_is_the_same_each_time(tmp_path: Path) -> None:
    """No clock in the file."""
    first = written(tmp_path, "en").read_bytes()
    assert written(tmp_path, "en").read_bytes() == first


@pytest.mark.parametrize("preset", ["CN.csv", "WHO-RED.csv"])
def test_presets_have_the_columns_of_the_template(preset: str, tmp_path: Path) -> None:
    """Their rows can be copied into the sheet rules as they stand; a copy called rules.csv is read too."""
    content = data_path("rules", preset).read_text("utf-8-sig")
    first = next(csv.reader(io.StringIO(content)))
    assert first == [f"{column.zh} ({column.name})" for column in SHEET_BY_NAME["rules"].columns]
    folder = write_folder(tmp_path / "county", county(rules=None))
    (folder / "rules.csv").write_text(content, encoding="utf-8-sig")
    villages = (folder / "villages.csv").read_text("utf-8-sig").replace("weekly", content.split("\n")[1].split(",")[0])
    (folder / "villages.csv").write_text(villages, encoding="utf-8-sig")
    rule = read_dataset(folder).sites[0].rules[0]
    assert (rule.visits, rule.per, rule.min_gap_days) == (1, "quarter", 45 if preset == "CN.csv" else 28)


@pytest.mark.parametrize("language", LANGUAGES)
def test_road_typed_into_a_sheet_as_the_notes_say_is_read_and_closed(language: str, tmp_path: Path) -> None:
    """The notes name the sheet, its columns and the way to write a line; a closure names the road by its id."""
    with CalamineWorkbook.from_path(written(tmp_path, language)) as workbook:
        notes = " ".join(str(row[0]) for row in workbook.get_sheet_by_index(0).to_python())
    roads = SHEET_BY_NAME["roads"]
    heads = [roads.column(name).heading(language) for name in ("id", "road_class", "geometry")]
    assert all(head in notes for head in (roads.heading(language), *heads))
    line = notes[notes.index("LINESTRING") : notes.index(")", notes.index("LINESTRING")) + 1]
    closed = [["kind", "id", "first_day", "last_day"], ["road", "R1", "2026-03-02", "2026-03-04"]]
    sheets = county(closures=closed) | {roads.heading(language): [heads, ["R1", "", line]]}
    dataset = read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))
    assert list(dataset.roads["id"]) == ["R1"]
    assert [closure.road_id for closure in dataset.road_closures] == ["R1"]
