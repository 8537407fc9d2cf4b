"""``python -m planner.tables.generate NAME OUT`` writes a sample county into a folder."""

import argparse
from importlib import import_module
from pathlib import Path

from planner.tables.generate import generate_county, write_county

NAMES = ("bishan", "daoxian", "qinyuan", "sangzhi", "yixing")


def main() -> None:
    """Generate the county named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m planner.tables.generate", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    spec = import_module(f"planner.tables.generate.counties.{asked.name}").SPEC
    write_county(generate_county(spec), asked.out)


if __name__ == "__main__":
    main()
