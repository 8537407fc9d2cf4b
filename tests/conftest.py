"""Fixtures that tests of several rooms share, and which tests run in one process because they share what is costly."""

import pytest

from tests.databases import database, place, postgres, sqlite

__all__ = ["database", "place", "postgres", "sqlite"]
# Of a module: a browser, a county that is planned, an API with plans, the roads of a country. Seconds each.
COSTLY = {"browser", "planned", "edited", "shelf", "driven", "line", "month", "andorra"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a costly fixture of its module, or one of the sample counties."""
    for item in items:
        if isinstance(item, pytest.Function) and (group := _shared_by(item)):
            item.add_marker(pytest.mark.xdist_group(group))


def _shared_by(item: pytest.Function) -> str | None:
    if "plans" in item.fixturenames:
        values = item.callspec.params if hasattr(item, "callspec") else {}
        name = values.get("name", values.get("sample"))
        return f"sample {name}" if name else None
    return str(item.module.__name__) if COSTLY & set(item.fixturenames) else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fail where groups are forgotten: each process would prepare for itself what a group shares, for minutes."""
    if getattr(session.config.option, "loadgroup", False):
        for item in session.items:
            if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
                raise pytest.UsageError(f"{item.nodeid}: pytest-xdist does not keep to the mark xdist_group")
