"""What a child may use: it reads what strangers sent, and searches with libraries that can run away."""

from __future__ import annotations

import os
import sys

MEMORY_BYTES = 6 * 2**30  # of addresses, which the compiled search and its threads reserve without using
FILE_BYTES = 512 * 2**20
FILES = 512
CPU_SECONDS = 4 * 3600
NICENESS = 10  # the API answers while searches run
# All that a child is told of its surroundings: no address of a database, no password.
KEPT = ("PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "TEMP", "TMP")


def surroundings() -> dict[str, str]:
    """Return the environment of a child."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def limit_this_process() -> None:
    """Bound memory, files and processor time of this process and of those it starts, and let others go first."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
    ):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))
    os.nice(NICENESS)
