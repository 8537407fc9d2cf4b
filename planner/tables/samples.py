"""The sample counties that come with xunzhen."""

from __future__ import annotations

import shutil
from pathlib import Path

from data import data_path
from planner.errors import InputError, Issue, Where
from planner.files import staged_folder
from planner.language import text
from planner.tables.exports import copy_dataset


def sample_names() -> tuple[str, ...]:
    """Return the names of the sample counties, sorted."""
    return tuple(sorted(folder.name for folder in data_path("samples").iterdir() if (folder / "README.md").exists()))


def copy_sample(name: str, target: Path, language: str) -> None:
    """Copy a sample into a folder of its own, or into one workbook when the target ends in ``.xlsx``.

    Raises
    ------
    InputError
        For an unknown name, or a target that is already in use.
    """
    if name not in sample_names():
        remedy = text("Choose one of {names}.", names=", ".join(sample_names()))
        raise InputError([Issue(Where(), text('There is no sample county "{name}".', name=name[:60]), remedy)])
    in_use = target.exists() and (not target.is_dir() or any(target.iterdir()))
    if in_use:
        remedy = text("Give a new name, or an empty folder.")
        raise InputError([Issue(Where(str(target)), text("It exists already."), remedy)])
    if target.suffix.lower() == ".xlsx":
        copy_dataset(data_path("samples", name), target, language)
        return
    with staged_folder(target) as stage:
        shutil.copytree(data_path("samples", name), stage, dirs_exist_ok=True)
