"""References, rules and doubts: what the tables mean together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data import data_path
from planner.language import say
from planner.rules import NthWeekday, ServiceTime, VisitRule
from planner.tables.dataset import Dataset, read_dataset
from planner.values import DateRange, MarketDays, RoadClosure, Window
from tests.planner.tables.county import ROAD, Sheets, county, with_cell, with_row, write_workbook


def read(tmp_path: Path, sheets: Sheets) -> Dataset:
    """Return the dataset of the sheets."""
    return read_dataset(write_workbook(tmp_path / "county.xlsx", sheets))


def first_rule(tmp_path: Path, **cells: Any) -> VisitRule:
    """Return the only rule of village V1 when its row has these cells too."""
    sheets = county()
    for column, value in cells.items():
        if column not in sheets["villages"][0]:
            for number, row in enumerate(sheets["villages"]):
                row.append(column if number == 0 else None)
        sheets["villages"][1][sheets["villages"][0].index(column)] = value
    (rule,) = read(tmp_path, sheets).sites[0].rules
    return rule


def test_rule_of_the_sheet_holds_for_its_villages(tmp_path: Path) -> None:
    """Village V1 names the rule weekly and gets every cell of it."""
    assert first_rule(tmp_path) == VisitRule(
        id="weekly",
        visits=2,
        min_gap_days=2,
        max_gap_days=7,
        weekday_sets=(frozenset({0, 3}), frozenset({1, 4})),
        service=ServiceTime(setup_minutes=60),
        skills=frozenset({"doctor"}),
    )


def test_cells_of_a_village_win_over_its_rule(tmp_path: Path) -> None:
    """Gap, skills, priority, ownership and services of the village replace those of the rule; the rest stays."""
    rule = first_rule(tmp_path, min_gap_days=3, skills="nurse", priority=5, owned="no", services="vaccination", load=40)
    assert (rule.min_gap_days, rule.max_gap_days, rule.visits) == (3, 7, 2)
    assert (rule.skills, rule.priority, rule.is_owned) == (frozenset({"nurse"}), 5, False)
    assert (rule.services, rule.load) == ("vaccination", 40)


def test_service_minutes_of_a_village_replace_the_parts_of_its_rule(tmp_path: Path) -> None:
    """A village with 90 minutes takes 90 minutes."""
    assert first_rule(tmp_path, service_minutes=90).service.minutes == 90


def test_people_of_a_village_fill_the_parts_of_its_rule(tmp_path: Path) -> None:
    """80 people at 40 an hour with 15 minutes before and 30 after take 165 minutes."""
    head = ["id", "visits", "setup_minutes", "people_per_hour", "tail_minutes"]
    sheets = with_cell("villages", 2, "people", 80)
    sheets["rules"] = [head, ["weekly", 1, 15, 40, 30]]
    dataset = read(tmp_path, sheets)
    assert dataset.sites[0].rules[0].service.minutes == 15 + 120 + 30
    assert dataset.sites[1].rules[1].service.minutes == 15 + 30


def test_short_forms_are_rules_of_their_own(tmp_path: Path) -> None:
    """每周2次 and 2/week are the same rule; two short forms are two rules."""
    sheets = with_cell("villages", 4, "rule", "每周2次;1/2 months")
    rules = read(tmp_path, sheets).sites[2].rules
    assert [(rule.id, rule.visits, rule.per, rule.every) for rule in rules] == [
        ("1/2 months", 1, "month", 2),
        ("2/week", 2, "week", 1),
    ]
    assert [say(rule.called, "zh") for rule in rules] == ["每2个月1次", "每周2次"]
    assert [say(replace(rule, name="clinic").called, "zh") for rule in rules] == ["clinic", "clinic"]


def test_village_without_rule_says_its_frequency_itself(tmp_path: Path) -> None:
    """Cells visits and per, or dates, or weekdays of the month, are a rule."""
    head = ["id", "lon", "lat", "visits", "per", "dates", "nth_weekdays"]
    rows = [
        ["a", 110.1, 29.4, 3, "month", None, None],
        ["b", 110.2, 29.4, None, None, "2026-03-10;2026-03-24", None],
        ["c", 110.3, 29.4, None, None, None, "第二个周二"],
    ]
    sheets = county(villages=[head, *rows], closures=None, rules=None, teams=[["id", "base"], ["T1", "B1"]])
    a, b, c = (site.rules[0] for site in read(tmp_path, sheets).sites)
    assert (a.id, a.visits, a.per) == ("3/month", 3, "month")
    assert (b.id, b.dates) == ("dates", (date(2026, 3, 10), date(2026, 3, 24)))
    assert (c.id, c.nth_weekdays) == ("nth_weekdays", (NthWeekday(nth=2, weekday=1),))


def test_last_visit_and_team_may_be_given_for_each_rule(tmp_path: Path) -> None:
    """weekly=…;1/month=… speaks to each rule; a value alone speaks to all."""
    sheets = with_cell("villages", 3, "last_visited", "weekly=2026-02-24;每月1次=2026-02-03")
    sheets["villages"][0].append("preferred_team")
    sheets["villages"][2].append("Team two")
    monthly, weekly = read(tmp_path, sheets).sites[1].rules
    assert (weekly.last_visited, monthly.last_visited) == (date(2026, 2, 24), date(2026, 2, 3))
    assert (weekly.preferred_team, monthly.preferred_team) == ("T2", "T2")


def test_preferred_team_of_a_rule_holds_unless_the_village_says_otherwise(tmp_path: Path) -> None:
    """The rule prefers team two; village V1 prefers T1."""
    sheets = with_cell("rules", 2, "preferred_team", "Team two")
    sheets["villages"][0].append("preferred_team")
    sheets["villages"][1].append("T1")
    first, second, _ = read(tmp_path, sheets).sites
    assert first.rules[0].preferred_team == "T1"
    assert [rule.preferred_team for rule in second.rules] == [None, "T2"]


def test_windows_of_a_village_win_over_those_of_its_rule(tmp_path: Path) -> None:
    """The rule's windows hold only where the village has none."""
    sheets = with_cell("rules", 2, "windows", "09:00-11:00")
    first, second, _ = read(tmp_path, sheets).sites
    assert first.rules[0].windows == ()
    assert first.windows[0] == Window(start_minute=480, end_minute=720)
    assert second.rules[1].windows == (Window(start_minute=540, end_minute=660),)


def test_names_stand_for_ids_everywhere(tmp_path: Path) -> None:
    """Villages, teams and bases are referred to by name; a row without id is called by its name."""
    sheets = county()
    sheets["teams"][1][8] = "Longtan;Liye"
    sheets["villages"][1][8] = "Team one"
    sheets["closures"][1][1] = "Longtan"
    sheets["villages"][3][0] = None
    dataset = read(tmp_path, {**sheets, "teams": [*sheets["teams"][:2], ["T2", "Team two", "County hospital"]]})
    assert [site.id for site in dataset.sites] == ["Shuiwan", "V1", "V2"]
    assert dataset.teams[0].owns == {"V2", "Liye"}
    assert dataset.teams[1].base == "B1"
    assert dataset.sites[1].owner == "T1"
    assert dataset.sites[2].closed


def test_owner_may_be_an_institution(tmp_path: Path) -> None:
    """An institution of a team is an owner."""
    sheets = with_cell("teams", 2, "institution", "County hospital")
    sheets["villages"][1][8] = "County hospital"
    assert read(tmp_path, sheets).sites[0].owner == "County hospital"


def test_closed_road_is_known_by_id_or_name(tmp_path: Path) -> None:
    """A name closes every stretch that bears it."""
    sheets = with_row("closures", ["road", "Li road", "2026-03-01", "2026-03-02", "landslide"])
    sheets["roads"] = [["id", "name", "geometry"], ["R1", "Li road", ROAD], ["R2", "Li road", ROAD], ["R3", "x", ROAD]]
    days = DateRange(first_day=date(2026, 3, 1), last_day=date(2026, 3, 2))
    assert read(tmp_path, sheets).road_closures == tuple(
        RoadClosure(road_id=road, days=days, reason="landslide") for road in ("R1", "R2")
    )


def test_closed_road_stands_as_written_where_roads_come_from_elsewhere(tmp_path: Path) -> None:
    """Without a roads table the id is checked by whoever has the roads."""
    sheets = with_row("closures", ["road", "way/123", "2026-03-01", "2026-03-02", ""])
    assert [closure.road_id for closure in read(tmp_path, sheets).road_closures] == ["way/123"]


def test_market_days_follow_the_lunar_calendar_unless_told(tmp_path: Path) -> None:
    """逢三逢八 is lunar; the column market_calendar says solar."""
    sheets = with_cell("villages", 2, "market_days", "逢三逢八")
    assert read(tmp_path, sheets).sites[0].market_days == MarketDays(digits=frozenset({3, 8}), calendar="lunar")
    for number, row in enumerate(sheets["villages"]):
        row.append("market_calendar" if number == 0 else "公历")
    assert read(tmp_path, sheets).sites[0].market_days == MarketDays(digits=frozenset({3, 8}), calendar="solar")


def test_lunch_has_usual_times(tmp_path: Path) -> None:
    """Minutes alone give a break that starts between 11:30 and 13:00; no minutes, no break."""
    one, two = read(tmp_path, county()).teams
    assert one.lunch is not None
    assert (one.lunch.earliest_minute, one.lunch.latest_minute, one.lunch.minutes) == (690, 780, 45)
    assert two.lunch is None


def test_lodgings_are_villages_and_bases_by_id_or_name(tmp_path: Path) -> None:
    """Team one may sleep in a village it names and at the base."""
    sheets = with_cell("teams", 2, "lodgings", "Longtan;B1")
    assert [sorted(team.lodgings) for team in read(tmp_path, sheets).teams] == [["B1", "V2"], []]


DOUBTS: dict[str, tuple[Sheets, str]] = {
    "far village": (
        with_cell("villages", 2, "lat", 39.4),
        "sheet villages, row 2, lon: the place is 11.. km from the middle of the others. Check",
    ),
    "same spot": (
        with_row("villages", ["V4", "New", 110.26, 29.45, "Liye", "weekly"]),
        'sheet villages, row 5, lon: the village is at the same spot as "V2"',
    ),
    "skill nobody has": (
        with_cell("villages", 2, "skills", "doktor"),
        'sheet villages, row 2, skills: no team has the skill "doktor". Did you mean "doctor"',
    ),
    "skills of two teams": (
        with_cell("villages", 2, "skills", "doctor;vaccination"),
        "sheet villages, row 2, skills: no single team has all these skills",
    ),
    "class nobody has": (
        with_cell("rules", 2, "composition", "doctor;dentist"),
        'sheet rules, row 2, composition: no team has the skill "dentist"',
    ),
    "vehicle nobody drives": (
        with_cell("villages", 2, "access_classes", "boat"),
        'sheet villages, row 2, access_classes: no team drives a vehicle of the class "boat"',
    ),
    "nights out without a place": (
        with_cell("teams", 2, "nights_away", 2),
        "sheet teams, row 2, nights_away: the team may sleep out, but no place is given where. Fill in lodgings",
    ),
    "unused rule": (
        with_row("rules", ["yearly", 1, "horizon"]),
        'sheet rules, row 3, id: no village has the rule "yearly"',
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_doubt_is_a_warning_not_a_refusal(name: str, tmp_path: Path) -> None:
    """What may be right is read, and told with its place."""
    import re

    sheets, says = DOUBTS[name]
    notices = read(tmp_path, sheets).notices
    assert all(notice.is_warning for notice in notices)
    assert any(re.search(says, str(notice)) for notice in notices), [str(n) for n in notices]


def test_good_county_has_no_notices(tmp_path: Path) -> None:
    """Nothing is told where nothing is odd."""
    assert read(tmp_path, county()).notices == ()


SAMPLES = sorted(path.name for path in data_path("samples").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_county_is_read_without_a_doubt(name: str) -> None:
    """What we ship as an example is free of faults and warnings, and has its roads."""
    dataset = read_dataset(data_path("samples", name))
    assert dataset.notices == ()
    assert dataset.sites
    assert len(dataset.roads) > 100
