"""Where the compiled search keeps its machine code, so that only the very first search on a machine waits for it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

MARK = "complete"  # its age is that of the last search
UNUSED_DAYS = 60  # 20 MB of an older version are kept as long
COMPILED = re.compile(r"^@(?:entry|compiled|apart)$", re.MULTILINE)  # the decorators whose functions are kept
NAME = re.compile(r"[0-9a-f]{16}")
FOLDER = Path(__file__).parent
SOURCES = (FOLDER / "instance.py", *sorted((FOLDER / "kernel").glob("*.py")))  # all that the machine code is made of


def choose_cache() -> Path:
    """Tell numba where to keep machine code, before it is imported, and return the folder.

    A folder of the user's own named after the sources, their place and their age (numba asks for all three): an
    installed program may not write beside itself, and code of another version must not be taken for this one's. One
    change anywhere and all is compiled anew: numba itself looks at the file of each function only, not at those of the
    functions it calls.
    """
    sources = b"".join(b"%s %d " % (os.fsencode(p), p.stat().st_mtime_ns) + p.read_bytes() for p in SOURCES)
    folder = _writable(hashlib.blake2b(sources, digest_size=8).hexdigest())
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return folder


def is_compiled(folder: Path) -> bool:
    """Return whether all machine code is there from an earlier search, and note that it is in use."""
    try:
        os.utime(folder / MARK)
    except FileNotFoundError:
        return False
    except OSError:  # somebody else's, or a disk that is not written to
        return (folder / MARK).exists()
    return True


def mark_compiled(folder: Path) -> None:
    """Note that all machine code is there, and remove that of versions no longer in use."""
    (folder / MARK).touch()
    remove_unused(folder)


def count_compiled(folder: Path) -> int:
    """Return how many functions have their machine code in the folder."""
    return sum(1 for _ in folder.glob("*/*.nbi"))


def count_functions() -> int:
    """Return how many functions are compiled in all."""
    return sum(len(COMPILED.findall(path.read_text("utf-8"))) for path in SOURCES)


def remove_unused(folder: Path) -> None:
    """Remove the folders beside this one that no search has used for 60 days; what cannot be removed stays."""
    if not NAME.fullmatch(folder.name):
        return  # one for this run only, among files of other programs
    oldest = time.time() - UNUSED_DAYS * 86_400
    with suppress(OSError):
        for other in sorted(folder.parent.iterdir()):
            is_ours = NAME.fullmatch(other.name) and other.is_dir() and not other.is_symlink()
            if is_ours and other != folder and _last_use(other) < oldest:
                shutil.rmtree(other, ignore_errors=True)


def _last_use(folder: Path) -> float:
    """Return when anything in a folder of machine code was last written or used; now where it cannot be told."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:
        return time.time()


def _writable(name: str) -> Path:
    """Return a folder that can be written to: the user's cache, else one for this start of the machine."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    for parent in (Path(home) / "xunzhen", Path(tempfile.gettempdir()) / f"xunzhen-{_user()}"):
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
            if folder.stat().st_uid == _user():  # nobody else's code is run
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="xunzhen-"))


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else Path.home().stat().st_uid
