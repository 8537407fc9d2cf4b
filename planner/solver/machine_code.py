"""Where the compiled search keeps its machine code, so that only the very first search on a machine waits for it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

MARK = "complete"
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
    """Return whether all machine code is there from an earlier search."""
    return (folder / MARK).exists()


def mark_compiled(folder: Path) -> None:
    """Note that all machine code is there."""
    (folder / MARK).touch()


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
