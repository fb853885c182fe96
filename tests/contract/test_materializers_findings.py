from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from penstock.core.plugin import load_plugin
from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.drift import Comparison, compare
from penstock.ml.data.leakage import Finding, Leakage
from penstock.ml.data.schema import infer_schema
from penstock.ml.data.statistics import Statistics
from penstock.testing.materializer_contract import MaterializerContract

TABLE = pa.table({"x": [1.5, None, 2.5], "s": ["a", "ü", "b"]})


def find(kind: str, of: type) -> Any:
    return load_plugin("penstock.materializers", f"{kind}.{of.__module__}.{of.__qualname__}")


class TestStatistics(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return find("Statistics", Statistics)

    @pytest.fixture
    def value(self) -> Statistics:
        return Statistics.of(TABLE)

    def equal(self, value: Statistics, loaded: Statistics) -> bool:
        return bool(loaded.states) and value.to_bytes() == loaded.to_bytes()


class TestAnomalies(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return find("Anomalies", Anomalies)

    @pytest.fixture
    def value(self) -> Anomalies:
        other = pa.table({"x": ["one"], "t": [1]})
        found = validate(Statistics.of(other), infer_schema(Statistics.of(TABLE)), data=other)
        assert found.findings
        return found


class TestComparison(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return find("Report", Comparison)

    @pytest.fixture
    def value(self) -> Comparison:
        return compare(Statistics.of(TABLE), Statistics.of(TABLE.slice(1)))


class TestLeakage(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return find("Report", Leakage)

    @pytest.fixture
    def value(self) -> Leakage:
        return Leakage([Finding("tips", "label_source", 0.9, "why", "fix", {"auc": 0.9})], "big", 3)
