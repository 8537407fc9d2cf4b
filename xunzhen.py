"""The front door: makes sure that the packages beside it are ours, then starts the command line.

``planner``, ``maps`` and ``data`` are names that other people use too. When one of theirs comes first on
Python's path, one sentence that says so is worth more than a traceback.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

OURS = ("planner", "maps", "data")


def strangers(home: Path) -> dict[str, str]:
    """Return the names that Python would take from somewhere else than ``home``, and from where."""
    found = {}
    for name in OURS:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            found[name] = str(origin or "nowhere")
    return found


def run() -> None:
    """Start ``xunzhen``; end with code 1 and one sentence when another package is in the way."""
    in_the_way = strangers(Path(__file__).resolve().parent)
    if in_the_way:
        places = ", ".join(f'"{name}" ({origin})' for name, origin in in_the_way.items())
        sys.stderr.write(
            f"xunzhen cannot start: Python finds another package instead of its own: {places}. "
            "Install xunzhen in a virtual environment of its own (pipx install xunzhen), and clear PYTHONPATH.\n"
        )
        sys.exit(1)
    try:
        from planner.cli import run as run_command_line  # noqa: PLC0415  only after the check above

        run_command_line()
    except KeyboardInterrupt:  # while modules were still being loaded
        sys.exit(130)


if __name__ == "__main__":
    run()
