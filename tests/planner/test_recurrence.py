"""What rules ask, on which days, how far apart, and for what there is no room."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from data import data_path
from planner.errors import ModelError
from planner.model import Horizon
from planner.recurrence import (
    Shortfall,
    count_patterns,
    fixed_weekdays,
    iter_patterns,
    patterns,
    possible_quotas,
    quotas,
    room,
    rule_days,
)
from planner.rules import NthWeekday, VisitRule
from tests.builders import MONDAY, day, weekly

FOUR_WEEKS = Horizon(start=MONDAY, days=28)  # Monday 2026-03-02 to Sunday 2026-03-29
MID_MARCH = Horizon(start=date(2026, 3, 18), days=28)  # 14 days of March, 14 of April


def asked(rule: VisitRule, horizon: Horizon = FOUR_WEEKS) -> list[tuple[str, str, int]]:
    """Return the quotas as (month-day, month-day, visits)."""
    return [(f"{q.first_day:%m-%d}", f"{q.last_day:%m-%d}", q.visits) for q in quotas(rule, horizon)]


def workdays(horizon: Horizon = FOUR_WEEKS, *, without: tuple[date, ...] = ()) -> list[date]:
    """Return Monday to Friday, except the days given."""
    return [d for d in horizon.dates if d.weekday() < 5 and d not in without]


def offsets(rule: VisitRule, open_days: list[date], horizon: Horizon = FOUR_WEEKS) -> list[tuple[int, ...]]:
    """Return every pattern as days after the first Monday."""
    return [tuple((d - MONDAY).days for d in p.days) for p in iter_patterns(rule, horizon, open_days)]


def missing(shortfalls: tuple[Shortfall, ...]) -> list[tuple[str, int, str]]:
    """Return the shortfalls as (first day, visits, reason)."""
    return [(f"{s.quota.first_day:%m-%d}", s.missing, s.reason) for s in shortfalls]


# --- how many, and where ---


def test_weekly_visits_are_asked_in_each_week() -> None:
    """Two a week over four whole weeks: four quotas of two."""
    weeks = [("03-02", "03-08", 2), ("03-09", "03-15", 2), ("03-16", "03-22", 2), ("03-23", "03-29", 2)]
    assert asked(weekly(visits=2)) == weeks


def test_cut_weeks_ask_their_share_of_days() -> None:
    """From a Wednesday: 5 of 7 days of two visits are 1.43, with 2 of 7 days at the end 2.0 in all."""
    found = asked(weekly(visits=2), MID_MARCH)
    assert [visits for _, _, visits in found] == [1, 2, 2, 2, 1]
    assert found[0][:2] == ("03-18", "03-22")
    assert found[-1][:2] == ("04-13", "04-14")


def test_monthly_visit_of_two_half_months_is_not_lost() -> None:
    """14/31 + 14/30 = 0.918: 0 in March, and the running total asks 1 in April."""
    assert asked(weekly(per="month"), MID_MARCH) == [("04-01", "04-14", 1)]


def test_whole_month_asks_all_its_visits() -> None:
    """April lies wholly inside; two days of March and of May ask nothing."""
    horizon = Horizon(start=date(2026, 3, 30), days=34)
    assert asked(weekly(per="month", visits=3), horizon) == [("04-01", "04-30", 3)]


def test_every_two_months_counts_from_january() -> None:
    """March and April are one block of 61 days, May and June the next."""
    horizon = Horizon(start=date(2026, 3, 1), days=122)
    assert asked(weekly(per="month", every=2), horizon) == [("03-01", "04-30", 1), ("05-01", "06-30", 1)]


def test_quarter_follows_the_calendar() -> None:
    """The second quarter runs from April to June."""
    horizon = Horizon(start=date(2026, 4, 1), days=91)
    assert asked(weekly(per="quarter", visits=2), horizon) == [("04-01", "06-30", 2)]


def test_short_horizon_of_a_quarterly_visit_asks_nothing() -> None:
    """28 of 90 days are 0.31 of a visit."""
    assert asked(weekly(per="quarter")) == []


def test_quarterly_visit_is_asked_when_it_falls_due() -> None:
    """Visited on 2025-12-20 and due one quarter (92 days) later, on 22 March: one visit, anywhere."""
    due = weekly(per="quarter", last_visited=date(2025, 12, 20))
    assert asked(due) == [("03-02", "03-29", 1)]


def test_quarterly_visit_is_not_asked_before_it_falls_due() -> None:
    """Visited on 2025-12-30: due on 1 April, after the horizon."""
    assert asked(weekly(per="quarter", last_visited=date(2025, 12, 30))) == []


def test_maximum_gap_makes_a_visit_due_earlier() -> None:
    """Visited on 2025-12-30 and at most 80 days apart: due on 20 March."""
    rule = weekly(per="quarter", last_visited=date(2025, 12, 30), max_gap_days=80)
    assert asked(rule) == [("03-02", "03-29", 1)]


def test_horizon_asks_its_visits_once() -> None:
    """``every`` has no meaning for the horizon."""
    assert asked(weekly(per="horizon", visits=5, every=3)) == [("03-02", "03-29", 5)]


def test_every_other_week_counts_from_the_first_week() -> None:
    """Without a last visit the first block begins with the horizon."""
    assert asked(weekly(every=2)) == [("03-02", "03-15", 1), ("03-16", "03-29", 1)]


def test_every_other_week_keeps_the_phase_of_the_last_visit() -> None:
    """Visited in the week before: that block still covers the first week, the next begins on 9 March."""
    rule = weekly(every=2, last_visited=date(2026, 2, 25))
    assert asked(rule) == [("03-09", "03-22", 1), ("03-23", "03-29", 1)]


def test_every_third_week_keeps_the_phase_of_a_visit_long_ago() -> None:
    """Blocks of three weeks from Monday 2025-12-29 begin on 9 February, 2 and 23 March; the last third asks 0.33."""
    rule = weekly(every=3, last_visited=date(2026, 1, 1))
    assert asked(rule) == [("03-02", "03-22", 1)]


def test_visit_made_counts_for_its_month() -> None:
    """Visited on 3 March: the rest of March asks nothing; the next falls due on 3 April."""
    rule = weekly(per="month", last_visited=date(2026, 3, 3))
    assert asked(rule, Horizon(start=date(2026, 3, 9), days=21)) == []
    assert asked(rule, MID_MARCH) == [("03-18", "04-14", 1)]


def test_visit_made_counts_once_for_its_week() -> None:
    """Two a week, one made on Monday: the rest of that week asks the other."""
    rule = weekly(visits=2, last_visited=MONDAY)
    assert asked(rule, Horizon(start=day(1), days=6)) == [("03-03", "03-08", 1)]


def test_nth_weekday_asks_that_day() -> None:
    """The second Tuesday and the last Friday of March 2026 are the 10th and the 27th."""
    rule = weekly(nth_weekdays=(NthWeekday(nth=2, weekday=1), NthWeekday(nth=-1, weekday=4)))
    assert asked(rule) == [("03-10", "03-10", 1), ("03-27", "03-27", 1)]


def test_fifth_weekday_that_does_not_exist_asks_nothing() -> None:
    """March 2026 has five Mondays (the 30th), April four (the last is the 27th)."""
    horizon = Horizon(start=date(2026, 3, 1), days=61)
    assert asked(weekly(nth_weekdays=(NthWeekday(nth=5, weekday=0),)), horizon) == [("03-30", "03-30", 1)]


def test_fourth_and_last_weekday_that_coincide_ask_one_visit() -> None:
    """The fourth Monday of April 2026 is its last."""
    rule = weekly(nth_weekdays=(NthWeekday(nth=4, weekday=0), NthWeekday(nth=-1, weekday=0)))
    assert asked(rule, Horizon(start=date(2026, 4, 1), days=30)) == [("04-27", "04-27", 1)]


def test_dates_outside_the_horizon_ask_nothing() -> None:
    """Of three dates one lies inside."""
    rule = weekly(dates=(date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 30)))
    assert asked(rule) == [("03-05", "03-05", 1)]


def test_dates_with_weekday_combinations_are_refused() -> None:
    """A rule names its days in one way."""
    with pytest.raises(ModelError, match="give only one of dates, nth weekdays and weekday combinations"):
        weekly(dates=(MONDAY,), weekday_sets=(frozenset({0}),))


# --- on which days ---


def test_rule_days_keep_the_allowed_weekdays() -> None:
    """Tuesdays and Fridays of four weeks: eight days."""
    found = rule_days(weekly(weekdays=frozenset({1, 4})), FOUR_WEEKS)
    assert [(d - MONDAY).days for d in found] == [1, 4, 8, 11, 15, 18, 22, 25]


def test_named_day_on_a_weekday_not_allowed_is_a_shortfall() -> None:
    """Every condition holds: a date on a Thursday and a rule for Mondays leave no day."""
    rule = weekly(dates=(day(3),), weekdays=frozenset({0}))
    assert missing(room(rule, FOUR_WEEKS, workdays())) == [("03-05", 1, "no_working_day")]


def test_weekday_sets_never_mix() -> None:
    """Monday and Thursday, or Tuesday and Friday; in a week without Tuesday only the first is left."""
    rule = weekly(visits=2, weekday_sets=(frozenset({0, 3}), frozenset({1, 4})))
    two_weeks = Horizon(start=MONDAY, days=14)
    found = offsets(rule, workdays(two_weeks, without=(day(8),)), two_weeks)
    assert found == [(0, 3, 7, 10), (1, 4, 7, 10)]


def test_weekday_sets_in_a_cut_week_ask_part_of_one_set() -> None:
    """From Thursday on one of two visits is asked: a Thursday or a Friday, each once."""
    rule = weekly(visits=2, weekday_sets=(frozenset({0, 3}), frozenset({1, 3}), frozenset({1, 4})))
    assert offsets(rule, [day(3), day(4)], Horizon(start=day(3), days=4)) == [(3,), (4,)]


def test_same_weekday_keeps_one_weekday_in_all_weeks() -> None:
    """Five weekdays, five patterns over four weeks."""
    expected = [tuple(k + 7 * week for week in range(4)) for k in range(5)]
    assert offsets(weekly(same_weekday=True), workdays()) == expected


def test_same_weekday_with_two_visits_keeps_two_weekdays() -> None:
    """Ten pairs of weekdays."""
    assert count_patterns(weekly(visits=2, same_weekday=True), FOUR_WEEKS, workdays()) == 10


def test_same_weekday_avoids_the_weekday_of_a_holiday() -> None:
    """The third Tuesday is a holiday: the site gets another weekday, in all weeks."""
    found = offsets(weekly(same_weekday=True), workdays(without=(day(15),)))
    assert [pattern[0] for pattern in found] == [0, 2, 3, 4]


def test_same_weekday_visit_on_a_holiday_is_missing_not_moved() -> None:
    """Only Tuesday suits the rule and the third is a holiday: that visit is missing, the others stay."""
    rule = weekly(same_weekday=True, weekdays=frozenset({1}))
    open_days = workdays(without=(day(15),))
    assert offsets(rule, open_days) == []
    assert missing(room(rule, FOUR_WEEKS, open_days)) == [("03-16", 1, "no_working_day")]
    possible = possible_quotas(rule, FOUR_WEEKS, open_days)
    found = patterns(rule, FOUR_WEEKS, open_days, asked=possible)
    assert [p.days for p in found.patterns] == [(day(1), day(8), day(22))]


@pytest.mark.parametrize(
    ("changes", "weekdays"),
    [
        ({"visits": 2}, 2),
        ({"visits": 2, "every": 2}, 1),
        ({"visits": 4, "per": "month"}, 1),
        ({"visits": 5, "per": "month"}, 2),
        ({"visits": 13, "per": "quarter"}, 1),
        ({"visits": 9, "per": "horizon"}, 3),
    ],
    ids=str,
)
def test_fixed_weekdays_are_as_few_as_suffice(changes: dict[str, object], weekdays: int) -> None:
    """A month has four weeks for sure, a quarter thirteen, this horizon four."""
    assert fixed_weekdays(weekly(same_weekday=True, **changes), FOUR_WEEKS) == weekdays


# --- how far apart ---


def test_min_gap_counts_calendar_days_across_weeks() -> None:
    """Once a week, 10 days apart at least, in two weeks: Monday with Thursday or Friday, Tuesday with Friday."""
    two_weeks = Horizon(start=MONDAY, days=14)
    rule = weekly(min_gap_days=10)
    assert offsets(rule, workdays(two_weeks), two_weeks) == [(0, 10), (0, 11), (1, 11)]


def test_max_gap_counts_calendar_days_across_weeks() -> None:
    """Once a week, at most 4 days apart: Thursday to Monday, Friday to Monday or Tuesday."""
    two_weeks = Horizon(start=MONDAY, days=14)
    rule = weekly(max_gap_days=4)
    assert offsets(rule, workdays(two_weeks), two_weeks) == [(3, 7), (4, 7), (4, 8)]


def test_gaps_count_from_the_last_visit() -> None:
    """Visited on Friday 27 February; 5 to 6 days later is Wednesday or Thursday."""
    week = Horizon(start=MONDAY, days=7)
    rule = weekly(min_gap_days=5, max_gap_days=6, last_visited=date(2026, 2, 27))
    assert offsets(rule, workdays(week), week) == [(2,), (3,)]


def test_maximum_that_was_over_before_the_horizon_binds_nothing() -> None:
    """Visited on 20 February with at most 7 days: nobody can keep that in March; any day will do."""
    week = Horizon(start=MONDAY, days=7)
    rule = weekly(max_gap_days=7, last_visited=date(2026, 2, 20))
    assert offsets(rule, workdays(week), week) == [(0,), (1,), (2,), (3,), (4,)]


def test_maximum_that_ends_in_closed_days_is_a_gap_conflict() -> None:
    """Due by Tuesday, but the village opens on Wednesday: the visit is missing, and the reason is the gap."""
    week = Horizon(start=MONDAY, days=7)
    rule = weekly(max_gap_days=6, last_visited=date(2026, 2, 25))
    assert missing(room(rule, week, workdays(without=(day(0), day(1))))) == [("03-02", 1, "gap_conflict")]


def test_missed_week_excuses_the_gap_across_it() -> None:
    """With the second week closed, Friday to Monday is 17 days; the other visits stay possible."""
    closed = tuple(day(k) for k in range(7, 14))
    rule = weekly(max_gap_days=8, weekdays=frozenset({4}))
    assert missing(room(rule, FOUR_WEEKS, workdays(without=closed))) == [("03-09", 1, "no_working_day")]


def test_missed_visit_excuses_the_gaps_of_its_own_quota() -> None:
    """Three visits at most 4 days apart, and two open days 10 apart: both are kept, one is missing."""
    rule = weekly(visits=3, per="horizon", max_gap_days=4)
    possible = possible_quotas(rule, FOUR_WEEKS, [day(0), day(10)])
    found = patterns(rule, FOUR_WEEKS, [day(0), day(10)], asked=possible)
    assert [p.days for p in found.patterns] == [(day(0), day(10))]


# --- lists, counts and room ---


def test_patterns_come_in_date_order_and_lazily() -> None:
    """Twice a week for 20 weeks has 10^20 patterns; the first three come at once."""
    horizon = Horizon(start=MONDAY, days=140)
    found = patterns(weekly(visits=2), horizon, workdays(horizon), limit=3)
    tails = [[(d - day(133)).days for d in p.days[-2:]] for p in found.patterns]
    assert tails == [[0, 1], [0, 2], [0, 3]]
    assert not found.is_complete


def test_count_is_exact_for_long_horizons() -> None:
    """Ten pairs of weekdays in each of 20 weeks."""
    horizon = Horizon(start=MONDAY, days=140)
    assert count_patterns(weekly(visits=2), horizon, workdays(horizon)) == 10**20


def test_list_that_holds_everything_is_complete() -> None:
    """Five weekdays, limit five."""
    week = Horizon(start=MONDAY, days=7)
    assert patterns(weekly(), week, workdays(week), limit=5).is_complete
    assert not patterns(weekly(), week, workdays(week), limit=4).is_complete


def test_rule_that_asks_nothing_has_one_empty_pattern() -> None:
    """No visit is a way, the only one, to make no visit."""
    assert offsets(weekly(per="quarter"), workdays()) == [()]
    assert count_patterns(weekly(per="quarter"), FOUR_WEEKS, workdays()) == 1


def test_room_is_complete_when_a_pattern_exists() -> None:
    """Nothing is missing in plain weeks."""
    assert room(weekly(visits=2, min_gap_days=3), FOUR_WEEKS, workdays()) == ()


def test_room_names_closed_weeks() -> None:
    """A week with one open day has room for one of two visits."""
    open_days = workdays(without=tuple(day(k) for k in range(7, 11)))
    assert missing(room(weekly(visits=2), FOUR_WEEKS, open_days)) == [("03-09", 1, "no_working_day")]


def test_room_tells_closed_days_and_gaps_apart() -> None:
    """Four visits asked in a week with three open days, Monday to Wednesday, two days apart: one of each."""
    week = Horizon(start=MONDAY, days=7)
    found = room(weekly(visits=4, min_gap_days=2), week, [day(0), day(1), day(2)])
    assert missing(found) == [("03-02", 1, "no_working_day"), ("03-02", 1, "gap_conflict")]


def test_room_of_no_open_day_misses_everything() -> None:
    """Closed all month."""
    found = room(weekly(visits=2), FOUR_WEEKS, [])
    assert [s.missing for s in found] == [2, 2, 2, 2]


def test_room_keeps_early_visits_when_two_weeks_compete() -> None:
    """Friday and the Monday after are too near: the earlier week is served."""
    two_weeks = Horizon(start=MONDAY, days=14)
    found = room(weekly(min_gap_days=5), two_weeks, [day(4), day(7)])
    assert missing(found) == [("03-09", 1, "gap_conflict")]


def test_last_visit_at_the_edge_of_the_calendar_is_harmless() -> None:
    """A mistyped year neither crashes nor opens days before it."""
    assert asked(weekly(last_visited=date(1, 1, 1), per="quarter")) == [("03-02", "03-29", 1)]
    late = weekly(last_visited=date(9999, 12, 31))
    assert [s.missing for s in room(late, FOUR_WEEKS, workdays())] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("preset", "yearly"),
    [("CN.csv", {"county": 4, "township": 12, "village": 52}), ("WHO-RED.csv", {"red": 4})],
    ids=["CN", "WHO-RED"],
)
def test_presets_ask_the_visits_their_source_names(preset: str, yearly: dict[str, int]) -> None:
    """Quarterly, monthly and weekly by the Chinese rule; four contacts a year by the WHO's. 2026 has 52.14 weeks."""
    with data_path("rules", preset).open(encoding="utf-8-sig", newline="") as file:
        rows = [{name.split("(")[1].rstrip(")"): cell for name, cell in row.items()} for row in csv.DictReader(file)]
    year = Horizon(start=date(2026, 1, 1), days=365)
    found = {}
    for row in rows:
        rule = VisitRule(
            id=row["id"],
            visits=int(row["visits"]),
            per={"季度": "quarter", "月": "month", "周": "week"}.get(row["per"], row["per"]),  # type: ignore[arg-type]
            min_gap_days=int(row["min_gap_days"]),
        )
        found[row["id"]] = sum(q.visits for q in quotas(rule, year))
        assert room(rule, year, [year.start + timedelta(days=k) for k in range(365)]) == ()
    assert found == yearly
