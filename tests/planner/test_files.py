"""A file name is absent, old and whole, or new and whole."""

from pathlib import Path

import pytest

from planner.files import remove_leftovers, staged_folder, write_whole


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


def test_leftovers_of_killed_processes_are_removed(tmp_path: Path) -> None:
    """What a kill -9 left behind goes with the next run."""
    (tmp_path / ".writing-abc").mkdir()
    (tmp_path / ".writing-def").write_text("half")
    (tmp_path / "plan.json").write_text("whole")
    remove_leftovers(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]
