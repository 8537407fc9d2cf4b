"""The five sample counties as committed: they are what the generator makes, and what their README says."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from data import data_path
from maps.network import network_from_roads
from maps.travel import build_travel, places_of
from planner.calendar import build_calendar
from planner.model import Horizon, Problem, may_visit
from planner.recurrence import quotas
from planner.tables.dataset import Dataset, read_dataset
from planner.tables.generate import generate_county
from planner.tables.generate.__main__ import NAMES
from planner.tables.generate.write import county_files

# villages, townships, bases, teams, visits asked in the horizon of the sample's own settings
FIGURES = {
    "bishan": (44, 14, 2, 3, 60),
    "daoxian": (48, 5, 2, 6, 155),
    "qinyuan": (200, 14, 15, 25, 1000),
    "sangzhi": (251, 23, 23, 71, 502),
    "yixing": (65, 18, 18, 24, 65),
}
LARGEST_BYTES = 4_000_000
each_county = pytest.mark.parametrize("name", NAMES)


@cache
def dataset(name: str) -> Dataset:
    return read_dataset(data_path("samples", name))


@cache
def problem(name: str) -> Problem:
    found = dataset(name)
    assert found.county.start is not None
    assert found.county.weeks is not None
    horizon = Horizon(start=found.county.start, days=7 * found.county.weeks)
    calendar, _ = build_calendar(horizon, overrides=found.calendar_overrides)
    travel, _ = build_travel(
        network_from_roads(found.roads),
        places=places_of(found.bases, found.sites),
        horizon=horizon,
        access_classes=sorted({team.access_class for team in found.teams}),
        road_closures=found.road_closures,
        terrain=found.county.terrain,
    )
    return Problem(calendar=calendar, bases=found.bases, sites=found.sites, teams=found.teams, travel=travel)


def rows(name: str, sheet: str) -> list[dict[str, str]]:
    with (data_path("samples", name) / f"{sheet}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def asked(name: str) -> int:
    rules = problem(name).rule_by_task.values()
    return sum(quota.visits for rule in rules for quota in quotas(rule, problem(name).horizon))


@each_county
def test_sample_is_what_the_generator_writes(name: str, tmp_path: Path) -> None:
    """Every committed file but the README comes out of the generator, byte for byte."""
    county = generate_county(import_module(f"planner.tables.generate.counties.{name}").SPEC)
    files = county_files(county)
    folder = data_path("samples", name)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*files, "README.md"])
    for file, text in files.items():
        encoding = "utf-8-sig" if file.endswith(".csv") else "utf-8"
        assert (folder / file).read_bytes() == text.encode(encoding), file


@each_county
def test_sample_is_read_without_fault_or_warning(name: str) -> None:
    """Names, references and cells are right, and nothing looks odd."""
    assert [str(issue) for issue in dataset(name).notices] == []


@each_county
def test_sample_has_the_figures_its_readme_gives(name: str) -> None:
    """Villages, townships, bases, teams and visits; the README says the same numbers in both languages."""
    found = dataset(name)
    townships = {site.township for site in found.sites}
    figures = (len(found.sites), len(townships), len(found.bases), len(found.teams), asked(name))
    assert figures == FIGURES[name]
    english, chinese = (data_path("samples", name) / "README.md").read_text(encoding="utf-8").split("\n---\n")
    for part in (english, chinese):
        assert all(str(number) in part for number in (figures[0], figures[2], figures[3], figures[4]))


@each_county
def test_sample_roads_are_one_network(name: str) -> None:
    """Every end meets another digit for digit; as many roads meet at a junction or dead end as in real counties."""
    lines = dataset(name).roads.geometry
    graph = nx.MultiGraph((line.coords[0], line.coords[-1]) for line in lines)
    assert nx.number_connected_components(nx.Graph(graph)) == 1
    degrees = [degree for _, degree in graph.degree() if degree != 2]  # bridges cut roads into stretches
    assert 2.1 <= np.mean(degrees) <= 2.7


@each_county
def test_sample_every_leg_can_be_driven(name: str) -> None:
    """No place is unreachable, also while the pass is closed, and roads are 1.3 to 1.75 times the straight line."""
    for matrix in problem(name).travel:
        assert (matrix.minutes >= 0).all()
        assert not matrix.estimated.any()
        assert 1.3 <= np.median(_detours(name, matrix.metres)) <= 1.75


def _detours(name: str, metres: np.ndarray) -> np.ndarray:
    places = {p.id: p for p in (*problem(name).bases, *problem(name).sites)}
    at = np.array([(places[key].lon, places[key].lat) for key in problem(name).travel[0].place_ids])
    across = (at[:, None] - at[None, :]) * [111_320 * np.cos(np.radians(at[:, 1].mean())), 110_900]
    straight = np.hypot(across[..., 0], across[..., 1])
    far = straight > 3000  # within a village or two, a street more or less decides
    return metres[far] / straight[far]


@each_county
def test_sample_has_a_pass_a_ford_and_a_ferry(name: str) -> None:
    """One of each, beside many bridges."""
    kinds = Counter(dataset(name).roads["kind"])
    assert (kinds["pass"], kinds["ford"], kinds["ferry"]) == (1, 1, 1)
    assert kinds["bridge"] >= 20


@each_county
def test_sample_every_task_has_a_team(name: str) -> None:
    """Skills, ownership and vehicles leave at least one team for each village and rule."""
    county = problem(name)
    assert all(any(may_visit(county, team, task) for team in county.teams) for task in county.tasks)


@each_county
def test_sample_telephones_are_nobodys(name: str) -> None:
    """All begin with an area code that does not exist."""
    phones = [cells["phone"] for sheet in ("villages", "teams", "bases") for cells in rows(name, sheet)]
    assert all(phone.startswith("0000-") for phone in phones)


def test_samples_together_are_small() -> None:
    """All five fit into 4 MB."""
    files = [path for path in data_path("samples").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LARGEST_BYTES


def test_sangzhi_has_room_for_every_clinic() -> None:
    """Two clinics a day on five days: no township is asked for more than 84 % of what its teams have."""
    villages = Counter(site.township for site in dataset("sangzhi").sites)
    teams = Counter(town for team in dataset("sangzhi").teams for town in team.owns)
    assert all(2 * villages[town] <= 0.84 * 10 * teams[town] for town in villages)


def test_qinyuan_has_both_tiers_in_every_village() -> None:
    """Each village is owned by teams of its township's clinic and by one county institution."""
    county = problem("qinyuan")
    for site in county.sites:
        assert [rule.id for rule in site.rules] == ["monthly", "weekly"]
        owners = {team.institution for team in county.teams if site.township in team.owns}
        assert len(owners) == 2


def test_qinyuan_has_hamlets_for_small_vehicles() -> None:
    """Two hamlets; for every rule there, a team with a small vehicle may come."""
    hamlets = [site for site in dataset("qinyuan").sites if site.access_classes]
    assert [sorted(site.access_classes) for site in hamlets] == [["small"], ["small"]]


def test_yixing_stations_of_one_group_have_different_days() -> None:
    """A public-health team has one session a day at most, and 65 a month in all."""
    days: dict[str, list[object]] = defaultdict(list)
    teams = [team for team in dataset("yixing").teams if "公卫" in team.skills]
    for site in dataset("yixing").sites:
        (team,) = (team for team in teams if site.township in team.owns)
        days[team.id].extend(site.rules[0].nth_weekdays)
    assert all(len(set(found)) == len(found) for found in days.values())
    assert sum(map(len, days.values())) == 65


def test_bishan_doses_are_the_people() -> None:
    """A visit uses one dose for each person, and takes 20 minutes, the people at 120 an hour, and 30 minutes."""
    rules = [rule for site in dataset("bishan").sites for rule in site.rules if rule.load]
    assert len(rules) == 42
    for rule in rules:
        assert rule.load == rule.service.people
        assert rule.service.minutes == 20 + -(-rule.service.people // 2) + 30


def test_bishan_results_come_18_days_after_the_check_up() -> None:
    """The published pair is 23 September and 11 October."""
    dates = {rule.id: rule.dates for site in dataset("bishan").sites for rule in site.rules if rule.dates}
    assert (dates["results"][0] - dates["checkup"][0]).days == 18


def test_daoxian_only_stations_are_open_on_holidays() -> None:
    """14 stations; whoever has a holiday session is one, and the specialist is bound by no owner."""
    sites = dataset("daoxian").sites
    assert sum(site.is_holiday_allowed for site in sites) == 14
    for site in sites:
        for rule in site.rules:
            assert site.is_holiday_allowed or not rule.id.startswith(("holiday", "weekend"))
            assert rule.is_owned == (rule.id != "specialist")
