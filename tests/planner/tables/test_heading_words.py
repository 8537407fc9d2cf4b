"""Where a sentence names a column or a sheet, it has the heading of the template in the reader's language."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from planner.errors import ModelError
from planner.language import Text, catalogue, say
from planner.model import ObjectiveWeights
from planner.rules import VisitRule
from planner.tables.columns import SETTINGS, SHEETS
from planner.tables.setting_columns import WEIGHT_BY_PRICE

COLUMNS = [*(column for sheet in SHEETS for column in sheet.columns), *SETTINGS]
VALUE, NAME = re.compile(r"\{[^}]*\}"), re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")


def headings() -> dict[str, set[str]]:
    """Return the Chinese headings of each column's name; several sheets may have one of the same name."""
    found: dict[str, set[str]] = defaultdict(set)
    for column in COLUMNS:
        found[column.name].add(column.zh)
    return found


def test_chinese_sentences_name_columns_as_the_template_does() -> None:
    """Wherever the English names a column such as min_gap_days, the Chinese has its Chinese heading."""
    known = headings()
    assert [
        (name, chinese)
        for english, chinese in catalogue("zh").items()
        for name in set(NAME.findall(VALUE.sub("", english))) & set(known)
        if not any(heading in chinese for heading in known[name])
    ] == []


REFUSED = (
    "visits every min_gap_days max_gap_days load priority setup_minutes tail_minutes population population_65 "
    "capacity_per_day max_stops_per_day nights_away trips_per_day resupply_minutes road_class geometry"
)


@pytest.mark.parametrize("name", REFUSED.split())
def test_value_that_is_refused_is_called_by_its_heading(name: str) -> None:
    """The model knows its fields by the names of the English columns; in Chinese they have the Chinese headings."""
    assert say(Text(name), "zh") in headings()[name]


def test_price_that_is_refused_is_called_by_its_heading() -> None:
    """The settings call prices otherwise than the model does."""
    known = headings()
    assert {say(Text(weight), "zh") for weight in WEIGHT_BY_PRICE.values()} == {
        heading for price in WEIGHT_BY_PRICE for heading in known[price]
    }


def test_sentence_of_a_refused_value_has_no_machine_key_in_chinese() -> None:
    """Priority 9 and a negative price: heading and sentence are Chinese."""
    with pytest.raises(ModelError, match="priority") as refused:
        VisitRule(id="weekly", priority=9)
    with pytest.raises(ModelError, match="per_km") as price:
        ObjectiveWeights(per_km=-1)
    said = say(refused.value.problem, "zh") + say(price.value.problem, "zh")
    assert "优先级" in said
    assert "每公里价格" in said
    assert re.search("[a-z]_[a-z]|priority", said) is None
