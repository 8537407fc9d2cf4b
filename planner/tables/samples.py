"""The sample counties that come with xunzhen."""

from __future__ import annotations

import shutil
from pathlib import Path

from data import data_path
from planner.errors import InputError, Issue, Where
from planner.files import staged_folder
from planner.language import text


def sample_names() -> tuple[str, ...]:
    """Return the names of the sample counties, sorted."""
    return tuple(sorted(folder.name for folder in data_path("samples").iterdir() if (folder / "README.md").exists()))


def copy_sample(name: str, target: Path) -> None:
    """Copy a sample's files into a folder of its own; raises InputError for an unknown name or a folder in use."""
    if name not in sample_names():
        remedy = text("Choose one of {names}.", names=", ".join(sample_names()))
        raise InputError([Issue(Where(), text('There is no sample county "{name}".', name=name[:60]), remedy)])
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(
            [Issue(Where(str(target)), text("The folder is in use."), text("Give a new or empty folder."))]
        )
    with staged_folder(target) as stage:
        shutil.copytree(data_path("samples", name), stage, dirs_exist_ok=True)
