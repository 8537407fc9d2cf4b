"""The search as its callers see it: a process of its own, reproducible, on time, and never the end of its parent."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.codec import dump_plan
from planner.errors import ModelError, SolverError
from planner.evaluation import evaluate
from planner.model import ObjectiveWeights, Problem
from planner.plan import Plan
from planner.rules import FollowUp
from planner.solver import SolveSettings, solve
from planner.solver.search import Search
from tests.builders import day, plain_calendar, team, tiny_problem, village, weekly
from tests.planner.solver.planning import random_county

ROUNDS = SolveSettings(seconds=None, rounds=2)
ROOT = Path(__file__).parents[3]


def endless() -> Problem:
    """Return a problem on which every round finds something to do, for as long as a test needs."""
    rule = weekly(visits=2, min_gap_days=2)
    names = [letter + str(k) for letter in "abcd" for k in range(10)]
    at = np.random.default_rng(1).integers(0, 60, size=(len(names) + 1, 2))
    metres = np.rint(1000 * np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))).astype(np.int64)
    problem = tiny_problem(
        sites=tuple(village(name, rule) for name in names),
        teams=tuple(team(f"t{k}") for k in range(6)),
        calendar=plain_calendar(28),
    )
    minutes = np.ceil(metres / 700).astype(np.int64)
    travel = replace(problem.travel[0], place_ids=("base", *names), minutes=minutes, metres=metres)
    return replace(problem, travel=(travel,))


def children() -> list[int]:
    """Return the process ids of this process's solving children."""
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split() if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_same_rounds_and_seed_give_the_same_bytes_whatever_the_order_of_the_input() -> None:
    """Sites, teams and bases handed over backwards make the same plan.json."""
    problem = random_county(3)
    backwards = replace(
        problem,
        sites=problem.sites[::-1],
        teams=problem.teams[::-1],
        bases=problem.bases[::-1],
        travel=problem.travel[::-1],
    )
    plans = [dump_plan(solve(given, ROUNDS).plan) for given in (problem, problem, backwards)]
    assert plans[0] == plans[1] == plans[2]


def test_result_carries_the_checkers_verdict_and_its_origin() -> None:
    """The evaluation is the one of the plan; the plan knows seed, rounds and data; improvements were told in order."""
    told: list[tuple[Plan, float]] = []
    problem = tiny_problem()
    result = solve(problem, replace(ROUNDS, seed=7), lambda plan, cost: told.append((plan, cost)), dataset_sha256="abc")
    assert result.evaluation.is_feasible
    assert result.evaluation.cost == evaluate(problem, result.plan).cost
    assert (result.plan.provenance.seed, result.plan.provenance.dataset_sha256) == (7, "abc")
    assert result.stopped in {"rounds", "converged"}
    assert [cost for _, cost in told] == [step.cost for step in result.log.steps]
    assert [cost for _, cost in told] == sorted((cost for _, cost in told), reverse=True)
    assert told[-1][0] == result.plan


def test_search_without_a_limit_ends_when_nothing_gets_better() -> None:
    """Four villages on one road: the best plan is found at once, and 1000 rounds are not needed to know it."""
    result = solve(tiny_problem(), SolveSettings(seconds=None, rounds=1000))
    assert result.stopped == "converged"
    assert result.plan.provenance.rounds < 20


def test_plan_without_visits_is_a_plan() -> None:
    """To owe the visit costs 3, to drive there 20 km: nobody goes, and the visit is listed."""
    problem = tiny_problem(sites=(village("a"),), weights=ObjectiveWeights(per_unserved_visit=1))
    plan = solve(problem, ROUNDS).plan
    assert plan.circuits == ()
    assert [owed.site_id for owed in plan.unserved] == ["a"]


@pytest.mark.parametrize("settings", [ROUNDS, SolveSettings(seconds=60)])
def test_nothing_asked_is_a_plan(settings: SolveSettings) -> None:
    """One visit a month asks for nothing in one week: the plan has no visit, and owes none."""
    plan = solve(tiny_problem(sites=(village("a", weekly(per="month")),)), settings).plan
    assert (plan.circuits, plan.unserved) == ((), ())


def test_follow_up_alone_is_planned() -> None:
    """The leading visit was made before the horizon and is not asked again; the one that follows it is."""
    leader = weekly(id="first", per="month", last_visited=day(-3))
    follower = weekly(id="then", per="horizon", follows=FollowUp(rule_id="first", min_days=3, max_days=7))
    plan = solve(tiny_problem(sites=(village("a", leader, follower),)), ROUNDS).plan
    assert [stop.rule_id for _, stop in plan.visits()] == ["then"]


def test_search_cut_short_before_the_first_visit_has_no_plan() -> None:
    """Nothing was placed because there was no time, not because nothing could be."""
    problem = tiny_problem(weights=ObjectiveWeights(per_unserved_visit=1))
    for left, has_plan in ((0.0, False), (1e9, True)):
        search = Search(problem, 1, lambda left=left: left)  # type: ignore[misc]
        search.start()
        assert not search.state
        assert search.has_plan == has_plan


def test_seconds_are_kept() -> None:
    """Three seconds, and five more at the very most."""
    began = time.monotonic()
    result = solve(endless(), SolveSettings(seconds=3))
    assert result.stopped == "seconds"
    assert result.evaluation.is_feasible
    assert time.monotonic() - began < 8


def test_first_plan_is_waited_for() -> None:
    """A hundredth of a second is over before the process has begun: the plan comes all the same."""
    began = time.monotonic()
    result = solve(endless(), SolveSettings(seconds=0.01))
    assert result.evaluation.is_feasible
    assert any(True for _ in result.plan.visits())
    assert result.stopped == "seconds"
    assert time.monotonic() - began < 30


def test_too_little_time_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor waited for: no plan, rather than one in which nobody drives."""
    monkeypatch.setattr("planner.solver.supervision.LATE_SECONDS", 0.0)
    monkeypatch.setattr("planner.solver.supervision.FIRST_PLAN_SECONDS", 0.0)  # else it is waited for
    with pytest.raises(SolverError, match="too short for a first plan"):
        solve(endless(), SolveSettings(seconds=0.01))


def test_cancel_before_the_first_plan_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked to stop before the process has begun."""
    monkeypatch.setattr("planner.solver.supervision.CANCEL_SECONDS", 0.0)  # else the first plan comes just in time
    with pytest.raises(SolverError, match="stopped before it had a first plan"):
        solve(endless(), SolveSettings(seconds=60), should_stop=lambda: True)


def test_cancel_keeps_the_best_plan() -> None:
    """Asked to stop after the first plan, the answer comes within two seconds and is that plan or a better one."""
    told: list[float] = []
    asked: list[float] = []

    def should_stop() -> bool:
        if told and not asked:
            asked.append(time.monotonic())
        return bool(told)

    result = solve(endless(), SolveSettings(seconds=60), lambda _, cost: told.append(cost), should_stop=should_stop)
    assert result.stopped == "cancelled"
    assert time.monotonic() - asked[0] < 2
    assert result.evaluation.cost <= told[0]


def test_killed_child_leaves_its_best_plan() -> None:
    """``kill -9`` after the first plan: the plan is the answer, and the caller is told."""
    told: list[float] = []

    def kill(_: Plan, cost: float) -> None:
        told.append(cost)
        if len(told) == 1:
            (pid,) = children()
            os.kill(pid, signal.SIGKILL)

    result = solve(endless(), SolveSettings(seconds=60), kill)
    assert result.stopped == "crashed"
    assert result.evaluation.cost == told[-1]
    assert children() == []


def test_child_killed_before_a_plan_is_a_fault_in_a_sentence() -> None:
    """``kill -9`` at once: there is no plan to give."""

    def kill_at_once() -> bool:
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        return False

    with pytest.raises(SolverError, match=r"ended without a plan \(exit code -9\)"):
        solve(endless(), SolveSettings(seconds=60), should_stop=kill_at_once)


def test_fault_of_the_callers_listener_ends_the_child() -> None:
    """An error raised while listening passes through, and no process is left behind."""

    def refuse(_: Plan, cost: float) -> None:
        raise ValueError(f"no plan of {cost:.0f}, please")

    with pytest.raises(ValueError, match="please"):
        solve(tiny_problem(), ROUNDS, refuse)
    assert children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_death_of_the_parent_ends_the_child(tmp_path: Path) -> None:
    """``kill -9`` of the caller: its child is gone too."""
    script = tmp_path / "caller.py"
    script.write_text(
        "import os\n"
        "from planner.solver import SolveSettings, solve\n"
        "from tests.planner.solver.test_solve import children, endless\n"
        "if __name__ == '__main__':\n"
        "    tell = lambda plan, cost: print(children()[0], flush=True)\n"
        "    solve(endless(), SolveSettings(seconds=60), tell)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as caller:
        assert caller.stdout is not None
        child = int(caller.stdout.readline())
        caller.kill()
    for _ in range(100):
        if not _is_running(child):
            return
        time.sleep(0.05)
    pytest.fail(f"process {child} outlived its parent")


def _is_running(pid: int) -> bool:
    """Return whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    "given", [{"seconds": 0}, {"seconds": -1}, {"seconds": float("nan")}, {"rounds": -1}, {"rounds": 1.5}, {"seed": -1}]
)
def test_settings_refuse_nonsense(given: dict[str, object]) -> None:
    """Each with a sentence."""
    with pytest.raises(ModelError, match="must be"):
        SolveSettings(**given)  # type: ignore[arg-type]


def test_settings_need_some_limit() -> None:
    """Neither seconds nor rounds: refused."""
    with pytest.raises(ModelError, match="Give seconds or rounds"):
        SolveSettings(seconds=None)


def test_problem_in_which_nothing_can_be_done_is_answered() -> None:
    """Nobody works at the weekend: an empty plan that lists every visit, not a fault."""
    result = solve(
        tiny_problem(calendar=plain_calendar(2, day(5)), sites=(village("a", weekly(per="horizon")),)), ROUNDS
    )
    assert (len(result.plan.circuits), len(result.plan.unserved)) == (0, 1)
    assert result.evaluation.is_feasible
