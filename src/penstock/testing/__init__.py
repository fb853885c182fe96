"""Turns Penstock's own checks into contract suites and seeded data that plug-in authors can use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from penstock.testing.taxi import taxi, write_taxi

if TYPE_CHECKING:
    from penstock.testing.blob_store_contract import BlobStoreContract
    from penstock.testing.executor_contract import ExecutorContract
    from penstock.testing.file_source_contract import FileSourceContract
    from penstock.testing.leases_contract import LeasesContract
    from penstock.testing.lineage_contract import LineageContract
    from penstock.testing.materializer_contract import MaterializerContract
    from penstock.testing.metric_log_contract import MetricLogContract
    from penstock.testing.run_log_contract import RunLogContract
    from penstock.testing.source_contract import SourceContract
    from penstock.testing.stop_requests_contract import StopRequestsContract
    from penstock.testing.trainer_contract import TrainerContract

__all__ = [
    "BlobStoreContract",
    "ExecutorContract",
    "FileSourceContract",
    "LeasesContract",
    "LineageContract",
    "MaterializerContract",
    "MetricLogContract",
    "RunLogContract",
    "SourceContract",
    "StopRequestsContract",
    "TrainerContract",
    "taxi",
    "write_taxi",
]

# The suites need pytest, the generator does not: pipelines may use it where no tests run.
_MODULE_OF = {
    "BlobStoreContract": "penstock.testing.blob_store_contract",
    "ExecutorContract": "penstock.testing.executor_contract",
    "FileSourceContract": "penstock.testing.file_source_contract",
    "LeasesContract": "penstock.testing.leases_contract",
    "LineageContract": "penstock.testing.lineage_contract",
    "MaterializerContract": "penstock.testing.materializer_contract",
    "MetricLogContract": "penstock.testing.metric_log_contract",
    "RunLogContract": "penstock.testing.run_log_contract",
    "SourceContract": "penstock.testing.source_contract",
    "StopRequestsContract": "penstock.testing.stop_requests_contract",
    "TrainerContract": "penstock.testing.trainer_contract",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
