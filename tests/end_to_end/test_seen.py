"""From a plan to its outcomes, filled in by hand, to the next plan and the answer of the county."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from planner.codec import load_plan
from tests.builders import MONDAY
from tests.end_to_end.small_county import Rows, tables, write_county, xunzhen


def told(*rows: tuple[str, str, str, str]) -> Rows:
    return [dict(zip(("village", "date", "outcome", "reason"), row, strict=True)) for row in rows]


def test_missed_visit_is_repaid_and_shown_by_the_command_line(tmp_path: Path) -> None:
    """East1, last held on 2 March and missed on the 9th, has ten days: it is planned by the 12th, and said so."""
    sheets = tables()
    sheets["rules"][0]["max_gap_days"] = 10
    sheets["outcomes"] = told(
        ("east1", "2026-03-02", "held", ""), ("east1", "2026-03-09", "missed", "road"),
        ("north1", "2026-03-03", "held", ""), ("north1", "2026-03-09", "", ""),
    )  # fmt: skip
    county, out = write_county(tmp_path / "in", sheets), tmp_path / "out"
    options = ("--start", "2026-03-10", "--weeks", 1, "--rounds", 3, "--lang", "en", "--json")
    made = xunzhen("plan", county, "-o", out, *options)
    assert made.returncode == 0, made.stderr
    report = json.loads(made.stdout)
    assert [(debt["site"], debt["due"], debt["state"]) for debt in report["missed_before"]] == [
        ("east1", "2026-03-12", "in_time")
    ]
    plan = load_plan((out / "plan.json").read_bytes(), file="plan.json")
    returns = min(route.day for route, stop in plan.visits() if stop.site_id == "east1")
    assert returns <= MONDAY + timedelta(days=10) == date(2026, 3, 12)
    judged = xunzhen("check", county, out / "plan.json", "--lang", "en")
    assert judged.returncode == 0
    assert f"Returns on {returns}." in " ".join(judged.stderr.split())
    assert "Seen before the plan" in (out / "summary.html").read_text("utf-8")
    public = [path.read_text("utf-8") for path in (out / "notices").iterdir() if path.suffix in {".html", ".csv"}]
    assert not any("missed" in page for page in public)


def test_county_answers_whether_every_village_was_seen(tmp_path: Path) -> None:
    """Five villages once a week: two held, one of them missed the week after; code 3, and all of it as JSON."""
    sheets = tables()
    sheets["outcomes"] = told(
        ("east1", "2026-03-02", "held", ""), ("north1", "2026-03-03", "held", ""),
        ("east1", "2026-03-10", "missed", "weather"),
    )  # fmt: skip
    county = write_county(tmp_path / "in", sheets)
    asked = ("seen", county, "--from", "2026-03-02", "--to", "2026-03-15", "--lang", "zh")
    said = xunzhen(*asked, "-o", tmp_path / "seen.xlsx")
    assert said.returncode == 3, said.stderr
    assert "5 个村中有 0 个按规则得到巡诊；应访 10 次，实访 2 次" in said.stderr
    assert (tmp_path / "seen.xlsx").exists()
    found = json.loads(xunzhen(*asked, "--json").stdout)
    assert [found[name] for name in ("demanded", "kept", "planned", "missed")] == [10, 2, 3, 1]
    assert found["reasons"] == {"weather": 1}
    refused = xunzhen("seen", write_county(tmp_path / "none", tables()), "--lang", "en")
    assert (refused.returncode, "nothing tells what came of any visit" in refused.stderr) == (4, True)
    wrong = xunzhen("seen", county, "--from", "2026-03-15", "--to", "2026-03-02", "--lang", "en")
    assert wrong.returncode == 2
