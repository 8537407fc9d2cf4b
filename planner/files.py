"""Writing files so that a name is either absent, old and whole, or new and whole; never half."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX = ".writing-"
_OURS = re.compile(r"\.writing-[a-z0-9_]{8}(\.db)?")  # what ``tempfile`` makes of the prefix: other names are not ours
_ABANDONED_SECONDS = 86_400.0  # where there are no locks, age alone tells


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
    stage, handle = _claimed(lambda: Path(tempfile.mkdtemp(prefix=PREFIX, dir=target)))
    try:
        yield stage
        found = [path.relative_to(stage) for path in stage.rglob("*") if path.is_file()]
        for path in found:
            _refuse_obstacle(target, path)
        for path in sorted(found, key=lambda path: (path.name == last, path)):
            _move(stage / path, target / path)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        os.close(handle)
        if is_new and not any(target.iterdir()):
            target.rmdir()


def write_whole(path: Path, content: bytes) -> None:
    """Write one file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with file_beside(path) as beside:
        beside.write_bytes(content)
        _move(beside, path)


@contextmanager
def file_beside(path: Path, suffix: str = "") -> Iterator[Path]:
    """Yield a new file beside the place of another, for its owner only; it goes at the end unless it was moved."""
    beside, handle = _claimed(lambda: _new_file(path.parent, suffix))
    try:
        yield beside
    finally:
        beside.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def working_folder(prefix: str) -> Iterator[Path]:
    """Yield a folder among the temporary files of the machine; those that killed processes left there go first."""
    for leftover in Path(tempfile.gettempdir()).glob(prefix + "*"):
        if not leftover.is_symlink():
            _remove_unless_held(leftover)
    folder, handle = _claimed(lambda: Path(tempfile.mkdtemp(prefix=prefix)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def remove_leftovers(target: Path, *within: str) -> None:
    """Delete what killed processes left half-written in ``target`` and in its folders ``within``.

    Whoever writes holds a lock on it, which ends with the process: what somebody still writes is left alone, and so is
    everything that has a name of another kind or leads elsewhere by a link.
    """
    for folder in [target, *(target / name for name in within)]:
        if folder.is_symlink() and folder != target:
            continue
        for leftover in folder.glob(PREFIX + "*"):
            if _OURS.fullmatch(leftover.name) and not leftover.is_symlink():
                _remove_unless_held(leftover)


def _new_file(folder: Path, suffix: str) -> Path:
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=suffix, dir=folder)
    os.close(handle)
    return Path(name)


def _claimed(make: Callable[[], Path]) -> tuple[Path, int]:
    """Return a new file or folder and the handle that holds its lock; another one when somebody cleared it away."""
    while True:
        path = make()
        with suppress(FileNotFoundError):
            handle = _handle(path)
            with suppress(OSError):  # some network drives have no locks
                _lock(handle)
            if path.exists():
                return path, handle
            os.close(handle)


def _remove_unless_held(leftover: Path) -> None:
    with suppress(OSError):
        handle = _handle(leftover)
        try:
            if _is_held(handle, leftover):
                return
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)
        finally:
            os.close(handle)


if sys.platform == "win32":

    def _handle(path: Path) -> int:
        return os.open(os.devnull, os.O_RDONLY)  # folders have no handles here

    def _lock(handle: int) -> None:
        """Do nothing: there are no such locks."""

    def _is_held(handle: int, leftover: Path) -> bool:
        return _is_young(leftover)

else:

    def _handle(path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _is_held(handle: int, leftover: Path) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return _is_young(leftover)
        return False


def _is_young(leftover: Path) -> bool:
    return time.time() - leftover.stat().st_mtime < _ABANDONED_SECONDS


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
