"""What outsiders broke once: each must stay mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from planner.exporting import write_exports
from planner.files import staged_folder
from planner.language import _values
from planner.service import open_county
from tests.end_to_end.drawn_plan import open_napkin, plan_by_hand, write_plan
from tests.end_to_end.small_county import tables, write_county, xunzhen
from tests.end_to_end.test_languages import speak

POINT_LINE = '{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[110,29]]}}'
RING = '{"type":"Polygon","coordinates":[[[110,29],[110.1,29],[110.1,29.1]]]}'
OPEN_RING = f'{{"type":"Feature","properties":{{}},"geometry":{RING}}}'


def drawn(tmp_path: Path) -> tuple[Path, Path]:
    """Write the napkin county and a plan for it."""
    source = write_county(tmp_path / "in", tables())
    return source, write_plan(tmp_path / "plan.json", plan_by_hand(open_napkin(source)))


@pytest.mark.parametrize("command", ["pages", "export"])
def test_outputs_never_take_the_place_of_the_tables(tmp_path: Path, command: str) -> None:
    """Into the folder of the tables, or over a workbook that is called like an output: refused, nothing is written."""
    source, plan = drawn(tmp_path)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    refused = xunzhen(command, source, plan, "-o", source, "--lang", "en")
    assert refused.returncode == 2
    assert "folder of the tables" in refused.stderr
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before
    book = tmp_path / "out" / "circuits.xlsx"
    book.parent.mkdir()
    xunzhen("template", tmp_path / "circuits.xlsx", check=True)
    (tmp_path / "circuits.xlsx").rename(book)
    filled = book.read_bytes()
    assert xunzhen(command, book, plan, "-o", book.parent, "--lang", "en").returncode == 2
    assert book.read_bytes() == filled


def test_folder_of_sheets_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """What lies behind it is not ours to delete."""
    source, plan = drawn(tmp_path)
    theirs = tmp_path / "theirs" / "2025-01-01_001_mine.html"
    theirs.parent.mkdir()
    theirs.write_text("mine", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "crew").symlink_to(theirs.parent)
    assert xunzhen("pages", source, plan, "-o", tmp_path / "out", "--lang", "en").returncode == 2
    assert theirs.read_text("utf-8") == "mine"


def test_print_of_a_page_goes_when_the_page_is_written_anew(tmp_path: Path) -> None:
    """Else yesterday's PDF lies beside today's page under the same name."""
    source, plan = drawn(tmp_path)
    out = tmp_path / "out"
    xunzhen("pages", source, plan, "-o", out, "--lang", "en")
    sheet = sorted((out / "crew").glob("*.html"))[0]
    for page in (sheet, out / "summary.html", out / "crew" / "2020-01-06_001_gone.html"):
        page.with_suffix(".pdf").write_bytes(b"%PDF of another plan")
    (out / "crew" / "2020-01-06_001_gone.html").write_text("gone", encoding="utf-8")
    (out / "mine.pdf").write_bytes(b"not ours")
    xunzhen("pages", source, plan, "-o", out, "--lang", "en")
    assert sorted(path.name for path in out.rglob("*.pdf")) == ["mine.pdf"]


@pytest.mark.parametrize("name", ["rivers", "roads", "boundary"])
@pytest.mark.parametrize("feature", [POINT_LINE, OPEN_RING])
def test_shape_that_is_none_is_refused_with_its_file(tmp_path: Path, name: str, feature: str) -> None:
    """A line of one point and a ring that is not closed."""
    source = write_county(tmp_path / "in", tables(), with_roads=False)
    path = source / f"{name}.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}', encoding="utf-8")
    refused = xunzhen("plan", source, "-o", tmp_path / "out", "--rounds", "1", "--lang", "en")
    assert refused.returncode == 4
    assert f"{name}.geojson" in refused.stderr


def edit(plan: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Change a plan.json by hand."""
    document = json.loads(plan.read_text("utf-8"))
    change(document["plan"])
    plan.write_text(json.dumps(document), encoding="utf-8")
    return plan


def owe(plan: dict[str, Any], site: str, **relaxation: Any) -> None:
    """List a visit as owed."""
    owed = {"site_id": site, "rule_id": "weekly", "first_day": "2026-03-02", "last_day": "2026-03-08"}
    plan["unserved"] = [{**owed, "reason": "no_time_left", "details": [], "relaxation": relaxation or None}]


LENGTHEN = {"kind": "lengthen_shift", "team_id": "East", "field": "shift", "old": ["x"], "new": "y", "proof": "alone"}
ALLOW = {"kind": "allow_weekday", "field": "weekdays", "old": [0], "new": [99], "proof": "in_plan"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda plan: plan["circuits"][0].update(team_id="XX"), id="team"),
        pytest.param(lambda plan: owe(plan, "zz"), id="visit"),
        pytest.param(lambda plan: owe(plan, "east1", **LENGTHEN), id="shift"),
        pytest.param(lambda plan: owe(plan, "east1", **ALLOW), id="weekday"),
    ],
)
@pytest.mark.parametrize("command", ["check", "pages", "export"])
def test_plan_edited_by_hand_ends_in_a_sentence(
    tmp_path: Path, command: str, change: Callable[[dict[str, Any]], None]
) -> None:
    """Teams and visits of nobody, advice that means nothing: judged or refused, never a traceback."""
    source, plan = drawn(tmp_path)
    out = [] if command == "check" else ["-o", tmp_path / "out"]
    done = xunzhen(command, source, edit(plan, change), *out, "--lang", "en")  # fails on a traceback
    assert done.returncode in {0, 3, 4, 5}


def test_home_without_an_id_is_refused(tmp_path: Path) -> None:
    """It would go by its name in every file that is passed on."""
    sheets = tables()
    sheets["rules"].append({"id": "home", "name": "Home visit", "visits": 1, "per": "week", "announced": "no"})
    sheets["villages"][0] |= {"rule": "home"}
    named = write_county(tmp_path / "named", sheets)
    assert [site.id for site in open_county(named).problem.sites if site.is_home] == ["east1"]
    sheets["villages"] = [{key: cell for key, cell in row.items() if key != "id"} for row in sheets["villages"]]
    refused = xunzhen("plan", write_county(tmp_path / "in", sheets), "-o", tmp_path / "out", "--lang", "en")
    assert refused.returncode == 4
    assert "somebody's home" in refused.stderr
    assert "row 2" in refused.stderr


def test_cancelled_event_names_no_home_of_an_earlier_export(tmp_path: Path) -> None:
    """Written with contacts first, then without, the visit gone: the event is cancelled, and says nothing else."""
    sheets = tables()
    sheets["rules"].append({"id": "home", "name": "Home visit", "visits": 1, "per": "week", "announced": "no"})
    sheets["villages"][0] |= {"rule": "home", "name": "LISI home"}
    county = open_napkin(write_county(tmp_path / "in", sheets))
    now = datetime(2026, 2, 20, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
    plan = plan_by_hand(county)
    write_exports(county, plan, tmp_path / "out", "en", with_contacts=True, now=now)
    assert "LISI" in "".join(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.ics"))
    write_exports(county, plan_by_hand(county, offset=1), tmp_path / "out", "en", now=now)
    calendars = "".join(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.ics"))
    assert "LISI" not in calendars


def test_file_that_vouches_for_the_others_is_moved_last(tmp_path: Path) -> None:
    """And nothing is moved when a folder stands where a file is to go."""
    moved = list[str]()
    with staged_folder(tmp_path / "out", last="plan.json") as stage:
        for name in ("a.txt", "plan.json", "z.txt"):
            (stage / name).write_text(name, encoding="utf-8")
    moved = [path.name for path in sorted((tmp_path / "out").iterdir(), key=lambda path: path.stat().st_ctime_ns)]
    assert moved[-1] == "plan.json"
    (tmp_path / "in the way" / "b.txt").mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match=r"b\.txt"), staged_folder(tmp_path / "in the way") as stage:
        (stage / "a.txt").write_text("a", encoding="utf-8")
        (stage / "b.txt").write_text("b", encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "in the way").iterdir()) == ["b.txt"]


@pytest.mark.parametrize("said", ["{} {n}", "{n:{zzz}}", "{n!z}", "{n!r:>99999999}", "{n.__class__}", "{n", "{m}"])
def test_translation_that_writes_its_values_otherwise_is_none(said: str) -> None:
    """It would end in a traceback, or in a hundred megabytes of blanks."""
    assert _values(said) != _values("there are {n}")
    assert _values("il y en a {n}") == _values("there are {n}")


def test_broken_catalogues_leave_the_other_languages_alone(tmp_path: Path) -> None:
    """Bytes that are no text, a folder, a charset of nobody: English; and zh_TW takes nothing from zh."""
    more = tmp_path / "more"
    (more / "fr" / "folder.po").mkdir(parents=True)
    (more / "fr" / "latin.po").write_bytes('msgid "Week"\nmsgstr "Séjour"\n'.encode("latin-1"))
    (more / "fr" / "nobody.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=nonsense\\n"\n\nmsgid "Week"\nmsgstr "Semaine"\n', "utf-8"
    )
    (more / "zh_TW").mkdir()
    (more / "zh_TW" / "a.po").write_text('msgid "Week"\nmsgstr "週"\n', encoding="utf-8")
    english = "Language of messages"
    for language, word in (("fr", english), ("zh", "提示和页面的语言"), ("zh_tw", english)):
        shown = speak(more, "plan", "--lang", language, "--help")
        assert (shown.returncode, word in shown.stdout) == (0, True), shown.stdout
