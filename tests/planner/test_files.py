"""A file name is absent, old and whole, or new and whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from planner.files import file_beside, remove_leftovers, staged_folder, working_folder, write_whole


def test_staged_files_take_their_names_together(tmp_path: Path) -> None:
    """Until the block ends, nothing has its final name."""
    with staged_folder(tmp_path / "out") as stage:
        (stage / "crew").mkdir()
        (stage / "crew" / "one.html").write_text("sheet")
        assert not (tmp_path / "out" / "crew").exists()
    assert (tmp_path / "out" / "crew" / "one.html").read_text() == "sheet"
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["crew"]


def test_failed_block_leaves_the_old_files(tmp_path: Path) -> None:
    """An error half-way keeps yesterday's plan and leaves no debris."""
    (tmp_path / "plan.json").write_text("old")
    with pytest.raises(RuntimeError, match="half-way"), staged_folder(tmp_path) as stage:
        (stage / "plan.json").write_text("new")
        raise RuntimeError("half-way")
    assert (tmp_path / "plan.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_failed_block_removes_the_folder_it_made(tmp_path: Path) -> None:
    """A refused input writes nothing, not even an empty folder."""
    with pytest.raises(RuntimeError, match="early"), staged_folder(tmp_path / "out"):
        raise RuntimeError("early")
    assert not (tmp_path / "out").exists()


def test_write_whole_replaces_the_file(tmp_path: Path) -> None:
    """One file, old or new."""
    write_whole(tmp_path / "a.txt", b"one")
    write_whole(tmp_path / "a.txt", b"two")
    assert (tmp_path / "a.txt").read_bytes() == b"two"
    assert len(list(tmp_path.iterdir())) == 1


def left_by_a_killed_process(what: str) -> None:
    """Run some lines that write and then wait, and kill the process (-9) once it has said that it waits."""
    lines = "import time\nfrom pathlib import Path\nfrom planner.files import *\n" + what
    writer = subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"waiting\n"
    writer.kill()
    writer.wait()
    writer.stdout.close()


WAIT = "print('waiting', flush=True); time.sleep(60)"


@pytest.mark.skipif(sys.platform == "win32", reason="locks of another kind: there age tells what is left over")
def test_leftovers_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """A folder and files that a kill -9 left half-written, in subfolders too, go with the next run."""
    crew = tmp_path / "crew"
    crew.mkdir()
    (tmp_path / "plan.json").write_text("whole")
    for what in (
        f"with staged_folder(Path({str(tmp_path)!r})) as stage:\n    (stage / 'half').touch()\n    {WAIT}",
        f"with file_beside(Path({str(crew / 'a.pdf')!r})) as half:\n    half.write_bytes(b'%PDF')\n    {WAIT}",
    ):
        left_by_a_killed_process(what)
    assert len(list(tmp_path.rglob(".writing-*"))) == 2
    remove_leftovers(tmp_path, "crew", "notices")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["crew", "plan.json"]


def test_what_somebody_still_writes_is_left_alone(tmp_path: Path) -> None:
    """Two programs write into one folder: neither takes the half-written files of the other for leftovers."""
    with staged_folder(tmp_path) as stage, file_beside(tmp_path / "a.pdf") as half:
        (stage / "plan.json").write_text("new")
        remove_leftovers(tmp_path)
        assert half.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_files_of_others_are_no_leftovers(tmp_path: Path) -> None:
    """A file that somebody called ".writing-tips.md", and whatever a link leads to, stays."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / ".writing-abcdefgh").mkdir(parents=True)
    out = tmp_path / "out"
    out.mkdir()
    (out / ".writing-tips.md").write_text("begin early")
    (out / ".writing-12345678").symlink_to(elsewhere, target_is_directory=True)
    (out / "crew").symlink_to(elsewhere, target_is_directory=True)
    before = sorted(tmp_path.rglob("*"))
    remove_leftovers(out, "crew")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="locks of another kind: there age tells what is left over")
def test_pages_half_printed_are_removed_by_the_next_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages have names in them; those among the temporary files of a print that was killed do not stay there."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    left_by_a_killed_process(
        f"with working_folder('xunzhen-print-') as work:\n    (work / 'page.pdf').touch()\n    {WAIT}"
    )
    assert len(list(tmp_path.rglob("page.pdf"))) == 1
    with working_folder("xunzhen-print-") as own, working_folder("xunzhen-print-") as other:
        assert {own, other} == set(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
