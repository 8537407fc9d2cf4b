"""Compiling on a machine's first run: how far it is, what an interruption leaves, which old code goes."""

from __future__ import annotations

import io
import os
import subprocess
import time
from pathlib import Path

import pytest
from rich.console import Console

from planner.screen import SearchProgress
from planner.solver import machine_code
from planner.solver.first_run import compile_all
from planner.solver.machine_code import choose_cache, count_compiled, count_functions, is_compiled, mark_compiled

ROOT = Path(__file__).parents[3]
DAY = 86_400


def folder_of(parent: Path, name: str, *, unused_days: float, has_mark: bool = True) -> Path:
    """Make a folder of machine code that was used so many days ago."""
    folder = parent / name
    (folder / "kernel_1").mkdir(parents=True)
    files = [folder / "kernel_1" / "loop.nbi", *([folder / "complete"] if has_mark else [])]
    when = time.time() - unused_days * DAY
    for path in (*files, folder / "kernel_1", folder):
        if path in files:
            path.touch()
        os.utime(path, (when, when))
    return folder


def test_counter_ends_at_the_number_of_functions() -> None:
    """What is counted in the sources is what a whole search leaves in its folder: the counter tells no tale."""
    compile_all()
    assert count_compiled(choose_cache()) == count_functions() > 50


def test_screen_counts_functions_and_starts_the_clock_anew() -> None:
    """First what happens and how long about, then the counter; the seconds to search count from the end."""
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=200, color_system=None)
    with SearchProgress(console, 30.0, "zh") as bar:
        bar.compiling(3, 74)
        bar.tick()
        bar.compiling(12, 74)
        (task,) = bar._bar.tasks
        assert (task.completed, task.total) == (12, 74)
        assert "74 个函数中的第 12 个" in task.description
        bar.compiling(74, 74)
        assert (task.completed, task.total) == (0, 30.0)
    assert shown.getvalue().count("约一分钟，旧电脑或繁忙时要几分钟") == 1
    assert "搜索程序已编译好" in shown.getvalue()


def test_old_code_goes_when_new_code_is_whole(tmp_path: Path) -> None:
    """What no search used for 60 days, whole or half made; nothing newer, nothing of another name, not itself."""
    new = folder_of(tmp_path, "0" * 16, unused_days=70, has_mark=False)
    folder_of(tmp_path, "1" * 16, unused_days=61)
    folder_of(tmp_path, "2" * 16, unused_days=61, has_mark=False)
    folder_of(tmp_path, "3" * 16, unused_days=59)
    folder_of(tmp_path, "notes", unused_days=99)
    (tmp_path / ("4" * 16)).symlink_to(folder_of(tmp_path, "elsewhere", unused_days=99))
    mark_compiled(new)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0" * 16, "3" * 16, "4" * 16, "elsewhere", "notes"]


def test_code_of_one_run_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    """Where nothing lasting can be written, the folder lies among files of other programs."""
    folder_of(tmp_path, "1" * 16, unused_days=99)
    mark_compiled(folder_of(tmp_path, "xunzhen-abc", unused_days=0, has_mark=False))
    assert (tmp_path / ("1" * 16)).exists()


def test_use_keeps_code_young(tmp_path: Path) -> None:
    """A search asks whether all is compiled: that is the use that counts."""
    used = folder_of(tmp_path, "1" * 16, unused_days=99)
    assert is_compiled(used)
    mark_compiled(folder_of(tmp_path, "0" * 16, unused_days=0, has_mark=False))
    assert used.exists()


def test_code_that_cannot_be_removed_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that goes while it is looked at, or that is not to be read, stays out of the way."""
    folder_of(tmp_path, "1" * 16, unused_days=99)

    def gone(_: Path) -> float:
        raise OSError

    monkeypatch.setattr(machine_code, "_last_use", gone)
    mark_compiled(folder_of(tmp_path, "0" * 16, unused_days=0, has_mark=False))
    assert (tmp_path / ("1" * 16)).exists()


def test_interrupted_compiling_loses_nothing_that_was_installed(tmp_path: Path) -> None:
    """With everything installed, ``make`` compiles and does not set up again; both languages say what happens."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    asked = ["make", "-n", "PYTHON=python3", ".venv/.ready"]
    anew = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "venv --clear" in anew
    assert "正在准备 .venv" in anew
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".installed").touch()
    again = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "venv --clear" not in again
    assert "planner.solver.first_run" in again
