"""Turns Penstock's own checks into contract suites and seeded data that plug-in authors can use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily
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

__getattr__ = lazily(
    __name__,
    {
        "blob_store_contract": ("BlobStoreContract",),
        "executor_contract": ("ExecutorContract",),
        "file_source_contract": ("FileSourceContract",),
        "leases_contract": ("LeasesContract",),
        "lineage_contract": ("LineageContract",),
        "materializer_contract": ("MaterializerContract",),
        "metric_log_contract": ("MetricLogContract",),
        "run_log_contract": ("RunLogContract",),
        "source_contract": ("SourceContract",),
        "stop_requests_contract": ("StopRequestsContract",),
        "trainer_contract": ("TrainerContract",),
    },
)
