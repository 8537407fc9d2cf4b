"""Workbooks out: whole or not at all, text as text, and a copy that reads as the same dataset."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from python_calamine import CalamineWorkbook

from data import data_path
from planner.evaluation import evaluate
from planner.language import text
from planner.model import Problem, Task
from planner.plan import Plan, Provenance, UnservedVisit
from planner.tables.dataset import read_dataset
from planner.tables.exports import copy_dataset, write_circuits
from planner.tables.workbook import clean, new_workbook, put, sheet_name
from planner.timing import circuits_from_routes, timetable
from planner.values import LunchBreak
from tests.builders import MONDAY, day, team, tiny_problem, village, weekly
from tests.planner.tables.county import county, road, write_folder, write_roads

NAMES = ["{{ 7*7 }}", "=1+1", "+SUM(A1)", "@x", "-1", "https://example.org", "\u202ex", "𠡩村", "'", "x" * 300]


def tiny_plan(problem: Problem) -> Plan:
    """Return a plan that visits a and b on Monday and c on Tuesday, and owes d."""
    only = problem.teams[0]
    routes = [
        timetable(problem, only, day(0), [Task("a", "weekly"), Task("b", "weekly")]),
        timetable(problem, only, day(1), [Task("c", "weekly")]),
    ]
    owed = UnservedVisit(
        site_id="d", rule_id="weekly", first_day=MONDAY, last_day=day(6), reason="no_team_skill", details=()
    )
    made = Provenance(version="0", seed=1, rounds=1)
    return Plan(start=MONDAY, days=7, circuits=circuits_from_routes(routes), unserved=(owed,), provenance=made)


def length(roads: Any) -> float:
    """Return the length of all lines in degrees."""
    return float(shapely.length(roads.geometry.values).sum())


def circuits(
    tmp_path: Path, problem: Problem, language: str = "en", plan: Plan | None = None
) -> dict[str, list[list[object]]]:
    """Write the circuits of the plan, else of the tiny plan, and return the sheets as read back."""
    plan = plan or tiny_plan(problem)
    write_circuits(tmp_path / "circuits.xlsx", problem, plan, evaluate(problem, plan), language)
    with CalamineWorkbook.from_path(tmp_path / "circuits.xlsx") as workbook:
        names = [name for name in workbook.sheet_names if name not in {"outcomes", "巡诊记录"}]
        return {name: list(workbook.get_sheet_by_name(name).to_python()) for name in names}


def test_circuit_sheet_is_a_timetable(tmp_path: Path) -> None:
    """Monday: leave at 07:50 or later, a, b, home; every stop with arrival, start, leave, minutes and kilometres."""
    sheets = circuits(tmp_path, tiny_problem())
    assert list(sheets) == ["Summary", "03-02 one"]
    rows = [row for row in sheets["03-02 one"][4:] if any(row)]
    monday = [row for row in rows if row[0] == "2026-03-02"]
    assert [row[3] for row in monday] == ["base", "a", "b", "base"]
    assert [row[10] for row in monday] == ["", 10.0, 10.0, 20.0]
    assert [row[11] for row in monday] == ["", 10.0, 10.0, 20.0]
    assert [row[1] for row in rows] == ["Mon"] * 4 + ["Tue"] * 3


def test_night_out_is_a_line_of_both_days(tmp_path: Path) -> None:
    """Monday ends overnight at b, Tuesday leaves from there; the summary counts the night."""
    problem = tiny_problem(teams=(team(nights_away=1, lodgings=frozenset({"b"})),))
    tasks, only = [Task("a", "weekly"), Task("c", "weekly")], problem.teams[0]
    routes = [
        timetable(problem, only, day(0), tasks[:1], end_place="b"),
        timetable(problem, only, day(1), tasks[1:], start_place="b"),
    ]
    sheets = circuits(tmp_path, problem, plan=replace(tiny_plan(problem), circuits=circuits_from_routes(routes)))
    rows = [(row[3], row[6]) for row in sheets["03-02 one"][4:] if any(row)]
    assert rows == [
        ("base", "leave the base"), ("a", ""), ("b", "overnight"),
        ("b", "leave the lodging"), ("c", ""), ("base", "back at the base"),
    ]  # fmt: skip
    assert {row[0]: row[1] for row in sheets["Summary"]}["Nights away"] == 1


def test_loading_again_is_a_line_between_two_trips(tmp_path: Path) -> None:
    """a, back at the base from 08:50, loading to 09:10, then b as stop 2, which is 20 minutes and 20 km away."""
    crew = team(capacity_per_day=50, trips_per_day=2, resupply_minutes=20)
    problem = tiny_problem(teams=(crew,), sites=tuple(village(name, weekly(load=40)) for name in "abcd"))
    routes = [timetable(problem, crew, day(0), [Task("a", "weekly"), Task("b", "weekly")], supplies=(1,))]
    plan = replace(tiny_plan(problem), circuits=circuits_from_routes(routes))
    for language, words in (("en", "load again"), ("zh", "补给")):
        (tmp_path / language).mkdir()
        (_, rows) = circuits(tmp_path / language, problem, language, plan=plan).values()
        base, first, supply, second, _ = (row for row in rows[4:] if any(row))
        assert supply[3:12] == ["base", "base", "", words, "08:50", "08:50", "09:10", 10.0, 10.0]
        assert [row[2] for row in (base, first, supply, second)] == ["", 1.0, "", 2.0]
        assert second[10:12] == [20.0, 20.0]


def test_lunch_is_a_line_between_the_stops(tmp_path: Path) -> None:
    """A team that is out over noon has its break in the timetable."""
    long = weekly(service=replace(weekly().service, setup_minutes=200))
    lunch = LunchBreak(earliest_minute=690, latest_minute=750, minutes=30)
    sites = tuple(village(name, long) for name in "abcd")
    sheets = circuits(tmp_path, tiny_problem(sites=sites, teams=(team(lunch=lunch),)))
    monday = [row[4] for row in sheets["03-02 one"] if row[0] == "2026-03-02"]
    assert monday == ["base", "a", "lunch break", "b", "base"]


def test_joint_session_names_the_other_team_in_both_sheets(tmp_path: Path) -> None:
    """One and two meet in b: each has the other, with its phone, in the last column of that stop and nowhere else."""
    teams = tuple(team(name, phone=f"0000-{name}") for name in ("one", "two"))
    problem = tiny_problem(teams=teams)
    tasks = {"one": [Task("a", "weekly"), Task("b", "weekly")], "two": [Task("b", "weekly")]}
    routes = [timetable(problem, crew, day(0), tasks[crew.id]) for crew in teams]
    plan = replace(tiny_plan(problem), circuits=circuits_from_routes(routes), unserved=())
    sheets = circuits(tmp_path, problem, plan=plan)
    met = {name: {row[3]: row[16] for row in sheets[name][4:] if row[16:] and row[16]} for name in sheets}
    assert met == {"Summary": {}, "03-02 one": {"b": "two 0000-two"}, "03-02 two": {"b": "one 0000-one"}}


def test_summary_has_figures_circuits_owed_and_broken(tmp_path: Path) -> None:
    """Four asked, three planned, one owed with its reason; 100 km in one week of two days."""
    rows = circuits(tmp_path, tiny_problem())["Summary"]
    figures = {row[0]: row[1] for row in rows}
    assert (figures["Visits asked"], figures["Visits planned"], figures["Visits owed"]) == (4, 3, 1)
    assert figures["Kilometres"] == 100
    assert any(row[:5] == ["2026-03-02", "one", 2, 3, 100] for row in rows)
    (owed,) = [row for row in rows if row[0] == "d"]
    assert owed[3:5] == ["2026-03-02", "2026-03-08"]
    assert "Add" in str(owed[5])


def test_circuits_are_said_in_chinese(tmp_path: Path) -> None:
    """Headings, weekdays and reasons are Chinese."""
    sheets = circuits(tmp_path, tiny_problem(), "zh")
    said = "".join(str(cell) for rows in sheets.values() for row in rows for cell in row)
    assert next(iter(sheets)) == "汇总"
    assert "周一" in said
    assert "返回基地" in said
    assert "Visits" not in said


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    """No name becomes a formula or a link, and every name is there as it was."""
    for number, name in enumerate(NAMES):
        folder = tmp_path / str(number)
        folder.mkdir()
        sites = (replace(village("a", weekly(name=name)), name=name, place=name), *map(village, "bcd"))
        sheets = circuits(folder, tiny_problem(sites=sites, teams=(replace(team(), name=name, leader=name),)))
        assert name in [cell for rows in sheets.values() for row in rows for cell in row]
        with zipfile.ZipFile(folder / "circuits.xlsx") as archive:
            inside = b"".join(archive.read(member) for member in archive.namelist() if "sheet" in member)
        assert b"<f>" not in inside
        assert b"<hyperlink" not in inside


def test_same_plan_gives_the_same_file(tmp_path: Path) -> None:
    """No clock in the file."""
    circuits(tmp_path, tiny_problem())
    first = (tmp_path / "circuits.xlsx").read_bytes()
    circuits(tmp_path, tiny_problem())
    assert (tmp_path / "circuits.xlsx").read_bytes() == first


def test_workbook_keeps_its_old_content_when_writing_fails(tmp_path: Path) -> None:
    """A fault half-way leaves the old file whole and nothing beside it."""
    path = tmp_path / "circuits.xlsx"
    path.write_bytes(b"old")

    def fail() -> None:
        with new_workbook(path) as workbook:
            put(workbook.add_worksheet(), 0, 0, "new")
            raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("wanted", "taken", "name"),
    [
        ("03-02 Team one", [], "03-02 Team one"),
        ("a/b\\c[d]e:f*g?h", [], "a b c d e f g h"),
        ("'quoted'", [], "quoted"),
        ("x" * 40, [], "x" * 31),
        ("x" * 40, ["X" * 31], "x" * 27 + " (2)"),
        ("History", [], "History 1"),
        ("???", [], "sheet"),
        ("队", ["队", "队 (2)"], "队 (3)"),
        ("𠡩" * 31, [], "𠡩" * 15),
        ("𠡩" * 31, ["𠡩" * 15], "𠡩" * 13 + " (2)"),
    ],
)
def test_sheet_name_is_one_excel_accepts(wanted: str, taken: list[str], name: str) -> None:
    """At most 31 characters, rare ones twice, none of []:*?/\\, no quotes at the ends, not History, not a taken one."""
    assert sheet_name(wanted, taken) == name


def test_text_is_made_fit_for_a_cell() -> None:
    """A lone surrogate, and what is no character, is replaced; text beyond a cell's length is cut and says so."""
    assert clean("a\ud800b") == "a?b"
    assert clean("a\ufffe\uffffb") == "a??b"  # XML forbids them
    assert len(clean("x" * 40_000)) == 32_767
    assert clean(text("Week"), "zh") == "周次"


SAMPLES = sorted(path.name for path in data_path("samples").iterdir() if path.is_dir())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_copy_of_a_county_reads_as_the_same_dataset(language: str, tmp_path: Path) -> None:
    """Every kind of cell comes back, and so does the fingerprint."""
    sheets = county()
    sheets["villages"][0] += ["market_days", "last_visited", "dates", "nth_weekdays", "weekdays", "same_team", "phone"]
    sheets["villages"][1] += ["逢三", "weekly=2026-02-24", None, None, "Mon-Fri", "yes", "0744-1"]
    sheets["villages"][3] += ["5;10", "2026-02-20", None, "-1Fri", None, "no", None]
    folder = write_folder(tmp_path / "county", sheets)
    write_roads(folder, [road("R1"), road("R2", one_way="-1")])
    copy_dataset(folder, tmp_path / "copy.xlsx", language)
    original, copy = read_dataset(folder), read_dataset(tmp_path / "copy.xlsx")
    assert copy.sha256 == original.sha256
    assert (copy.sites, copy.teams, copy.calendar_overrides) == (
        original.sites,
        original.teams,
        original.calendar_overrides,
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_copy_of_a_sample_reads_as_the_same_county(name: str, tmp_path: Path) -> None:
    """Sites, teams, closures and the length of the roads are the same in one workbook."""
    source = data_path("samples", name)
    copy_dataset(source, tmp_path / "copy.xlsx", "zh")
    original, copy = read_dataset(source), read_dataset(tmp_path / "copy.xlsx")
    assert (copy.sites, copy.teams, copy.bases) == (original.sites, original.teams, original.bases)
    assert copy.road_closures == original.road_closures
    assert length(copy.roads) == pytest.approx(length(original.roads), rel=1e-6)


def test_line_too_long_for_a_cell_is_cut_at_its_points(tmp_path: Path) -> None:
    """A road of 3,000 points becomes several stretches of one id, as long as before."""
    folder = write_folder(tmp_path / "county", county())
    points = [[110 + k / 100_000, 29 + (k % 7) / 100_000] for k in range(3_000)]
    write_roads(folder, [road("R1", coordinates=points)])
    copy_dataset(folder, tmp_path / "copy.xlsx")
    original, copy = read_dataset(folder).roads, read_dataset(tmp_path / "copy.xlsx").roads
    assert len(copy) > 1
    assert set(copy["id"]) == {"R1"}
    assert length(copy) == pytest.approx(length(original))
