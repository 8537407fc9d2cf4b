"""The sample counties that come with xunzhen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from data import data_path
from planner.errors import InputError, Issue, Where
from planner.files import remove_leftovers, staged_folder
from planner.language import say, text
from planner.tables.exports import copy_dataset

ABOUT = {
    "bishan": text("vaccination: doses a day, observation time, two mobile teams and a vehicle, schools"),
    "daoxian": text("sessions on holidays; weekly, monthly and quarterly rules; one shared specialist"),
    "qinyuan": text("a mobile hospital: township clinics weekly, county institutions monthly, townships owned"),
    "sangzhi": text("251 villages, a township doctor two days a week in each"),
    "yixing": text("stations once a month, medical and public-health teams together"),
}


def sample_names() -> tuple[str, ...]:
    """Return the names of the sample counties, sorted."""
    return tuple(sorted(folder.name for folder in data_path("samples").iterdir() if (folder / "README.md").exists()))


def sample_lines(language: str) -> Iterator[str]:
    """Yield a line for each sample: its name, and what it shows."""
    for name in sample_names():
        yield f"{name:<9} {say(ABOUT[name], language)}" if name in ABOUT else name


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
    remove_leftovers(target)
    in_use = target.exists() and (not target.is_dir() or any(target.iterdir()))
    if in_use:
        remedy = text("Give a new name, or an empty folder.")
        raise InputError([Issue(Where(str(target)), text("It exists already."), remedy)])
    if target.suffix.lower() == ".xlsx":
        copy_dataset(data_path("samples", name), target, language)
        return
    with staged_folder(target) as stage:
        shutil.copytree(data_path("samples", name), stage, dirs_exist_ok=True)
