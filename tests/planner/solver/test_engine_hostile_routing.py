"""The 58 ways to make a routing model crash or lie: refused by a type, no way to say them, or ended as a clear fault.

Those that could reach native code are asked in a process of their own, so that an abort ends that one only. Where
each of the 58 is judged is listed in ``WHERE``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.errors import ModelError
from planner.model import Base, ObjectiveWeights, TravelMatrix
from planner.rules import ServiceTime
from planner.solver import SolveSettings
from planner.values import Window
from tests.builders import straight_road, team, tiny_problem, weekly
from tests.planner.solver.hostile_weeks import FAULTS, MADE, NO_TIME

ROOT = Path(__file__).parents[3]
SOLVER = ROOT / "planner" / "solver"


def matrix(value: object = 10, **shape: object) -> TravelMatrix:
    """Return the road with one leg of a value, or with arrays of another shape."""
    road = straight_road(*"abcd")
    minutes = np.array(road.minutes.tolist(), dtype=object if isinstance(value, str) else None)
    minutes = minutes.astype(np.float64) if isinstance(value, float) else minutes
    minutes[1, 2] = value
    return replace(road, **{"minutes": minutes, "metres": minutes, **shape})  # type: ignore[arg-type]


REFUSED: dict[str, Callable[[], object]] = {  # by the type, before any search
    "leg -5": lambda: matrix(-5),
    "leg 2^31": lambda: matrix(2**31),
    "leg 10^12": lambda: matrix(10**12),
    "leg 2^61": lambda: matrix(2**61),
    "leg 2^62": lambda: matrix(2**62),
    "leg 2^63-1": lambda: matrix(2**63 - 1),
    "leg 2^63": lambda: matrix(minutes=np.full((5, 5), 2**63, dtype=np.uint64)),
    "leg of a float": lambda: matrix(10.0),
    "leg NaN": lambda: matrix(float("nan")),
    "leg of a text": lambda: matrix("ten"),
    "no road in minutes only": lambda: replace(
        straight_road(*"abcd"), minutes=np.full((5, 5), -1), metres=np.zeros((5, 5), dtype=np.int64)
    ),
    "ragged": lambda: matrix(minutes=np.zeros((5, 4), dtype=np.int64)),
    "short": lambda: matrix(minutes=np.zeros((4, 4), dtype=np.int64), metres=np.zeros((4, 4), dtype=np.int64)),
    "a place less than the problem": lambda: tiny_problem(travel=(straight_road(*"abc"),)),
    "no teams": lambda: tiny_problem(teams=()),
    "no sites": lambda: tiny_problem(sites=(), travel=(straight_road(),)),
    "a base that is not there": lambda: tiny_problem(teams=(team(base="nowhere"),)),
    "an end that is not there": lambda: tiny_problem(teams=(team(end_base="nowhere"),)),
    "a village that is a base": lambda: tiny_problem(
        bases=(Base(id="base", name="b", lon=110.0, lat=29.0), _base("a"))
    ),
    "service -5": lambda: ServiceTime(setup_minutes=-5),
    "load -5": lambda: weekly(load=-5),
    "capacity -1": lambda: team(capacity_per_day=-1),
    "stops -1": lambda: team(max_stops_per_day=-1),
    "capacity 2^62": lambda: team(capacity_per_day=2**62),
    "window that ends before it starts": lambda: Window(start_minute=600, end_minute=500),
    "window after midnight": lambda: Window(start_minute=600, end_minute=2**31),
    "price NaN": lambda: ObjectiveWeights(per_unserved_visit=float("nan")),
    "price 2^60": lambda: ObjectiveWeights(per_unserved_visit=2.0**60),
    "price -1": lambda: ObjectiveWeights(per_km=-1.0),
    "seconds 0": lambda: SolveSettings(seconds=0),
    "seconds -1": lambda: SolveSettings(seconds=-1),
    "neither seconds nor rounds": lambda: SolveSettings(seconds=None),
}


def _base(name: str) -> Base:
    return Base(id=name, name=name, lon=110.0, lat=29.0)


# The names of the model's own functions that no door of ours leads to: nothing in the solver calls them, or it calls
# them with what it has counted itself.
UNUSED = ("TransitCallback", "AddPickupAndDelivery", "SetAllowedVehicles", "GUIDED_LOCAL_SEARCH", "GetMutableDimension")
CALLBACK = "no callback"
COUNTED = "counted by the model itself"
WHERE: dict[str, tuple[str, ...]] = {
    "baseline": ("baseline",),
    "negative distances": ("leg -5", "minutes spoilt to -5"),
    "negative + dimension": ("service -5", "load -5"),
    "0 vehicles": ("no teams", "no team"),
    "-1 vehicles": (COUNTED,),
    "0 nodes": ("no sites", "no nodes"),
    "1 node": ("depots only",),
    "depot out of range": ("a base that is not there", "an end that is not there"),
    "starts/ends mismatch": (COUNTED, "a team without days"),
    "start is another node used twice": ("a village that is a base",),
    "arc 2^62": ("leg 2^62", "minutes spoilt to 2^62", "a call dearer by 2^62"),
    "arc 2^63-1": ("leg 2^63-1",),
    "arc 2^63": ("leg 2^63",),
    "10^12 to a disconnected node": ("leg 10^12",),
    "2^61 to a disconnected node, dimension": ("leg 2^61",),
    "disconnected, dimension, penalty": ("no road to one village, dear to leave out",),
    "all penalties 2^60": ("all penalties 2^60", "price 2^60"),
    "all penalties 2^62": ("all penalties 2^62",),
    "callback returns float": (CALLBACK,),
    "callback returns NaN": (CALLBACK,),
    "callback returns None": (CALLBACK,),
    "callback returns str": (CALLBACK,),
    "callback returns numpy.int64": (CALLBACK,),
    "callback returns numpy.float64": (CALLBACK,),
    "callback raises always": (CALLBACK,),
    "callback raises for one node": (CALLBACK,),
    "callback raises in a dimension": (CALLBACK,),
    "callback ends the process": (CALLBACK,),
    "callback of wrong arity": (CALLBACK,),
    "callback is forgotten": (CALLBACK,),
    "IndexToNode(-1)": (COUNTED,),
    "IndexToNode(10^6)": (COUNTED,),
    "NodeToIndex(99)": ("start names a call too high",),
    "NodeToIndex(-1)": ("start names a call below none",),
    "matrix ragged": ("ragged", "minutes ragged"),
    "matrix too small": ("short", "metres short", "a place less than the problem"),
    "matrix of floats or NaN": ("leg of a float", "leg NaN", "minutes NaN"),
    "dimension with a bad evaluator": (COUNTED,),
    "negative capacity": ("capacity -1", "stops -1"),
    "negative slack": (COUNTED,),
    "dimension without a name": (COUNTED,),
    "window that ends before it starts": ("window that ends before it starts",),
    "window beyond the horizon": ("window after midnight", "a call after the week", "a call before the week"),
    "disjunction with a start": (COUNTED,),
    "pickup and delivery at one node": ("not called",),
    "allowed vehicles empty or invalid": ("no vehicle allowed", "an unknown vehicle allowed"),
    "warm start with a node twice": ("start makes a call twice",),
    "warm start out of range": ("start names a call of a million",),
    "time limit 0": ("seconds 0", "guard time 0"),
    "time limit -1": ("seconds -1", "guard time -1"),
    "no time limit": ("neither seconds nor rounds", "not called"),
    "bad search parameters": (COUNTED,),
    "no arc cost": (COUNTED,),
    "solve twice": ("baseline", "baseline with a start"),
    "dimension after close": (COUNTED,),
    "wrong type": ("leg of a text", "penalty of a text"),
    "manager after its end": (COUNTED,),
    "solution after the model's end": ("baseline",),
}


def test_each_of_the_58_is_judged_somewhere() -> None:
    """Every name in the list is a case here, and every case belongs to the list or is one more of its kind."""
    assert len(WHERE) == 58
    cases = {*REFUSED, *FAULTS, *MADE, *NO_TIME, CALLBACK, COUNTED, "not called"}
    assert {case for named in WHERE.values() for case in named} <= cases


@pytest.mark.parametrize("name", REFUSED)
def test_type_refuses(name: str) -> None:
    """No such value can be built: a sentence says why."""
    with pytest.raises(ModelError):
        REFUSED[name]()


def test_routing_model_calls_nothing_of_ours() -> None:
    """No transit callback, no pickups, no endless metaheuristic: twelve and two of the 58 cannot be said at all."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOLVER.glob("*.py")))
    code = re.sub(r'""".*?"""|#[^\n]*', "", source, flags=re.DOTALL)
    assert "RegisterTransitMatrix" in code
    assert [name for name in UNUSED if name in code] == []


def ask(name: str) -> subprocess.CompletedProcess[str]:
    """Ask a hostile question in a process of its own."""
    command = [sys.executable, "-m", "tests.planner.solver.hostile_weeks", name]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", FAULTS)
def test_question_that_is_not_sound_is_a_clear_fault(name: str) -> None:
    """The process lives, and says in a sentence that the question is not sound."""
    done = ask(name)
    assert (done.returncode, done.stdout[:6]) == (0, "fault "), done.stderr[-500:]
    assert "not sound" in done.stdout


@pytest.mark.parametrize("name", MADE)
def test_question_that_may_be_asked_is_answered_soundly(name: str) -> None:
    """Huge prices change nothing; what cannot be reached, or costs more than to leave out, is left out."""
    done = ask(name)
    assert (done.returncode, done.stdout) == (0, f"made {MADE[name][1]}"), done.stderr[-500:]


@pytest.mark.parametrize("name", NO_TIME)
def test_no_time_is_no_plan_or_a_whole_one(name: str) -> None:
    """A guard time of nothing ends at once: nothing was found, or each call at most once."""
    done = ask(name)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout in {"none", *(f"made {k}" for k in range(5))}
