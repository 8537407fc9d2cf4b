"""How wide the steps of a fall are: wide while it is hot, where there is room for it."""

from __future__ import annotations

import pytest

from planner.solver import engine
from planner.solver.engine import FIRST_CHUNK, ROOMY, WIDE, Chain, Fall
from planner.solver.search import Search
from tests.planner.solver.compiled_counties import best_answers, county_at_home


def widths(monkeypatch: pytest.MonkeyPatch, *, steps_per_task: float, wide: float) -> list[float]:
    """Run one fall of a small county; return how many times its style's visits each call of the search takes out."""
    monkeypatch.setattr(engine, "MOST_OF_ALL", 1e9)  # the county is small: the bound by its visits would hide the rest
    instance = next(iter(best_answers(Search(county_at_home(1), 1, lambda: 1e9), rounds=1))).numbered.instance
    chain, found = Chain(instance, (1, 0)), list[float]()
    monkeypatch.setattr(chain, "_run", lambda _, *, times, is_counted: found.append(times))
    steps = max(steps_per_task * len(instance.tasks), 50 * FIRST_CHUNK)  # a call is so many steps: some calls at least
    monkeypatch.setattr(engine, "ROOMY", ROOMY * steps / (steps_per_task * len(instance.tasks)))
    chain.cool(Fall(steps=steps, wide=wide), lambda: False)
    return found


def test_steps_narrow_from_wide_to_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call knows of no room yet; then six times, down to once at the end."""
    found = widths(monkeypatch, steps_per_task=2 * ROOMY, wide=WIDE)
    assert found[0] == 1.0
    assert found[1] == pytest.approx(WIDE, rel=0.05)
    assert found[1:] == sorted(found[1:], reverse=True)
    assert found[-1] == pytest.approx(1.0, abs=0.2)


def test_fall_with_few_steps_is_less_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a quarter of the room a quarter of what is more than once."""
    found = widths(monkeypatch, steps_per_task=ROOMY / 4, wide=WIDE)
    assert max(found) == pytest.approx(1 + (WIDE - 1) / 4, rel=0.05)


def test_later_falls_are_not_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """From warm every step is as its style says."""
    assert set(widths(monkeypatch, steps_per_task=2 * ROOMY, wide=1.0)) == {1.0}
