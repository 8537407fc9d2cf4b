"""What the command line shows on a terminal: the search as it goes, the summary table, the lists."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Characters

from planner.advice import OwedAlike, owed_alike
from planner.debt_words import debt_sentence
from planner.evaluation import BalanceFigures, BalancePrice, Evaluation, Workday, debts, kpis
from planner.evaluation.words import listing
from planner.findings import findings
from planner.language import Text, say, text
from planner.model import Problem
from planner.plan import Plan
from planner.values import DateRange

MOST_LINES = 20  # on the screen; report.json has them all


class SearchProgress:
    """A bar over the seconds given (a spinner when rounds are counted), with the best cost so far.

    On something that is no terminal it prints nothing but stays usable.
    """

    def __init__(self, console: Console, seconds: float | None, language: str) -> None:
        self._language = language
        self._seconds = seconds
        self._started = time.monotonic()
        self._is_compiling = False
        columns = (SpinnerColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._task = self._bar.add_task(self._say(text("searching for the first plan")), total=seconds)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def compiling(self, done: int, functions: int) -> None:
        """Show how many functions of the search are compiled, on a terminal that counts the seconds too."""
        if not self._is_compiling:
            self._is_compiling = True
            self._tell(
                text(
                    "The search is being compiled, on this machine's first run only. That takes about a minute, on an "
                    "old or busy computer several; the seconds to search count from its end."
                )
            )
        if done < functions:
            counted = text("compiling: {done} of {functions} functions", done=done, functions=functions)
            self._bar.update(self._task, description=self._say(counted), completed=done, total=functions)
            return
        self._tell(text("The search is compiled; it starts at once from now on."))
        self._is_compiling, self._started = False, time.monotonic()
        searching = self._say(text("searching for the first plan"))
        self._bar.reset(self._task, description=searching, completed=0, total=self._seconds)

    def _tell(self, sentence: Text) -> None:
        self._bar.console.print(self._say(sentence), markup=False, soft_wrap=True)

    def improved(self, plan: Plan, cost: float) -> None:
        """Show the cost of a better plan and how many visits it leaves out."""
        found = text("best cost {cost}, unserved visits {unserved}", cost=f"{cost:,.1f}", unserved=len(plan.unserved))
        self._bar.update(self._task, description=self._say(found))

    def tick(self) -> None:
        """Move the bar to the time that has passed, which does not count while the search is being compiled."""
        if self._seconds is not None and not self._is_compiling:
            self._bar.update(self._task, completed=min(self._seconds, time.monotonic() - self._started))

    def _say(self, sentence: Text) -> str:
        return say(sentence, self._language)


def summary_table(problem: Problem, plan: Plan, language: str) -> Table:
    """Return what each team does: days out, visits, kilometres, hours."""
    figures = kpis(problem, plan)
    heads = (text("Team"), text("Days out"), text("Visits"), text("km"), text("Hours"))
    table = Table(title=say(summary_title(plan), language), title_justify="left")
    for column, head in enumerate(heads):
        table.add_column(say(head, language), justify="right" if column else "left")
    for team in figures["teams"]:
        name = problem.team_by_id[team["id"]].name
        table.add_row(
            Characters(name),
            *(str(team[key]) for key in ("days", "visits")),
            f"{team['km']:,.1f}",
            f"{team['hours']:,.1f}",
        )
    return table


def summary_title(plan: Plan) -> Text:
    """Return the heading of the summary."""
    return text("Plan from {start}, {days} days", start=plan.start, days=plan.days)


def verdict_lines(problem: Problem, plan: Plan, evaluation: Evaluation, language: str) -> list[str]:
    """Return the totals, one sentence a line."""
    figures = kpis(problem, plan)
    lines = [
        text(
            "Visits: {planned} planned of {asked} asked, {owed} owed.",
            planned=figures["planned_visits"],
            asked=figures["asked_visits"],
            owed=figures["owed_visits"],
        ),
        text(
            "Driven: {km} km; on duty: {hours} hours; cost {cost}, in kilometres.",
            km=f"{figures['km']:,.1f}",
            hours=f"{figures['hours']:,.1f}",
            cost=f"{evaluation.cost:,.1f}",
        ),
    ]
    if figures["nights_away"]:
        lines.append(text("Nights away: {nights}.", nights=figures["nights_away"]))
    if figures["market_visits"]:
        lines.append(
            text(
                "On market days: {hits} of {visits} visits to villages with a market.",
                hits=figures["market_hits"],
                visits=figures["market_visits"],
            )
        )
    if figures["balance"] is not None:
        lines.append(_balance_line(figures["balance"]))
    if plan.provenance.is_travel_estimated:
        lines.append(text("Travel times are estimated from straight lines: no road data was given."))
    broken = len(evaluation.hard)
    lines.append(
        text("Checked: no hard rule is broken.")
        if not broken
        else text("Checked: {count} hard rule violations.", count=broken)
    )
    return [say(line, language) for line in lines]


def _balance_line(figures: BalanceFigures) -> Text:
    return text(
        "Workload of {over}: {least} to {most} hours per available day, mean {mean} "
        "({low} % to {high} %, allowed ±{percent} %); {outside} hours outside.",
        over=text("teams") if figures["over"] == "team" else text("institutions"),
        least=f"{figures['least_hours_per_day']:.1f}",
        most=f"{figures['most_hours_per_day']:.1f}",
        mean=f"{figures['mean_hours_per_day']:.1f}",
        low=f"{figures['least_percent']:+.0f}",
        high=f"{figures['most_percent']:+.0f}",
        percent=f"{figures['allowed_percent']:g}",
        outside=f"{figures['hours_outside']:,.1f}",
    )


def balance_lines(price: BalancePrice | None) -> list[Text]:
    """Return what an even workload costs: the difference, and the plan that it was measured against."""
    if price is None:
        return [
            text(
                "What the even workload costs was not measured: the search was stopped, or had too few seconds for a "
                "second one (12 or more are needed)."
            )
        ]
    if price.cost == 0:
        return [text("The even workload costs nothing: a search without it found no cheaper plan.")]
    return [
        text(
            "The even workload costs {km} km of driving and {cost} of the cost in kilometres: searched on from this "
            "plan without it, {without}; with it, {plan}.",
            km=f"{price.km:+,.1f}",
            cost=f"{price.cost:+,.1f}",
            without=_workday(price.without),
            plan=_workday(price.plan),
        )
    ]


def _workday(plan: Workday) -> Text:
    return text(
        "{km} km at a cost of {cost}, {low} % to {high} % from the mean, {outside} hours outside the band",
        km=f"{plan.km:,.1f}",
        cost=f"{plan.cost:,.1f}",
        low=f"{plan.balance['least_percent']:+.0f}",
        high=f"{plan.balance['most_percent']:+.0f}",
        outside=f"{plan.balance['hours_outside']:,.1f}",
    )


# What stands behind each term of the cost, for people.
TERMS = {
    "distance_km": text("kilometres driven"),
    "duty_hours": text("hours on duty"),
    "unserved_visits": text("owed visits times their priority"),
    "lent_visits": text("visits by lent teams"),
    "other_team": text("visits by another than the preferred team"),
    "extra_teams": text("further teams at a village"),
    "missed_market_days": text("visits off the market"),
    "extra_weekdays": text("further weekdays at a village"),
    "nights_away": text("nights that a team sleeps out"),
    "imbalance_hours": text("hours outside the band of the workload"),
}


def cost_lines(evaluation: Evaluation, language: str) -> list[str]:
    """Return a line for each term that costs anything: its share of the cost, the amount and the price."""
    return [
        say(
            text(
                "  {cost}: {what}, {amount} at {price} each",
                cost=f"{term.cost:,.1f}",
                what=TERMS.get(term.name, term.name),
                amount=f"{term.amount:,.1f}".removesuffix(".0"),
                price=f"{term.weight:g}",
            ),
            language,
        )
        for term in evaluation.terms
        if term.cost
    ]


def violation_lines(evaluation: Evaluation, language: str) -> list[str]:
    """Return a line per violation, the hard ones first, shortened for a screen."""
    ordered = sorted(evaluation.violations, key=lambda v: (not v.is_hard, v.rule, v.subject))
    hard, soft = text("hard rule"), text("remark")
    lines = [text("{kind}: {sentence}", kind=hard if v.is_hard else soft, sentence=v.sentence) for v in ordered]
    return [say(line, language) for line in lines[:MOST_LINES]] + _rest(len(ordered), language)


def unserved_lines(problem: Problem, plan: Plan, language: str) -> list[str]:
    """Return a line per reason and advice with all visits that are owed for it, shortened for a screen."""
    lines = [_unserved_line(problem, alike, language) for alike in owed_alike(problem, plan, language)]
    return lines[:MOST_LINES] + _rest(len(lines), language)


def conflict_lines(problem: Problem, plan: Plan, language: str) -> list[str]:
    """Return a line per set of conditions, or of visits, that cannot all be kept."""
    found = [text("Cannot all be kept: {finding}", finding=one.sentence) for one in findings(problem, plan)]
    return [say(line, language) for line in found]


def debt_lines(problem: Problem, plan: Plan, language: str) -> list[str]:
    """Return a line per visit missed before the plan: when it returns, or that it is owed; shortened for a screen."""
    ordered = sorted(debts(problem, plan), key=lambda debt: (debt.state == "in_time", debt.task))
    lines = [say(debt_sentence(problem, debt), language) for debt in ordered]
    return lines[:MOST_LINES] + _rest(len(lines), language)


def _unserved_line(problem: Problem, alike: OwedAlike, language: str) -> str:
    """Return the visits owed for one reason and the reason, once: villages of one rule and due dates side by side."""
    together: dict[tuple[str, tuple[DateRange, ...]], list[str]] = {}
    for task, due in alike.due.items():
        names = together.setdefault((say(problem.rule_by_task[task].called, language), due), [])
        names.append(problem.site_by_id[task.site_id].name)
    parts = [
        text("{names} ({rule}), due {due}", names=listing(names), rule=rule, due=listing(_due_words(due)))
        for (rule, due), names in together.items()
    ]
    owed = (
        listing(parts) if len(parts) == 1 else text("{count} visits: {owed}", count=alike.visits, owed=listing(parts))
    )
    return say(text("Unserved: {owed}: {why}", owed=owed, why=alike.why), language)


def _due_words(due: Sequence[DateRange]) -> Iterator[Text]:
    for days, times in Counter(due).items():
        said = text("{first} to {last}", first=days.first_day, last=days.last_day)
        yield said if times == 1 else text("{days} ({times} times)", days=said, times=times)


def _rest(count: int, language: str) -> list[str]:
    more = count - MOST_LINES
    return [say(text("... and {count} more; report.json has them all.", count=more), language)] if more > 0 else []
