"""The tables of the supervisor summary: townships, people, teams, what is owed, the checker, every village."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from maps.coverage_map import symbol
from maps.paging import Block, Cell, Column, Table
from planner.advice import OwedAlike, owed_alike
from planner.balance import Balance, Load
from planner.evaluation import (
    RULES,
    TOLD_REACHES,
    WEIGHTS,
    Evaluation,
    Figures,
    Minutes,
    RuleCoverage,
    State,
    TeamFigures,
    VillageCoverage,
    share_within,
    weighted_share,
    worst_tenth,
)
from planner.history import PastVisit
from planner.language import Text, say, text
from planner.model import Problem, Team
from planner.plan import Plan
from planner.workload import available_days, loads_of, parties

WIDTH = 186.0  # of every table, as of the page
NO_VALUE = "–"
one, people, old_people = (WEIGHTS[name] for name in ("villages", "people", "people_65"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What every table is made of."""

    problem: Problem
    plan: Plan
    evaluation: Evaluation
    figures: Figures
    villages: tuple[VillageCoverage, ...]
    minutes: Minutes  # to the nearest visit
    past: tuple[PastVisit, ...] = ()
    language: str

    def say(self, sentence: Text | str) -> str:
        """Return the sentence in the reader's language."""
        return say(sentence, self.language)

    @property
    def has_people(self) -> bool:
        """Whether any village has its population."""
        return any(village.site.population for village in self.villages)

    @property
    def has_old_people(self) -> bool:
        """Whether any village has its population of 65 and older."""
        return any(village.site.population_65 for village in self.villages)

    @property
    def townships(self) -> Mapping[str, tuple[VillageCoverage, ...]]:
        """The villages of each township, in the order of their first villages' ids; "" has those without one."""
        found: dict[str, list[VillageCoverage]] = defaultdict(list)
        for village in self.villages:
            found[village.site.township].append(village)
        return {name: tuple(members) for name, members in found.items()}


def percent(share: float | None) -> str:
    """Return the share with one decimal; only what is whole is called 100."""
    if share is None:
        return NO_VALUE
    rounded = round(100 * share, 1)
    return f"{min(rounded, 99.9) if share < 1 else rounded:g} %"


def township_table(facts: Facts) -> Table:
    """Return a row for each township, and their total."""
    columns = columns_of(
        facts,
        (text("Township"), 0, ""),
        (text("Villages"), 15, "number"),
        (text("All planned"), 16, "number"),
        (text("Some owed"), 15, "number"),
        (text("None planned"), 16, "number"),
        (text("Visits asked"), 16, "number"),
        (text("Planned"), 16, "number"),
        (text("Owed"), 14, "number"),
        (text("Share"), 24, "picture"),
        *([(text("People"), 17, "number")] if facts.has_people else []),
    )
    blocks = [
        Block(rows=((name or facts.say(text("No township")), *_sums(facts, members)),))
        for name, members in facts.townships.items()
    ]
    total = Block(rows=((facts.say(text("All")), *_sums(facts, facts.villages)),), look="total")
    return Table(title=facts.say(text("Townships")), columns=columns, blocks=(*blocks, total))


def columns_of(facts: Facts, *asked: tuple[Text | str, float, str]) -> tuple[Column, ...]:
    """Return columns; the one of width 0 takes what the others leave."""
    rest = WIDTH - sum(width for _, width, _ in asked)
    return tuple(Column(facts.say(head), width or rest, look) for head, width, look in asked)


def _sums(facts: Facts, villages: Sequence[VillageCoverage]) -> tuple[Cell, ...]:
    states = [village.state for village in villages]
    asked, owed = (sum(getattr(village, name) for village in villages) for name in ("asked", "owed"))
    share = 1 - owed / asked if asked else None
    return (
        f"{len(villages):,}",
        *(f"{states.count(state):,}" for state in ("all", "some", "none")),
        f"{asked:,}",
        f"{sum(village.planned for village in villages):,}",
        f"{owed:,}",
        _share_bar(share),
        *([f"{sum(map(people, villages)):,}"] if facts.has_people else []),
    )


def _share_bar(share: float | None) -> Cell:
    """Return a bar that is full at 100 %, and the number beside it."""
    if share is None:
        return NO_VALUE
    svg = Markup(
        '<svg class="bar" viewBox="0 0 10 2.2" style="width:10mm"><rect class="room" width="10" height="2.2"/>'
        '<rect class="done" width="{:.2f}" height="2.2"/></svg> {}'
    )
    return svg.format(10 * share, percent(share))


def people_table(facts: Facts) -> Table:
    """Return whom the coverage concerns: villages, people and old people, as numbers and shares."""
    weights = [one, *([people] if facts.has_people else []), *([old_people] if facts.has_old_people else [])]
    heads = [text("Villages"), text("People"), text("Aged 65 and over")][: len(weights)]
    if facts.has_old_people and not facts.has_people:
        heads = [text("Villages"), text("Aged 65 and over")]
    columns = columns_of(facts, (text("Who is covered"), 0, ""), *((head, 32, "number") for head in heads))
    asked = [village for village in facts.villages if village.asked]

    def row(name: Text, values: Iterable[str]) -> Block:
        return Block(rows=((facts.say(name), *values),))

    def counts(name: Text, state: State) -> Block:
        chosen = [village for village in asked if village.state == state]
        return row(name, (_part(sum(map(w, chosen)), sum(map(w, asked))) for w in weights))

    def within(most: int) -> Iterator[float | None]:
        return (share_within(facts.villages, facts.minutes, most, w) for w in weights)

    share = text("Share of the visits asked, counted by villages and by people")
    blocks = (
        row(text("Where visits are asked"), (f"{sum(map(w, asked)):,}" for w in weights)),
        counts(text("Every visit asked is planned"), "all"),
        counts(text("Some visits are owed"), "some"),
        counts(text("No visit is planned"), "none"),
        row(share, (percent(weighted_share(asked, w)) for w in weights)),
        row(text("The same in the worst-served tenth"), (percent(worst_tenth(asked, w)) for w in weights)),
        *(row(_reach(most), map(percent, within(most))) for most in TOLD_REACHES),
    )
    return Table(title=facts.say(text("Coverage")), columns=columns, blocks=blocks)


def _reach(minutes: int) -> Text:
    if not minutes:
        return text("Live in a village that is visited")
    return text("At most {minutes} minutes by road from a visit", minutes=minutes)


def _part(part: int, whole: int) -> str:
    return f"{part:,} ({percent(part / whole)})" if whole else f"{part:,}"


def workload_table(facts: Facts) -> Table:
    """Return what each institution and each of its teams does, and the total of the county."""
    balance, shares = facts.problem.balance, _Shares(facts)
    notes = [facts.say(text("A visit by several teams together counts once for each of them."))]
    if facts.plan.meetings() == {}:
        notes = []
    if balance is not None and facts.figures["balance"] is not None:
        notes.append(facts.say(_band_note(balance, facts.figures["balance"]["mean_hours_per_day"])))
    columns = columns_of(
        facts,
        (text("Institution and team"), 0, ""),
        (text("Days out"), 15, "number"),
        (text("Days available"), 17, "number"),
        (text("Visits"), 16, "number"),
        (text("km"), 18, "number"),
        (text("Hours on duty"), 18, "number"),
        (text("Hours per available day"), 36, "picture"),
        *([(text("Of the mean"), 18, "number")] if balance else []),
    )
    teams = {team["id"]: team for team in facts.figures["teams"]}
    blocks: list[Block] = []
    for institution, members in _institutions(facts.problem).items():
        rows = [teams[team.id] for team in members]
        if institution and len(members) == 1:
            alone = f"{institution} · {members[0].name}"
            blocks.append(_work_block(shares, alone, members, rows, look="institution"))
            continue
        name = institution or facts.say(text("No institution"))
        if institution or len(_institutions(facts.problem)) > 1:
            blocks.append(_work_block(shares, name, members, rows, look="institution"))
        blocks += [_work_block(shares, team.name, [team], [teams[team.id]], look="team") for team in members]
    everyone = _work_block(shares, facts.say(text("All")), facts.problem.teams, list(teams.values()), look="total")
    return Table(title=facts.say(text("Workload")), notes=tuple(notes), columns=columns, blocks=(*blocks, everyone))


def _band_note(balance: Balance, mean: float) -> Text:
    return text(
        "Compared are {over}, by hours on duty for each day on which they could work: mean {mean}, "
        "allowed {low} to {high} (grey band); ▲ marks what lies outside.",
        over=text("institutions") if balance.scope == "institution" else text("teams"),
        mean=f"{mean:.1f}",
        low=f"{mean * (1 - balance.spread):.1f}",
        high=f"{mean * (1 + balance.spread):.1f}",
    )


def _institutions(problem: Problem) -> Mapping[str, list[Team]]:
    """Return the teams of each institution, by name; teams without one come last."""
    found: dict[str, list[Team]] = defaultdict(list)
    for team in problem.teams:
        found[team.institution].append(team)
    return dict(sorted(found.items(), key=lambda item: (not item[0], item[0])))


class _Shares:
    """The workload of teams and institutions against the mean, where that is asked; and the scale of the bars."""

    def __init__(self, facts: Facts) -> None:
        problem, balance, found = facts.problem, facts.problem.balance, facts.figures["balance"]
        self.days = {team.id: available_days(problem, team) for team in problem.teams}
        self.hours = {team["id"]: team["hours"] for team in facts.figures["teams"]}
        self.mean = found["mean_hours_per_day"] if found else 0.0
        self.balance = balance
        self.load_of: dict[str, tuple[tuple[str, ...], Load]] = {}
        if balance is not None:
            loads = zip(parties(problem, balance), loads_of(problem, balance, self.hours), strict=True)
            self.load_of = {team: (party.teams, load) for party, load in loads for team in party.teams}
        per_day = [self.hours[team] / days for team, days in self.days.items() if days]
        self.longest = max([*per_day, self.mean * (1 + (balance.spread if balance else 0)), 0.1])

    def cells(self, ids: tuple[str, ...]) -> tuple[Cell, ...]:
        """Return the bar of the teams together and, where balance is asked, their share of the mean."""
        load, days = self._compared(ids), sum(self.days[team] for team in ids)
        share = self._share(load) if load else NO_VALUE
        if not days:
            return NO_VALUE, *([share] if self.balance else [])
        per_day = load.hours_per_day if load else sum(self.hours[team] for team in ids) / days
        return self._bar(per_day, with_band=load is not None), *([share] if self.balance else [])

    def _compared(self, ids: tuple[str, ...]) -> Load | None:
        """Return the load of the one party that the teams are; of an institution, only teams that could come count."""
        found = {self.load_of[team][0]: self.load_of[team][1] for team in ids if team in self.load_of}
        inside = [load for teams, load in found.items() if set(teams) <= set(ids)]
        return inside[0] if len(found) == len(inside) == 1 else None

    def _share(self, load: Load) -> str:
        if not self.mean or self.balance is None:
            return NO_VALUE
        share = load.hours_per_day / self.mean
        is_outside = abs(share - 1) > self.balance.spread + 1e-9
        return f"{'▲ ' if is_outside else ''}{100 * share:.0f} %"

    def _bar(self, per_day: float, *, with_band: bool) -> Markup:
        scale = 22 / self.longest
        band = line = Markup("")
        if with_band and self.balance is not None:
            mean, spread = self.mean * scale, self.balance.spread
            band = Markup('<rect class="band" x="{:.2f}" width="{:.2f}" height="3"/>').format(
                mean * (1 - spread), 2 * mean * spread
            )
            line = Markup('<path class="mean" d="M{:.2f} 0v3"/>').format(mean)
        svg = Markup(
            '<svg class="bar" viewBox="0 0 24 3" style="width:24mm">{}<rect class="done" y="0.8" width="{:.2f}" '
            'height="1.4"/>{}</svg> {:.1f}'
        )
        return svg.format(band, per_day * scale, line, per_day)


def _work_block(shares: _Shares, name: str, teams: Sequence[Team], rows: Sequence[TeamFigures], *, look: str) -> Block:
    ids = tuple(team.id for team in teams)
    cells = (
        name,
        f"{sum(row['days'] for row in rows):,}",
        f"{sum(shares.days[team] for team in ids):,}",
        f"{sum(row['visits'] for row in rows):,}",
        f"{sum(row['km'] for row in rows):,.1f}",
        f"{sum(row['hours'] for row in rows):,.1f}",
        *shares.cells(ids),
    )
    return Block(rows=(cells,), look=look)


def owed_table(facts: Facts) -> Table:
    """Return the visits that the plan lists as owed, with why and what would help; equal ones together."""
    columns = columns_of(
        facts,
        (text("Village"), 32, ""),
        (text("What is asked"), 32, ""),
        (text("Due"), 25, ""),
        (text("Owed"), 12, "number"),
        (text("Why, and the smallest change that would serve it"), 0, ""),
    )
    found = owed_alike(facts.problem, facts.plan, facts.language)
    blocks = [
        *(block for alike in found if len(alike.due) == 1 for block in _owed_rows(facts, alike, alike.why)),
        *(block for alike in found if len(alike.due) > 1 for block in _owed_group(facts, alike)),
    ]
    unlisted = facts.figures["owed_visits"] - len(facts.plan.unserved)
    notes = [facts.say(text("{count} more are owed that the plan does not list.", count=unlisted))]
    title = text("Visits that are owed ({count})", count=facts.figures["owed_visits"])
    return Table(
        title=facts.say(title),
        notes=tuple(notes) if unlisted > 0 else (),
        columns=columns,
        blocks=tuple(blocks) or (nothing_block(facts, text("No visit is owed.")),),
    )


def _owed_group(facts: Facts, alike: OwedAlike) -> Iterator[Block]:
    """Yield the reason that several villages share, once, and a row for each of them."""
    head = text("{count} visits: {why}", count=alike.visits, why=alike.why)
    again = text("{count} visits, as on the page before", count=alike.visits)
    yield Block(rows=((facts.say(head),),), look="group", again=facts.say(again))
    yield from _owed_rows(facts, alike, facts.say(text("as above")))


def _owed_rows(facts: Facts, alike: OwedAlike, why: str) -> Iterator[Block]:
    for task, due in alike.due.items():
        site, rule = facts.problem.site_by_id[task.site_id], facts.problem.rule_by_task[task]
        called = f"{site.name} ({site.township})" if site.township else site.name
        stretches = dict.fromkeys(f"{days.first_day} – {days.last_day}" for days in due)
        yield Block(rows=((called, facts.say(rule.called), " ".join(stretches), f"{len(due):,}", why),))


def nothing_block(facts: Facts, sentence: Text) -> Block:
    """Return the one line of a table that has none."""
    return Block(rows=((facts.say(sentence),),), look="group")


def verdict(facts: Facts) -> str:
    """Return what the checker says, in the words of the screen."""
    broken = len(facts.evaluation.hard)
    good, bad = text("Checked: no hard rule is broken."), text("Checked: {count} hard rule violations.", count=broken)
    return facts.say(bad if broken else good)


def checker_table(facts: Facts) -> Table:
    """Return the verdict of the checker with every broken rule, those that forbid driving the plan first."""
    ordered = sorted(facts.evaluation.violations, key=lambda v: (not v.is_hard, v.rule, v.subject))
    columns = columns_of(facts, (text("Kind"), 20, ""), (text("Rule"), 56, ""), (text("What is wrong"), 0, ""))
    hard, soft = facts.say(text("hard rule")), facts.say(text("remark"))
    blocks = [
        Block(rows=((hard if v.is_hard else soft, facts.say(_rule_sentence(v.rule)), facts.say(v.sentence)),))
        for v in ordered
    ]
    return Table(
        title=facts.say(text("Checker")),
        notes=(verdict(facts),),
        columns=columns,
        blocks=tuple(blocks) or (nothing_block(facts, text("No rule is broken.")),),
    )


def _rule_sentence(name: str) -> Text | str:
    return RULES[name].sentence if name in RULES else name


def village_table(facts: Facts) -> Table:
    """Return every village once, by township, with a line for each of its rules."""
    has_before = any(rule.rule.last_visited for village in facts.villages for rule in village.rules)
    columns = columns_of(
        facts,
        ("", 7, "picture"),
        (text("Village"), 30, ""),
        *([(text("People"), 13, "number")] if facts.has_people else []),
        *([(text("65+"), 11, "number")] if facts.has_old_people else []),
        (text("Asked"), 11, "number"),
        (text("Planned"), 13, "number"),
        (text("Owed"), 10, "number"),
        (text("What is asked"), 0, ""),
        (text("Planned of asked"), 13, "number"),
        (text("Largest gap, days"), 15, "number"),
        *([(text("Last visit before"), 18, "number")] if has_before else []),
        (text("Last visit planned"), 18, "number"),
    )
    notes = (
        facts.say(
            text(
                "The largest gap is between visits of one rule, from the last visit before the plan where it is known; "
                "≥: a visit is owed and the wait goes on; ▲: longer than the rule allows."
            )
        ),
    )
    blocks = tuple(_village_blocks(facts, has_before=has_before))
    return Table(title=facts.say(text("Every village")), notes=notes, columns=columns, blocks=blocks)


def _village_blocks(facts: Facts, *, has_before: bool) -> Iterator[Block]:
    for township, members in facts.townships.items():
        name = township or facts.say(text("No township"))
        head = text(
            "{township}: {villages} villages, {planned} visits planned, {owed} owed",
            township=name,
            villages=len(members),
            planned=sum(village.planned for village in members),
            owed=sum(village.owed for village in members),
        )
        again = facts.say(text("{township} (continued)", township=name))
        yield Block(rows=((facts.say(head),),), look="group", again=again)
        for village in members:
            yield _village_block(facts, village, has_before=has_before)


def _people(count: int) -> str:
    """Return how many people there are; of a home, and where nobody has told, it is not known."""
    return f"{count:,}" if count else NO_VALUE


def _village_block(facts: Facts, village: VillageCoverage, *, has_before: bool) -> Block:
    site = village.site
    lead: tuple[Cell, ...] = (
        Markup(symbol(village.state)),  # our own drawing: no text in it
        site.name,
        *([_people(site.population)] if facts.has_people else []),
        *([_people(site.population_65)] if facts.has_old_people else []),
        f"{village.asked:,}",
        f"{village.planned:,}",
        f"{village.owed:,}",
    )
    rows = tuple(_rule_cells(facts, rule, has_before=has_before) for rule in village.rules)
    nothing = (facts.say(text("no rule")), *[NO_VALUE] * (4 if has_before else 3))
    return Block(lead=lead, rows=rows or (nothing,), look=f"is-{village.state}")


def _rule_cells(facts: Facts, rule: RuleCoverage, *, has_before: bool) -> tuple[Cell, ...]:
    gap = NO_VALUE
    if rule.gap_days is not None:
        gap = f"{'▲ ' if rule.is_gap_too_long else ''}{'≥ ' if rule.is_gap_open else ''}{rule.gap_days}"
    before = rule.rule.last_visited
    return (
        facts.say(rule.rule.called),
        f"{rule.planned} / {rule.asked}",
        gap,
        *([str(before) if before else NO_VALUE] if has_before else []),
        str(rule.last_planned) if rule.last_planned else NO_VALUE,
    )
