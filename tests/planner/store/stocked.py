"""A store with two counties in it, each with a dataset; uploads are any bytes here."""

from __future__ import annotations

from planner.store import Database
from planner.store.datasets import keep_dataset
from planner.store.jobs import submit_job
from planner.store.keys import create_key
from planner.store.records import Job, Order, Role


def stock(database: Database, *counties: str) -> dict[str, str]:
    """Make the counties; return the id of the dataset of each."""
    made = {}
    for county in counties:
        create_key(database, county_id=county, role=Role.ADMIN, days=1)
        dataset, _ = keep_dataset(database, county_id=county, kind="zip", content=county.encode(), summary={"sites": 4})
        made[county] = dataset.id
    return made


def submitted(database: Database, county: str, dataset_id: str) -> Job:
    """Submit a job of 30 seconds."""
    job, _ = submit_job(database, county_id=county, dataset_id=dataset_id, order=Order())
    return job
