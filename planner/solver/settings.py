"""What a search is told, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.evaluation import BalancePrice, Evaluation
from planner.language import text
from planner.plan import Plan
from planner.values import require, require_whole

Stopped = Literal["rounds", "seconds", "cancelled", "converged", "crashed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveSettings:
    """How long to search. ``seconds`` is a hard limit (None: none); ``rounds`` of improvement after the first plan.

    With ``rounds`` the plan depends on nothing but the problem and the seed, as long as ``seconds`` are not
    used up: ``SolveResult.stopped`` tells. Leave ``seconds`` None to be sure.
    """

    seconds: float | None = 30.0
    rounds: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        seconds_fit = self.seconds is None or 0 < self.seconds <= 7 * 24 * 3600
        require(seconds_fit, text("seconds must be above 0 and at most a week, but is {value}.", value=self.seconds))
        if self.rounds is not None:
            require_whole(self.rounds, name="rounds", subject=text("search"), low=0, high=10**6)
        require_whole(self.seed, name="seed", subject=text("search"), low=0, high=2**31 - 1)
        require(
            self.seconds is not None or self.rounds is not None,
            text("A search without seconds and without rounds would only end when nothing improves."),
            text("Give seconds or rounds."),
        )


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One line of the log: after ``seconds`` the best plan cost ``cost`` with ``owed`` visits not made."""

    seconds: float
    round: int
    cost: float
    owed: int


@dataclass(frozen=True, slots=True)
class SearchLog:
    """The improvements in order. Seconds differ from run to run; everything else does not."""

    steps: tuple[SearchStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveResult:
    """The best plan, the checker's verdict on it, and how the search went.

    ``stopped`` is "crashed" when the solving process died on the way: the plan is the best it had reported.
    ``balance_price`` is None where no balance is asked, or there was no time to measure it.
    """

    plan: Plan
    evaluation: Evaluation
    log: SearchLog
    stopped: Stopped
    balance_price: BalancePrice | None = None
