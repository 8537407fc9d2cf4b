"""Deleting for good, which only an admin may: a dataset with all that was made from it, or one plan."""

from __future__ import annotations

from fastapi import APIRouter

from planner.api.access import Admin
from planner.api.counties import forget
from planner.api.datasets import Store
from planner.api.schemas import Answer
from planner.api.strict import StrictRoute
from planner.store import Database
from planner.store.purging import Purged, purge_dataset, purge_plan, scrub

SCRUB_SECONDS = 2.0
router = APIRouter(tags=["deletions"], route_class=StrictRoute)


class DeletedAnswer(Answer):
    """How much was deleted. ``is_erased``: its bytes are in no file of the database either, as far as that is ours."""

    datasets: int
    jobs: int
    plans: int
    revisions: int
    is_erased: bool


@router.delete("/v1/datasets/{dataset_id}")
def delete_dataset(dataset_id: str, key: Admin, store: Store) -> DeletedAnswer:
    """Delete a dataset for good, with every job and plan made from it; refused while one of its jobs runs."""
    purged = purge_dataset(store, county_id=key.county_id, dataset_id=dataset_id)
    forget(dataset_id)
    return _answer(store, purged)


@router.delete("/v1/plans/{plan_id}")
def delete_plan(plan_id: str, key: Admin, store: Store) -> DeletedAnswer:
    """Delete a plan for good, with its revisions and the job that made it; the dataset stays."""
    return _answer(store, purge_plan(store, county_id=key.county_id, plan_id=plan_id))


def _answer(store: Database, purged: Purged) -> DeletedAnswer:
    return DeletedAnswer(
        datasets=purged.datasets,
        jobs=purged.jobs,
        plans=purged.plans,
        revisions=purged.revisions,
        is_erased=scrub(store, is_thorough=False, seconds=SCRUB_SECONDS),
    )
