"""Writing files so that a name is either absent, old and whole, or new and whole; never half."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process is writing into the folder, and keep others out while the block runs.

    The lock is on the folder itself and ends with the process. Where there are no locks the block runs all the same.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives have none
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def staged_folder(target: Path, last: str = "") -> Iterator[Path]:
    """Yield an empty folder; when the block ends well, move every file in it to the same place under ``target``.

    Each file is flushed to the disk before it takes its name, and ``last`` (or what sorts last) takes its own last: a
    process that is killed leaves whole files, and the old one of that name while any other is old. When the block
    fails, or a folder or a file is in the way of one that is to be moved, nothing is moved.
    """
    is_new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".writing-", dir=target))
    try:
        yield stage
        found = [path.relative_to(stage) for path in stage.rglob("*") if path.is_file()]
        for path in found:
            _refuse_obstacle(target, path)
        for path in sorted(found, key=lambda path: (path.name == last, path)):
            _move(stage / path, target / path)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if is_new and not any(target.iterdir()):
            target.rmdir()


def write_whole(path: Path, content: bytes) -> None:
    """Write one file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        _move(Path(name), path)
    finally:
        Path(name).unlink(missing_ok=True)


def remove_leftovers(target: Path) -> None:
    """Delete the staging folders that killed processes left in ``target``."""
    for leftover in target.glob(".writing-*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _refuse_obstacle(target: Path, path: Path) -> None:
    """Raise OSError when a folder stands where the file is to go, or a file where its folder is to be."""
    if (target / path).is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target / path))
    for folder in [target / parent for parent in path.parents]:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.chmod(0o644)
    source.replace(target)
