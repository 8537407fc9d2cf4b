"""The arrays of the search say what the instance says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.bench.check import judge
from planner.bench.instances import Mapping, Slot, calendar_graphs, map_benchmark, routes_of
from planner.solver.engine import Answer, Chain, search_instance
from planner.solver.instance import NEVER, Instance, Ints, Records
from planner.solver.kernel.state import Row
from tests.planner.bench.tiny import HSDMDMTPVRP, MDPVRP, PVRP, PVRPTW, drive, read


def paths_of(graph: int, first: Ints, nodes: Records, edge_from: Ints) -> set[tuple[int, ...]]:
    """Return the sets of days that a graph spells, walked back from its ends."""

    def walk(node: int, days: tuple[int, ...]) -> set[tuple[int, ...]]:
        days = (int(nodes["day"][node]), *days)
        before = edge_from[nodes["edges"][node] : nodes["edges"][node + 1]]
        return {path for parent in before for path in walk(int(parent), days)} if len(before) else {days}

    return {path for node in range(first[graph], first[graph + 1]) if nodes["is_end"][node] for path in walk(node, ())}


def sets_of(instance: Instance, task: int) -> set[tuple[int, ...]]:
    """Return the sets of days of the search that a task's graph spells."""
    return paths_of(instance.tasks["graph"][task], instance.graph_first, instance.nodes, instance.edge_from)


def test_calendar_graph_spells_exactly_the_codes() -> None:
    """One code that begins another, shared first days, and single days all come back; nothing else does."""
    sets = ((0,), (0, 2), (0, 2, 3), (1, 3), (2,))
    graph_of, first, nodes, edge_from = calendar_graphs([sets, ((1,),), sets])
    assert graph_of.tolist() == [0, 1, 0]
    assert first.tolist() == [0, 6, 7]  # days 0, 0-2, 0-2-3, 1, 1-3, 2; then 1
    assert paths_of(0, first, nodes, edge_from) == set(sets)
    assert paths_of(1, first, nodes, edge_from) == {(1,)}


def test_parents_come_before_children() -> None:
    """The search walks a graph once, so every edge leads forward."""
    _, _, nodes, edge_from = calendar_graphs([((0, 1, 2), (0, 2), (1, 2))])
    for node in range(len(nodes) - 1):
        assert all(parent < node for parent in edge_from[nodes["edges"][node] : nodes["edges"][node + 1]])


def test_pvrp_maps_to_one_slot_for_each_vehicle_and_day(tmp_path: Path) -> None:
    """Two vehicles on two days are four slots; the vehicles of a day are interchangeable."""
    instance = map_benchmark(read(PVRP, tmp_path)).instance
    assert instance.slots["day"].tolist() == [0, 0, 1, 1]
    assert instance.day_first.tolist() == [0, 2, 4]
    assert instance.slots["kind"].tolist() == [0, 0, 1, 1]
    assert instance.slots["team"].tolist() == [0, 1, 0, 1]
    assert set(instance.slots["longest"]) == {30.0}
    assert set(instance.slots["capacity"]) == {10.0}
    assert not instance.slots["timed"].any()
    assert instance.tasks["load"].tolist() == [4.0, 4.0, 6.0, 3.0]
    assert instance.tasks["minutes"].tolist() == [1.0, 1.0, 2.0, 1.0]
    assert (instance.tasks["owed_price"] == NEVER).all()
    assert not instance.visit_price.any()
    assert sets_of(instance, 0) == {(0,), (1,)}
    assert sets_of(instance, 1) == {(0, 1)}


def test_legs_are_euclidean_and_not_rounded(tmp_path: Path) -> None:
    """From 3,4 to 0,-5 is the root of 90; price and minutes are the same."""
    instance = map_benchmark(read(PVRP, tmp_path)).instance
    assert instance.leg_price[0, 2, 4] == np.sqrt(90.0)
    assert instance.leg_price[0, 0, 2] == 5.0
    assert (instance.leg_minutes == instance.leg_price).all()


def test_nearest_others_come_first(tmp_path: Path) -> None:
    """Around customer 1 at 3,0: customer 2 is 4 away, 3 is 5, 4 is the root of 34; itself is not among them."""
    instance = map_benchmark(read(PVRP, tmp_path)).instance
    assert instance.near[0].tolist() == [1, 2, 3]
    assert instance.near.shape == (4, 3)


def test_no_limit_becomes_never(tmp_path: Path) -> None:
    """The 0 of a file is no limit of nothing."""
    instance = map_benchmark(read(PVRP.replace("30 10", "0 0"), tmp_path)).instance
    assert set(instance.slots["longest"]) == set(instance.slots["capacity"]) == {NEVER}


def test_windows_become_first_and_last_starts(tmp_path: Path) -> None:
    """Slots keep the depot's window, tasks their own."""
    instance = map_benchmark(read(PVRPTW, tmp_path)).instance
    assert set(instance.slots["timed"]) == {1}
    assert set(instance.slots["closes"]) == {100.0}
    assert instance.tasks["windows"].tolist() == [1, 1, 1, 1]
    assert instance.starts[2].tolist() == [[20.0, 40.0]]
    assert instance.idle_price.tolist() == [0.0]


def test_depots_of_mdpvrp_have_days_of_their_own(tmp_path: Path) -> None:
    """Two days and two depots are four days of the search, so that a path stays with one depot."""
    mapping = map_benchmark(read(MDPVRP, tmp_path))
    instance = mapping.instance
    assert instance.slots["day"].tolist() == [0, 1, 2, 3]
    assert [(slot.day, slot.depot) for slot in mapping.slots] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert instance.slots["start"].tolist() == instance.slots["end"].tolist() == [0, 0, 1, 1]
    assert instance.slots["capacity"].tolist() == [11.0, 21.0, 12.0, 22.0]
    assert sets_of(instance, 1) == {(0, 1), (2, 3)}
    assert sets_of(instance, 0) == {(0,), (1,), (2,), (3,)}


def test_types_have_their_own_price_speed_and_customers(tmp_path: Path) -> None:
    """0 to 3,4 is 5 long: the small type pays 2.5 in 30 minutes, the large one 10 in 60; hours become minutes."""
    mapping = map_benchmark(read(HSDMDMTPVRP, tmp_path))
    instance = mapping.instance
    assert instance.leg_price[:, 0, 3].tolist() == [2.5, 10.0]
    assert instance.leg_minutes[:, 0, 3].tolist() == [30.0, 60.0]
    assert instance.tasks["minutes"].tolist() == [60.0, 60.0, 120.0, 60.0]
    assert set(instance.slots["together"]) == {480.0}
    small = np.array([slot.vehicle_type == 0 for slot in mapping.slots])
    assert (instance.visit_price[2, small] == NEVER).all()
    assert (instance.visit_price[2, ~small] == 0.0).all()


def test_trips_of_one_vehicle_and_day_share_a_team(tmp_path: Path) -> None:
    """Small vehicle 0 is at the first depot, small 1 at the second, the large one at the first; three trips each."""
    mapping = map_benchmark(read(HSDMDMTPVRP, tmp_path))
    first_day = mapping.instance.slots[mapping.instance.slots["day"] == 0]
    assert first_day["team"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert first_day["start"].tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0]
    assert first_day["trip"].tolist() == [0, 1, 2] * 3
    assert first_day["team_price"].tolist() == [100.0] * 6 + [300.0] * 3
    assert set(first_day["together"]) == {8 * 60.0}
    assert mapping.instance.slots["team"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2] * 2


def test_answer_comes_back_as_routes_of_the_instance(tmp_path: Path) -> None:
    """Slot 1 is the second vehicle of the first day, task 3 is customer 4."""
    mapping = map_benchmark(read(PVRP, tmp_path))
    assert routes_of(mapping, [(2, (0, 1)), (1, (3,))]) == (drive(4, vehicle=1), drive(1, 2, day=1))


def test_numbers_of_customers_survive_the_way_there_and_back(tmp_path: Path) -> None:
    """Customers of MDPVRP are numbered after the depots, and slot 2 is the first day of the second depot."""
    mapping = map_benchmark(read(MDPVRP, tmp_path))
    assert routes_of(mapping, [(2, (2, 3))]) == (drive(4, 5, depot=1),)


def trips_of(mapping: Mapping, vehicle: int) -> list[int]:
    """Return the slots of a small vehicle of the first depot on the first day."""
    wanted = Slot(day=0, depot=0, vehicle_type=0, vehicle=vehicle)
    return [number for number, slot in enumerate(mapping.slots) if slot == wanted]


def driven(content: str, folder: Path, *vehicles: int) -> Row:
    """Return the totals of the search for the trips 1-2 and 4, each by the vehicle given, as many as it has trips."""
    mapping = map_benchmark(read(content, folder))
    free = {vehicle: trips_of(mapping, vehicle) for vehicle in vehicles}
    slots = [free[vehicle].pop(0) for vehicle in vehicles]
    chain = Chain(mapping.instance, (1, 1))
    chain.restart(Answer(price=0.0, routes=((slots[0], (0, 1)), (slots[1], (3,))), owed=()))
    return chain.state.head[0]


SIX_SMALL = HSDMDMTPVRP.replace("1 2 10", "1 6 10")  # three at each depot: 0, 2, 4 and 1, 3, 5


def test_vehicle_is_paid_once_however_often_it_is_out(tmp_path: Path) -> None:
    """0-1-2-0 is 3 + 4 + 5 and 0-4-0 is 10, each at a half; one small vehicle costs 100, two cost 200."""
    assert driven(SIX_SMALL, tmp_path, 0, 0)["price"] == pytest.approx(11.0 + 100.0)
    assert driven(SIX_SMALL, tmp_path, 0, 2)["price"] == pytest.approx(11.0 + 200.0)


def test_trips_of_a_vehicle_share_its_working_day(tmp_path: Path) -> None:
    """They last 1.2 + 2 and 1 + 1 hours: within 8 hours, 12 minutes more than 5; two vehicles are within 5 as well."""
    assert driven(SIX_SMALL, tmp_path, 0, 0)["over_minutes"] == pytest.approx(0.0)
    short = SIX_SMALL.replace("8.0", "5.0")
    assert driven(short, tmp_path, 0, 0)["over_minutes"] == pytest.approx(12.0)
    assert driven(short, tmp_path, 0, 2)["over_minutes"] == pytest.approx(0.0)


def test_cost_of_the_search_is_that_of_the_judge(tmp_path: Path) -> None:
    """Fixed costs and working day are decided in the search: its price is the judge's, who finds no rule broken."""
    benchmark = read(HSDMDMTPVRP, tmp_path)
    mapping = map_benchmark(benchmark)
    answer = search_instance(mapping.instance, seed=1, rounds=2)
    verdict = judge(benchmark, routes_of(mapping, answer.routes))
    assert verdict.violations == ()
    assert verdict.cost == pytest.approx(answer.price, abs=1e-6)
