"""What every test may count on: no settings from outside, fixed seeds, and budgets for heavy suites."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("penstock", deadline=None, derandomize=True, database=None)
settings.load_profile("penstock")

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("heavy"):
            if not isinstance(mark.kwargs.get("budget_s"), int):
                raise pytest.UsageError(
                    f"{item.nodeid}: a heavy test states its budget: @pytest.mark.heavy(budget_s=60)"
                )


@pytest.fixture(autouse=True, scope="session")
def no_settings_from_outside() -> None:
    for name in list(os.environ):
        if name.startswith("PENSTOCK_") and not name.startswith("PENSTOCK_TEST_"):
            del os.environ[name]


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real data that is no part of the repository."""
    folder = Path(os.environ.get("PENSTOCK_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set PENSTOCK_TEST_DATA")
    return folder
