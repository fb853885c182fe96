"""The store's contracts on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.engine.store import Store, open_store
from penstock.testing.leases_contract import LeasesContract
from penstock.testing.lineage_contract import LineageContract
from penstock.testing.metric_log_contract import MetricLogContract
from penstock.testing.run_log_contract import RunLogContract
from penstock.testing.stop_requests_contract import StopRequestsContract


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    yield store
    store.close()


class TestRunLog(RunLogContract):
    pass


class TestLineage(LineageContract):
    pass


class TestLeases(LeasesContract):
    pass


class TestMetricLog(MetricLogContract):
    pass


class TestStopRequests(StopRequestsContract):
    pass
