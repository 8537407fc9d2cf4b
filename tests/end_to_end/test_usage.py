"""What is asked of the command line: days as people write them, faults and help in the reader's language."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from planner import cli
from planner.language import catalogue
from planner.usage import UsageFaultError, parse_day
from tests.end_to_end.small_county import xunzhen


def usage(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> str:
    """Run the command line in this process; it must end with code 2. Return what the screen showed."""
    shown = io.StringIO()
    monkeypatch.setattr(cli, "screen", Console(file=shown, highlight=False, width=10_000))
    monkeypatch.setattr(sys, "argv", ["xunzhen", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == cli.ExitCode.USAGE
    return shown.getvalue().strip()


@pytest.mark.parametrize("written", ["2026-03-16", "2026/3/16", "2026.3.16", "2026年3月16日", "20260316"])
def test_first_day_is_read_as_the_tables_read_days(written: str) -> None:
    """What stands in a cell may stand behind --start."""
    assert parse_day(written) == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("written", "says"),
    [("3月16日", "请把年份也写上"), ("2026-02-30", "请按年-月-日填写"), ("1999-01-01", "2000-01-01 至 2100-12-31")],
)
def test_first_day_that_is_none_is_told_in_chinese(written: str, says: str) -> None:
    """The option, what was found and what to write."""
    with pytest.raises(UsageFaultError, match=r"^--start: expected a date") as caught:
        parse_day(written)
    said = caught.value.issue.in_language("zh")
    assert said.startswith("--start：应为")
    assert says in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("plan", "in", "-o", "{tmp}/out", "--start", "2026-02-30"),
            "--start：应为2000-01-01 至 2100",
        ),
        (("plan", "in", "-o", "{tmp}/file"), "file”是文件。请为计划和页面另给一个文件夹。"),
        (("plan", "in", "-o", "{tmp}/out", "--weeks", "99"), "--weeks：应为 1 至 53 的数。用法见选项 --help。"),
        (("plan", "in", "-o", "{tmp}/out", "--seconds", "soon"), "--seconds：应为 1 至 86400 的数。"),
        (("plan", "in"), "-o：未给出。用法见选项 --help。"),
        (("plan", "-o", "{tmp}/out"), "INPUT：未给出。"),
        (("plan", "in", "-o", "{tmp}/out", "--week", "1"), "--week：没有这个选项。"),
        (("template", "{tmp}/file"), "OUT.xlsx：“"),
        (("sample", "yixing"), "--out：未给出。请写明位置：-o 文件夹，或 -o 文件.xlsx。"),
        (("draw",), "命令无法识别："),
    ],
    ids=["day", "file", "range", "word", "no out", "no input", "option", "ending", "where to", "command"],
)
def test_usage_fault_is_told_in_chinese(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With code 2 and nothing written; what the library would say in English is said in our words."""
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    shown = usage(monkeypatch, *(part.format(tmp=tmp_path) for part in arguments), "--lang=zh")
    assert says in shown
    assert "Usage" not in shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "in"]


def helps(command: Any) -> Iterator[str]:
    """Yield every sentence of the help of a command and of those below it."""
    described = (command, *command.params, command.get_help_option(typer.Context(command)))
    yield from (one.help for one in described if getattr(one, "help", None))
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def test_every_sentence_of_the_help_has_its_chinese() -> None:
    """A new option without a Chinese line in the catalogue is noticed here."""
    assert not set(helps(typer.main.get_command(cli.app))) - catalogue("zh").keys()


def test_help_is_said_in_the_language_asked() -> None:
    """The frame of the help too; in English all is as the library has it."""
    shown = xunzhen("template", "--lang", "zh", "--help", check=True).stdout
    assert "供填写" in shown
    assert "选项" in shown
    shown = xunzhen("template", "--lang", "en", "--help", check=True).stdout
    assert "ready to fill in" in shown
    assert "Options" in shown


def test_bare_call_shows_the_help_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In Chinese as in English, with code 2."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert usage(monkeypatch) == ""
    assert capsys.readouterr().out.count("重新读取表格") == 1
