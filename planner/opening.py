"""A county read and understood: tables -> roads -> travel -> problem. The first half of the main job (``service``).

It stands alone because whoever only reads tables, as the API does with what strangers send, should load no page, no
search and, while the tables have no roads, nothing that knows roads: loading takes longer than refusing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from maps.mixed_datum import datum_notices
from maps.network import RoadNetwork, network_from_roads, read_network, set_season
from maps.openings import road_openings
from maps.travel import TravelReport, build_travel, places_of
from planner.calendar import build_calendar
from planner.errors import InputError, Issue, ModelError, Where
from planner.history import Brief, as_document, brief, merged, with_history
from planner.language import text
from planner.model import Horizon, Problem
from planner.report import notices_of_pins, notices_of_problem
from planner.tables.dataset import Dataset, read_dataset
from planner.tables.datums import rows_of_places
from planner.tables.pins import refuse_pins_outside

MAX_WEEKS = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """One county, read and understood: what the tables said, its roads, and the problem they make."""

    dataset: Dataset
    network: RoadNetwork | None
    travel: TravelReport
    problem: Problem
    notices: tuple[Issue, ...]


def open_county(
    source: Path,
    *,
    roads: Path | None = None,
    start: date | None = None,
    weeks: int | None = None,
    check: Callable[[Dataset], None] | None = None,
    past: Iterable[Brief] | None = None,
) -> County:
    """Read a workbook or folder (and an OSM extract for the roads, when given) and build the problem.

    ``check`` sees the tables first: the travel matrix grows with the square of the places, and whoever bounds those
    must say no before it is made. ``past`` is what came of earlier plans, beside what the sheet outcomes tells of it.

    Raises
    ------
    InputError
        With every fault of every file.
    """
    dataset = read_dataset(source)
    if check is not None:
        check(dataset)
    dataset = _told(dataset, tuple(past or ()))
    network = open_network(dataset, roads)
    horizon = choose_horizon(dataset, start=start, weeks=weeks)
    refuse_pins_outside(dataset.pins, horizon)
    calendar, calendar_notices = build_calendar(
        horizon, country=dataset.county.country, overrides=dataset.calendar_overrides
    )
    places = places_of(dataset.bases, dataset.sites)
    matrices, travel = build_travel(
        network,
        places=places,
        horizon=horizon,
        access_classes=tuple(sorted({team.access_class for team in dataset.teams})),
        road_closures=dataset.road_closures,
        terrain=dataset.county.terrain,
    )
    try:
        problem = Problem(
            calendar=calendar,
            bases=dataset.bases,
            sites=with_history(dataset.sites, history_of(dataset), horizon.start),
            teams=dataset.teams,
            travel=matrices,
            weights=dataset.county.weights,
            balance=dataset.county.balance,
            pins=tuple(dataset.pins),
            site_closures=dataset.site_closures,
            openings=road_openings(
                network, matrices, places=places, horizon=horizon, road_closures=dataset.road_closures
            ),
        )
    except ModelError as fault:
        raise InputError([Issue(Where(dataset.source), fault.problem, fault.remedy)]) from None
    notices = (*dataset.notices, *calendar_notices, *travel.issues, *notices_of_problem(problem))
    notices += notices_of_pins(problem, dataset.pins) + _strangers(dataset)
    if network is not None:
        notices += datum_notices(network.segments, places, dataset.datums, rows_of_places(dataset.tables))
    return County(dataset=dataset, network=network, travel=travel, problem=problem, notices=notices)


def _told(dataset: Dataset, past: tuple[Brief, ...]) -> Dataset:
    """Return the dataset with what came of earlier plans; it then has another hash, for another plan comes of it."""
    if not past:
        return dataset
    known = json.dumps([dataset.sha256, as_document(past)], ensure_ascii=False)
    return replace(dataset, past=past, sha256=hashlib.sha256(known.encode("utf-8", "surrogatepass")).hexdigest())


def history_of(dataset: Dataset) -> tuple[Brief, ...]:
    """Return what is known of earlier visits, by the tables and by whoever told of plans."""
    return merged(brief(dataset.outcomes), dataset.past)


def _strangers(dataset: Dataset) -> tuple[Issue, ...]:
    """Return a warning that some of what was told of plans is about nothing that the tables have."""
    known = {(site.id, rule.id) for site in dataset.sites for rule in site.rules}
    lost = sum(len(one.held) + len(one.missed) for one in dataset.past if (one.site_id, one.rule_id) not in known)
    if not lost:
        return ()
    problem = text("{count} past visits to villages or rules that are not in the tables are not counted.", count=lost)
    remedy = text("Nothing need be done; a village that has another id now is asked for anew.")
    return (Issue(Where(), problem, remedy, is_warning=True),)


def open_network(dataset: Dataset, roads: Path | None) -> RoadNetwork | None:
    """Return the road network of the extract given, else of the roads table, else None."""
    if roads is not None:
        network = read_network(roads)
    elif dataset.roads is not None:
        network = network_from_roads(dataset.roads, file=dataset.source)
    else:
        return None
    return set_season(network, dataset.county.season)


def choose_horizon(dataset: Dataset, *, start: date | None, weeks: int | None) -> Horizon:
    """Return the days to plan: as asked, else as the sheet settings says, else the week after this one."""
    first = start or dataset.county.start or _next_monday(date.today())
    count = weeks if weeks is not None else (dataset.county.weeks or 1)
    if not 1 <= count <= MAX_WEEKS:
        problem = text("Cannot plan {weeks} weeks.", weeks=count)
        raise InputError([Issue(Where(), problem, text("Plan 1 to {most} weeks.", most=MAX_WEEKS))])
    return Horizon(start=first, days=7 * count)


def _next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())
