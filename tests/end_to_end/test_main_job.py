"""The main job as a user runs it: tables in, checked circuits and pages out."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from planner.tables.exports import copy_dataset
from tests.end_to_end.small_county import ROOT, tables, write_county, xunzhen

START = "2026-03-02"
PLAN = ("--start", START, "--weeks", "2", "--rounds", "2", "--lang", "en")


def report_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def stops_of(folder: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """Return (site, day) -> (team, start minute) of every visit of the plan written."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["plan"]
    return {
        (stop["site_id"], route["day"]): (route["team_id"], stop["start_minute"])
        for circuit in plan["circuits"]
        for route in circuit["routes"]
        for stop in route["stops"]
    }


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The napkin county, planned for two weeks."""
    folder = tmp_path_factory.mktemp("planned")
    write_county(folder / "in", tables())
    xunzhen("plan", folder / "in", "-o", folder / "out", *PLAN, check=True, is_cold=True)
    return folder


def test_plan_writes_every_output(planned: Path) -> None:
    """Two teams, two weeks: four crew sheets beside the map, the tables, the report and the plan."""
    names = sorted(p.name for p in (planned / "out").iterdir())
    assert names == ["circuits.xlsx", "crew", "index.html", "notices", "plan.json", "report.json", "summary.html"]
    assert len(list((planned / "out" / "crew").glob("*.html"))) == 4


def test_plan_visits_every_village_each_week(planned: Path) -> None:
    """Five villages, two weeks, once a week: ten visits, each by the owner."""
    stops = stops_of(planned / "out")
    assert len(stops) == 10
    assert all(team.lower() == site[:-1] for (site, _), (team, _) in stops.items())
    report = report_of(planned / "out")
    assert report["violations"] == []
    teams = report["summary"]["teams"]  # type: ignore[index]
    assert all(team["name"] and team["hours"] == round(team["hours"], 3) for team in teams)


def test_check_accepts_the_plan(planned: Path) -> None:
    """The checker, from the tables afresh, finds nothing."""
    done = xunzhen("check", planned / "in", planned / "out" / "plan.json", "--json", check=True)
    assert json.loads(done.stdout)["violations"] == []


def test_check_names_what_was_edited(planned: Path, tmp_path: Path) -> None:
    """A visit moved by hand half an hour earlier is found, with exit code 5."""
    document = json.loads((planned / "out" / "plan.json").read_text(encoding="utf-8"))
    document["plan"]["circuits"][0]["routes"][0]["stops"][0]["start_minute"] -= 30
    edited = tmp_path / "plan.json"
    edited.write_text(json.dumps(document))
    done = xunzhen("check", planned / "in", edited, "--json")
    assert done.returncode == 5
    assert "timetable" in {violation["rule"] for violation in json.loads(done.stdout)["violations"]}


def test_plan_speaks_chinese(planned: Path, tmp_path: Path) -> None:
    """With --lang zh the summary is Chinese."""
    done = xunzhen("plan", planned / "in", "-o", tmp_path / "out", *PLAN[:-1], "zh")
    assert done.returncode == 0
    assert "没有违反任何硬性规则" in done.stderr


def test_same_seed_gives_the_same_bytes_with_rows_shuffled(planned: Path, tmp_path: Path) -> None:
    """plan.json is byte-identical, run twice, and with the rows in another order, as a folder and as one workbook."""
    sheets = tables()
    for rows in sheets.values():
        random.Random(7).shuffle(rows)
    write_county(tmp_path / "shuffled", sheets)
    xunzhen("plan", planned / "in", "-o", tmp_path / "again", *PLAN, check=True, is_cold=True)
    xunzhen("plan", tmp_path / "shuffled", "-o", tmp_path / "other", *PLAN, check=True)
    (tmp_path / "book").mkdir()
    copy_dataset(tmp_path / "shuffled", tmp_path / "book" / "county.xlsx")
    xunzhen("plan", tmp_path / "book" / "county.xlsx", "-o", tmp_path / "third", *PLAN, check=True)
    first = (planned / "out" / "plan.json").read_bytes()
    assert (tmp_path / "again" / "plan.json").read_bytes() == first
    assert (tmp_path / "other" / "plan.json").read_bytes() == first
    assert (tmp_path / "third" / "plan.json").read_bytes() == first


def test_plan_without_roads_says_estimated(tmp_path: Path) -> None:
    """No road data: the plan is made from straight lines, and every output says so."""
    write_county(tmp_path / "in", tables(), with_roads=False)
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *PLAN, check=True)
    assert "estimated" in done.stderr
    assert report_of(tmp_path / "out")["is_travel_estimated"] is True
    assert "estimated" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert all("estimated" in p.read_text(encoding="utf-8").lower() for p in (tmp_path / "out" / "crew").glob("*.html"))


def test_spring_festival_2026_is_kept(tmp_path: Path) -> None:
    """Saturday 2026-02-14 is a workday and may be used; nobody drives from the 15th to the 23rd."""
    sheets = tables()
    sheets["rules"][0].update({"visits": 6, "per": "week"})  # Monday to Saturday: only possible with the make-up day
    write_county(tmp_path / "in", sheets)
    options = ("--start", "2026-02-09", "--weeks", "2", "--rounds", "1", "--lang", "en")
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *options)
    days = {day for _, day in stops_of(tmp_path / "out")}
    assert done.returncode == 3  # the festival week is owed, and listed
    assert "2026-02-14" in days
    assert max(days) == "2026-02-14"
    reasons = {visit["reason"] for visit in report_of(tmp_path / "out")["unserved"]}  # type: ignore[attr-defined]
    assert reasons == {"no_working_day"}


def test_2027_warns_that_makeup_days_are_unknown(tmp_path: Path) -> None:
    """The government has not published them; the plan says so instead of pretending."""
    write_county(tmp_path / "in", tables())
    options = ("--start", "2027-03-01", "--weeks", "1", "--rounds", "1", "--lang", "en")
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *options, check=True)
    assert "2027" in done.stderr
    assert "make-up" in done.stderr
    assert any("2027" in notice for notice in report_of(tmp_path / "out")["notices"])  # type: ignore[attr-defined]


def test_market_day_hits_are_shown(tmp_path: Path) -> None:
    """A village with market on days ending in 3 and 8 of the lunar month: the report counts the hits."""
    sheets = tables()
    sheets["villages"][0].update({"market_days": "逢三逢八", "market_calendar": "lunar"})
    write_county(tmp_path / "in", sheets)
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *PLAN, check=True)
    summary = report_of(tmp_path / "out")["summary"]
    assert summary["market_visits"] == 2  # type: ignore[index]
    assert summary["market_hits"] == 2  # type: ignore[index]  # one market day falls in each of the two weeks
    assert "On market days: 2 of 2" in done.stderr


def test_closed_road_touches_only_the_visits_that_used_it(planned: Path, tmp_path: Path) -> None:
    """R3 leads to east3 only. Closed from the second week: that visit is flagged, everything else stays as it was."""
    sheets = tables() | {
        "closures": [
            {"kind": "road", "id": "R3", "first_day": "2026-03-09", "last_day": "2026-03-31", "reason": "塌方"}
        ]
    }
    write_county(tmp_path / "in", sheets)
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *PLAN)
    assert done.returncode == 3
    before, after = stops_of(planned / "out"), stops_of(tmp_path / "out")
    unserved = report_of(tmp_path / "out")["unserved"]
    assert [(v["site"], v["first_day"], v["reason"]) for v in unserved] == [("east3", "2026-03-09", "road_closed")]  # type: ignore[attr-defined]
    first_week = {key: value for key, value in before.items() if key[1] < "2026-03-09"}
    assert {key: value for key, value in after.items() if key[1] < "2026-03-09"} == first_week
    north = {key: value for key, value in before.items() if key[0].startswith("north")}
    assert {key: value for key, value in after.items() if key[0].startswith("north")} == north
    served = sorted(site for site, day in after if day >= "2026-03-09" and site.startswith("east"))
    assert served == ["east1", "east2"]


@pytest.mark.parametrize(
    ("language", "closed", "advice"),
    [
        (
            "en",
            "R3, from 2026-03-09 to 2026-03-12 (塌方; closures.csv, row 2)",
            "Open the road on 2026-03-09: R3, from",
        ),
        ("zh", "R3，2026-03-09 至 2026-03-12（塌方；closures.csv、第 2 行）", "让道路在 2026-03-09 开通"),
    ],
)
def test_closed_road_and_its_row_are_named_wherever_the_visit_is_owed(
    tmp_path: Path, language: str, closed: str, advice: str
) -> None:
    """Screen, report.json, map, summary and workbook say which road, from when to when, and where that stands.

    The team works on Monday to Thursday, when the road is closed; opened on Monday, the day at the edge of the
    closure, it serves the visit.
    """
    row = {"kind": "road", "id": "R3", "first_day": "2026-03-09", "last_day": "2026-03-12", "reason": "塌方"}
    sheets = tables() | {"closures": [row]}
    sheets["teams"][0]["weekdays"] = "Mon-Thu"
    write_county(tmp_path / "in", sheets)
    options = ("--start", "2026-03-09", "--weeks", "1", "--rounds", "1", "--lang", language)
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *options)
    (visit,) = report_of(tmp_path / "out")["unserved"]  # type: ignore[misc]
    assert (visit["relaxation"]["kind"], visit["relaxation"]["road"]) == ("open_road", "R3")
    assert visit["relaxation"]["proof"] == "in_plan"
    pages = [(tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("index.html", "summary.html")]
    for said in (done.stderr, visit["sentence"], *pages):
        assert closed in said
        assert advice in said


def test_refused_input_writes_nothing(tmp_path: Path) -> None:
    """Two faults in two tables: both named, exit code 4, no output folder."""
    sheets = tables()
    sheets["villages"][1]["lat"] = "north"
    sheets["teams"][0]["base"] = "moon"
    write_county(tmp_path / "in", sheets)
    done = xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", *PLAN)
    assert done.returncode == 4
    assert "villages.csv" in done.stderr
    assert "row 3" in done.stderr
    assert "lat" in done.stderr
    assert "teams.csv" in done.stderr
    assert "moon" in done.stderr
    assert not (tmp_path / "out").exists()


def whole_files(folder: Path) -> bool:
    """Return whether every file under a final name can be read to its end."""
    for path in folder.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    return all(
        p.read_text(encoding="utf-8").rstrip().endswith("</html>")
        for p in folder.rglob("*.html")
        if ".writing-" not in str(p)
    )


@pytest.mark.parametrize("delay_seconds", [2.0, 4.0, 6.0, 8.0])
def test_killed_command_leaves_no_half_written_file(planned: Path, tmp_path: Path, delay_seconds: float) -> None:
    """kill -9 at different moments: what has its final name is whole; the next run cleans up."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "xunzhen", "plan", str(planned / "in"), "-o", str(out), *PLAN]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay_seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert whole_files(out)


def test_killed_solver_child_ends_in_a_sentence_or_a_plan(planned: Path, tmp_path: Path) -> None:
    """kill -9 of the solving child: the best plan so far is kept, or one sentence says what happened."""
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "xunzhen",
        "plan",
        str(planned / "in"),
        "-o",
        str(out),
        "--start",
        START,
        "--seconds",
        "60",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child = wait_for_solver_child(process.pid)
    os.kill(child, signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode in {0, 1, 3}
    assert "Traceback" not in said
    assert whole_files(out)
    assert (process.returncode == 1) != (out / "plan.json").exists()


def wait_for_solver_child(parent: int) -> int:
    """Return the process id of the child that has loaded ortools."""
    for _ in range(600):
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                if (
                    int(entry.read_text().rsplit(")", 1)[1].split()[1]) == parent
                    and b"spawn_main" in (entry.parent / "cmdline").read_bytes()  # no process that waits with it loaded
                    and "ortools" in (entry.parent / "maps").read_text()
                ):
                    return int(entry.parent.name)
            except (OSError, ValueError):
                continue
        time.sleep(0.1)
    raise AssertionError("no solver child appeared")


def test_horizon_defaults_to_a_week_from_a_monday(tmp_path: Path) -> None:
    """Nothing said: one week, from the Monday to come."""
    write_county(tmp_path / "in", tables())
    xunzhen("plan", tmp_path / "in", "-o", tmp_path / "out", "--rounds", "1")
    report = report_of(tmp_path / "out")
    assert report["days"] == 7
    assert date.fromisoformat(str(report["start"])).weekday() == 0


def test_endless_file_is_no_plan(planned: Path) -> None:
    """A file without an end is refused after 50 MB, by name."""
    done = xunzhen("check", planned / "in", "/dev/zero", "--lang", "en", timeout=60)
    assert done.returncode == 4
    assert "zero: The file is larger than any plan" in done.stderr
