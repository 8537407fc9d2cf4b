"""Our own judge: the cost is what a hand computes, and each rule is kept by good routes and broken by bad ones."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from planner.bench.check import judge, least_duration
from planner.bench.model import Customer, Depot, Route
from tests.planner.bench.tiny import (
    GOOD_HETEROGENEOUS,
    GOOD_HETEROGENEOUS_COST,
    GOOD_MDPVRP,
    GOOD_MDPVRP_COST,
    GOOD_PVRP,
    GOOD_PVRP_COST,
    HSDMDMTPVRP,
    MDPVRP,
    PVRP,
    PVRPTW,
    drive,
    read,
)


def broken(content: str, routes: tuple[Route, ...], folder: Path) -> list[str]:
    """Return what the judge says against the routes, in English."""
    return [str(sentence) for sentence in judge(read(content, folder), routes).violations]


@pytest.mark.parametrize(
    ("content", "routes", "cost"),
    [
        (PVRP, GOOD_PVRP, GOOD_PVRP_COST),
        (PVRPTW, (drive(3, 2), drive(4, vehicle=1), drive(1, 2, day=1)), GOOD_PVRP_COST),
        (MDPVRP, GOOD_MDPVRP, GOOD_MDPVRP_COST),
        (HSDMDMTPVRP, GOOD_HETEROGENEOUS, GOOD_HETEROGENEOUS_COST),
    ],
)
def test_good_routes_cost_what_a_hand_computes(
    content: str, routes: tuple[Route, ...], cost: float, tmp_path: Path
) -> None:
    """One set of routes for each family keeps every rule."""
    verdict = judge(read(content, tmp_path), routes)
    assert verdict.violations == ()
    assert verdict.cost == pytest.approx(cost, abs=1e-9)


def test_service_costs_time_but_no_money(tmp_path: Path) -> None:
    """0-2-3-0 is 12 long and serves 3: a day of 15 is enough, one of 14.9 is not; the cost is the same."""
    assert broken(PVRP.replace("30 10", "15 10", 1), GOOD_PVRP, tmp_path) == []
    (said,) = broken(PVRP.replace("30 10", "14.9 10", 1), GOOD_PVRP, tmp_path)
    assert said == "day 0, depot 0, vehicle type 0, vehicle 0: lasts 15.0000, but 14.9 at most."
    assert judge(read(PVRP.replace("30 10", "14.9 10", 1), tmp_path), GOOD_PVRP).cost == pytest.approx(34.0)


def test_too_heavy_load_is_found(tmp_path: Path) -> None:
    """2 and 3 weigh 10 together; a vehicle of 9 cannot take them."""
    (said,) = broken(PVRP.replace("30 10", "30 9", 1), GOOD_PVRP, tmp_path)
    assert said == "day 0, depot 0, vehicle type 0, vehicle 0: load 10, but 9 at most."


def test_days_outside_the_codes_are_found(tmp_path: Path) -> None:
    """Customer 3 on the second day, customer 2 on one day only, customer 4 never, customer 1 twice on a day."""
    moved = (drive(2), drive(4, vehicle=1), drive(1, 2, day=1), drive(3, day=1, vehicle=1))
    assert broken(PVRP, moved, tmp_path) == ["customer 3: visited on days [1], which is none of its codes."]
    once = (drive(2, 3), drive(4, vehicle=1), drive(1, day=1))
    assert broken(PVRP, once, tmp_path) == ["customer 2: visited on days [0], which is none of its codes."]
    never = (drive(2, 3), drive(1, 2, day=1))
    assert broken(PVRP, never, tmp_path) == ["customer 4: visited on days [], which is none of its codes."]
    twice = (drive(2, 3), drive(4, vehicle=1), drive(1, 1, day=1), drive(2, day=1, vehicle=1))
    assert broken(PVRP, twice, tmp_path) == ["customer 1: visited on days [1, 1], which is none of its codes."]


def test_more_routes_than_vehicles_are_found(tmp_path: Path) -> None:
    """Three routes on a day of two vehicles."""
    apart = (drive(2), drive(3, vehicle=1), drive(4, vehicle=2), drive(1, 2, day=1))
    assert broken(PVRP, apart, tmp_path) == ["day 0, depot 0: 3 routes, but 2 vehicles."]


def test_vehicle_on_two_routes_of_a_day_is_found(tmp_path: Path) -> None:
    """In the classic families a vehicle leaves once a day."""
    same = (drive(2, 3), drive(4), drive(1, 2, day=1))
    assert broken(PVRP, same, tmp_path) == ["day 0, depot 0: vehicle 0 drives two routes."]


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (drive(9), "there is no customer 9"),
        (drive(1, day=2), "there is no day 2"),
        (drive(1, day=-1), "there is no day -1"),
        (drive(1, depot=1), "there is no depot 1"),
        (drive(1, vehicle_type=1), "there is no vehicle_type 1"),
        (drive(1, vehicle=-1), "there is no vehicle -1"),
    ],
)
def test_what_the_instance_does_not_have_is_named(route: Route, words: str, tmp_path: Path) -> None:
    """Such routes have no cost at all."""
    verdict = judge(read(PVRP, tmp_path), (*GOOD_PVRP, route))
    assert verdict.cost == inf
    assert [words in str(sentence) for sentence in verdict.violations] == [True]


def test_route_of_nobody_does_not_count(tmp_path: Path) -> None:
    """An empty route uses no vehicle, even on a day that has none left."""
    verdict = judge(read(PVRP, tmp_path), (*GOOD_PVRP, drive(vehicle=7)))
    assert verdict.is_feasible
    assert verdict.cost == pytest.approx(GOOD_PVRP_COST)


def test_late_start_is_found(tmp_path: Path) -> None:
    """3 opens at 20 and takes 2, so 2, three away, is reached at 25: its window must not end at 24."""
    routes = (drive(3, 2), drive(4, vehicle=1), drive(1, 2, day=1))
    assert broken(PVRPTW.replace("3 0 50", "3 0 25"), routes, tmp_path) == []
    (said,) = broken(PVRPTW.replace("3 0 50", "3 0 24"), routes, tmp_path)
    assert said == "day 0, depot 0, vehicle type 0, vehicle 0: 1.0000 too late for a time window."


def test_late_return_to_the_depot_is_found(tmp_path: Path) -> None:
    """0-3-2-0 with 3 opening at 20 is home at 31: the depot must not close at 30."""
    routes = (drive(3, 2), drive(4, vehicle=1), drive(1, 2, day=1))
    (said,) = broken(PVRPTW.replace("0 0 100\n", "0 0 30\n", 1), routes, tmp_path)
    assert "1.0000 too late" in said


def test_departure_waits_so_that_nobody_else_does() -> None:
    """Leaving at 16 instead of 0 the route lasts its 15, though its first window opens at 20."""
    base = Depot(0, 0, 0, 0, 100)
    first, second = Customer(1, 0, 4, 2, 0, ((0,),), 20, 40), Customer(2, 3, 4, 1, 0, ((0,),), 0, 50)
    assert least_duration([base, first, second, base]) == (15.0, 0.0)


def test_waiting_that_cannot_be_avoided_counts() -> None:
    """2 must start by 10 and 3 opens at 20: departure at 5 at the latest, home at 26, 21 in all."""
    base = Depot(0, 0, 0, 0, 100)
    early, late = Customer(2, 3, 4, 1, 0, ((0,),), 0, 10), Customer(3, 0, 4, 2, 0, ((0,),), 20, 40)
    assert least_duration([base, early, late, base]) == (21.0, 0.0)


def test_customer_of_two_depots_is_found_in_mdpvrp(tmp_path: Path) -> None:
    """Customer 3 from the first depot on one day and from the second on the other."""
    routes = (drive(2, 3), drive(4, 5, depot=1), drive(3, day=1, depot=1))
    (said,) = broken(MDPVRP, routes, tmp_path)
    assert said == "customer 3: visited from depots [0, 1]; all visits must come from one."


def test_limits_of_mdpvrp_are_those_of_day_and_depot(tmp_path: Path) -> None:
    """2, 3 and 5 weigh 11, right for the first depot's first day; with 10 there it is too much."""
    routes = (drive(2, 3, 5), drive(4, depot=1), drive(3, day=1))
    assert broken(MDPVRP, routes, tmp_path) == []
    (said,) = broken(MDPVRP.replace("0 11", "0 10"), routes, tmp_path)
    assert said.endswith("load 11, but 10 at most.")


def test_type_that_may_not_come_is_found(tmp_path: Path) -> None:
    """Only the large type may come to customer 3; the small one could not carry 60 either."""
    routes = (*GOOD_HETEROGENEOUS[:2], drive(3, vehicle=0), GOOD_HETEROGENEOUS[3])
    said = broken(HSDMDMTPVRP, routes, tmp_path)
    assert any("may not come to customer 3" in sentence for sentence in said)
    assert any("load 60, but 10 at most" in sentence for sentence in said)


def test_trips_of_a_vehicle_share_its_working_day(tmp_path: Path) -> None:
    """1-2 takes 1.2 + 2 hours, 4 takes 1 + 1: 5.2 together, each alone within 5."""
    assert broken(HSDMDMTPVRP.replace("8.0", "5.2"), GOOD_HETEROGENEOUS, tmp_path) == []
    (said,) = broken(HSDMDMTPVRP.replace("8.0", "5.1"), GOOD_HETEROGENEOUS, tmp_path)
    assert "lasts 5.2000, but 5.1 at most" in said
    apart = (GOOD_HETEROGENEOUS[0], replace(GOOD_HETEROGENEOUS[1], vehicle=1), *GOOD_HETEROGENEOUS[2:])
    assert broken(HSDMDMTPVRP.replace("8.0", "5.1"), apart, tmp_path) == []


def test_each_vehicle_used_costs_its_fixed_price_once(tmp_path: Path) -> None:
    """A second small vehicle on the second day costs another 100; the first one again would cost nothing."""
    tiny = read(HSDMDMTPVRP, tmp_path)
    second = (*GOOD_HETEROGENEOUS[:3], replace(GOOD_HETEROGENEOUS[3], vehicle=1))
    assert judge(tiny, second).cost == pytest.approx(GOOD_HETEROGENEOUS_COST + 100)


def test_more_vehicles_of_a_type_than_there_are_is_found(tmp_path: Path) -> None:
    """Two small vehicles there are; the whole horizon counts."""
    routes = (
        GOOD_HETEROGENEOUS[0],
        replace(GOOD_HETEROGENEOUS[1], vehicle=1),
        GOOD_HETEROGENEOUS[2],
        replace(GOOD_HETEROGENEOUS[3], vehicle=2),
    )
    assert broken(HSDMDMTPVRP, routes, tmp_path) == ["vehicle type 0: 3 vehicles are used, 2 there are."]


def test_vehicle_with_two_homes_is_found(tmp_path: Path) -> None:
    """The same vehicle from both depots."""
    routes = (*GOOD_HETEROGENEOUS[:3], replace(GOOD_HETEROGENEOUS[3], depot=1))
    (said,) = broken(HSDMDMTPVRP, routes, tmp_path)
    assert said == "vehicle type 0, vehicle 0: drives from depots [0, 1], but has one home."
