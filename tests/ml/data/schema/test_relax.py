"""A relaxed schema has nothing more to complain of."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data.anomalies import validate
from penstock.ml.data.metadata.anomalies import AnomaliesMessage, AnomalyInfo, DriftSkewInfo, Measurement
from penstock.ml.data.metadata.message import decode
from penstock.ml.data.metadata.path import Path as FeaturePath
from penstock.ml.data.metadata.statistics import StatisticsList
from penstock.ml.data.schema import Schema, infer_schema, update_schema
from penstock.ml.data.schema.diff import diff
from penstock.ml.data.schema.relax import relax
from penstock.ml.data.statistics.statistics import Statistics

OLD = """
environments: [TRAINING, SERVING]
features:
  fare: {type: float, required: true, min: 0, max: 100, drift: {jensen_shannon: 0.1}}
  hour: {type: int, required: true, min: 0, max: 23}
  company: {type: string, required: true, values: [a, b], min_domain_mass: 0.9}
  count: {type: int, required: true, min: 1, max: 5}
  gone: {type: string, required: true, values: [x]}
  binary: {type: string, values: [x], min_domain_mass: 0.5}
  label: {type: bool, required: true, not_in_environment: [SERVING]}
  list: {type: int, required: true}
dataset: {min_examples_count: 10, max_examples_count: 3}
"""
DATA = pa.table(
    {
        "fare": [-1.0, 5.0, None, 700.0],
        "hour": [24, 0, 1, 2],
        "company": ["a", "b", "c", "d"],
        "count": [0.5, 6.5, 1.0, 2.0],
        "binary": [b"\xff", b"x", b"x", b"x"],
        "label": [True, False, True, True],
        "list": [[1, 2], [3], [], [4]],
        "new": ["u", "v", "u", "v"],
    }
)


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    return Statistics.of(DATA)


@pytest.fixture(scope="module")
def old() -> Schema:
    return Schema.from_text(OLD)


def test_nothing_is_left_to_complain_of(old: Schema, statistics: Statistics) -> None:
    assert len(validate(statistics, old).message.anomaly_info) == 8
    new = relax(old, statistics)
    assert validate(statistics, new).message.anomaly_info == {}
    assert relax(new, statistics) == new
    assert diff(old, new).lines() == [
        "+ new",
        "~ fare: required: true -> 0.75",
        "~ fare: count: (none) -> any",
        "~ fare: min: 0 -> -1",
        "~ fare: max: 100 -> 700",
        "~ hour: max: 23 -> 24",
        "~ company: values: +c +d",
        "~ count: type: int -> float",
        "~ count: min: 1 -> 0.5",
        "~ count: max: 5 -> 6.5",
        "~ gone: required: true -> false",
        "~ gone: count: (none) -> any",
        "~ binary: values: [x] -> (none)",
        "~ binary: min_domain_mass: 0.5 -> (none)",
        "~ list: count: (none) -> any",
    ]


def test_only_what_is_named(old: Schema, statistics: Statistics) -> None:
    new = relax(old, statistics, ["hour", "new"])
    assert diff(old, new).lines() == ["+ new", "~ hour: max: 23 -> 24"]
    with pytest.raises(NotFoundError, match="hour"):
        relax(old, statistics, ["huor"])


def test_only_what_the_anomalies_name(old: Schema, statistics: Statistics) -> None:
    measured = DriftSkewInfo(
        path=FeaturePath(step=("fare",)),
        drift_measurements=(Measurement(type="JENSEN_SHANNON_DIVERGENCE", value=0.4, threshold=0.1),),
    )
    found = AnomaliesMessage(
        anomaly_info={"hour": AnomalyInfo(), "fare": AnomalyInfo(path=FeaturePath(step=("fare",)))},
        drift_skew_info=(measured,),
        dataset_anomaly_info=AnomalyInfo(),
    )
    lines = diff(old, relax(old, statistics, anomalies=found)).lines()
    assert "~ fare: drift.jensen_shannon: 0.1 -> 0.4" in lines
    assert "~ dataset.min_examples_count: 10 -> 4" in lines
    assert "~ dataset.max_examples_count: 3 -> 4" in lines
    assert {line.split(":")[0] for line in lines} == {
        "~ fare", "~ hour", "~ dataset.min_examples_count", "~ dataset.max_examples_count",
    }  # fmt: skip


def test_the_anomalies_of_a_validation(old: Schema, statistics: Statistics) -> None:
    new = relax(old, statistics, anomalies=validate(statistics, old))
    assert validate(statistics, new).message.anomaly_info == {}
    assert validate(statistics, new).message.dataset_anomaly_info is None


def test_an_environment_that_lacked_a_feature(old: Schema, statistics: Statistics) -> None:
    new = relax(old, statistics, environment="SERVING")
    assert validate(statistics, new, environment="SERVING").message.anomaly_info == {}
    assert new.feature("label").not_in_environment == ()


def test_inside_of_structs() -> None:
    narrow = Schema.from_text(
        "features: {trip: {type: struct, required: true, features: {miles: {type: int, required: true, max: 3}}}}"
    )
    statistics = Statistics.of(pa.table({"trip": [{"miles": 5, "stops": "a"}, {"miles": 7, "stops": "b"}]}))
    lines = diff(narrow, relax(narrow, statistics)).lines()
    assert lines == ["+ trip.stops", "~ trip.miles: max: 3 -> 7"]
    assert diff(narrow, relax(narrow, statistics, ["trip.miles"])).lines() == lines[1:]
    assert diff(narrow, relax(narrow, statistics, ["trip"])).lines() == lines


def test_faults_of_the_schema_itself_are_mended() -> None:
    faulty = Schema.from_text(
        "features: {a: {type: string, values: [x, x, y]}, b: {type: int, count: any, string_domain: {}},"
        " c: {type: string, true_value: x, false_value: x}, d: {count: {min: 3, max: 2}}}"
    )
    statistics = Statistics.of(pa.table({"a": ["x", "y"], "b": [1, 2], "c": ["x", "x"], "d": [1.0, 2.0]}))
    assert len(validate(statistics, faulty).message.anomaly_info) == 4
    assert validate(statistics, relax(faulty, statistics)).message.anomaly_info == {}


@pytest.mark.heavy(budget_s=20)
def test_any_schema_and_any_statistics_of_tfdv(repository: Path) -> None:
    golden: Any = json.loads((repository / "tests" / "golden" / "schema" / "tfdv.json").read_text(encoding="utf-8"))
    tables = {
        name: decode(json.dumps(found), StatisticsList, where=name) for name, found in golden["statistics"].items()
    }
    schemas = [infer_schema(found) for found in tables.values()]
    for schema, statistics in product((*schemas, Schema.from_text(golden["bounded"], "pbtxt")), tables.values()):
        new = relax(schema, statistics)
        assert validate(statistics, new).message.anomaly_info == {}
        assert relax(new, statistics) == new


@pytest.mark.parametrize("loosened", [relax, update_schema])
def test_arguments_of_another_kind(loosened: Any, old: Schema, statistics: Statistics) -> None:
    with pytest.raises(DataError, match=r"Statistics.of\(data\)"):
        loosened(old, DATA)
    with pytest.raises(DataError, match=r"str is no schema\n.*\n.*Schema.load\(path\)"):
        loosened("schema.yaml", statistics)
    assert loosened(old.message, statistics) == loosened(old, statistics)
