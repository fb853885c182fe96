"""Penstock's statistics, schemas and anomalies against TFDV's own, which `tfdv/make.py` keeps: feature by feature."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from golden.tfdv_difference import cross_differences, differences

from penstock.ml.data import Dataset, open_source
from penstock.ml.data.anomalies import validate
from penstock.ml.data.metadata.domain import BoolDomain
from penstock.ml.data.metadata.message import decode
from penstock.ml.data.metadata.schema import Feature, SchemaMessage
from penstock.ml.data.metadata.statistics import StatisticsList
from penstock.ml.data.schema import infer_schema
from penstock.ml.data.statistics import Statistics, StatisticsOptions

GOLDEN = Path(__file__).parent / "tfdv"
TABLES = sorted(path.stem for path in (GOLDEN / "tables").glob("*.parquet"))
TAXI = {
    "taxi": "true",
    "taxi_early": "trip_start_timestamp < 1390000000",
    "taxi_late": "trip_start_timestamp >= 1390000000",
}
OPTIONS = {
    "weights": StatisticsOptions(weight="w"),
    "drift_weighted_baseline": StatisticsOptions(weight="w"),
    "drift_weighted_shifted": StatisticsOptions(weight="w"),
    "slices": StatisticsOptions(slices=("t",)),
    "crosses": StatisticsOptions(cross=(("n", "x"), ("n", "y"), ("x", "y"), ("t", "label"))),
}

INFINITE = "TFDV gives a deviation of 0 where an infinity occurs; ours is unknown (NaN)"
CANCELLED = "TFDV's variance loses its digits by cancellation; ours is exact"
OVERFLOWN = "TFDV's sums of such numbers overflow or lose digits; ours are exact"
INVALID = "TFDV lists bytes that are no UTF-8 under one placeholder each; we count them and list none"

DEVIATIONS = {
    "drift_baseline": {"both_inf: std_dev": INFINITE, "big: std_dev": CANCELLED},
    "drift_shifted": {"inf: std_dev": INFINITE, "both_inf: std_dev": INFINITE, "big: std_dev": CANCELLED},
    "drift_weighted_baseline": {
        "both_inf: std_dev": INFINITE,
        "both_inf: weighted std_dev": INFINITE,
        "big: std_dev": CANCELLED,
        "big: weighted std_dev": CANCELLED,
    },
    "drift_weighted_shifted": {
        "inf: std_dev": INFINITE,
        "inf: weighted std_dev": INFINITE,
        "both_inf: std_dev": INFINITE,
        "both_inf: weighted std_dev": INFINITE,
        "constant: weighted std_dev": CANCELLED,
        "moved: weighted std_dev": CANCELLED,
        "big: std_dev": CANCELLED,
        "big: weighted std_dev": CANCELLED,
    },
    "nan_inf": {
        "up: std_dev": INFINITE,
        "both: std_dev": INFINITE,
        "every: std_dev": INFINITE,
        "only_inf: std_dev": INFINITE,
        "only_inf: STANDARD histogram": "TFDV's bucket of infinities alone reaches from inf to -inf",
        "single: std_dev": INFINITE,
    },
    "numbers": {"huge: mean": OVERFLOWN, "huge: std_dev": OVERFLOWN, "huge: STANDARD histogram": OVERFLOWN},
    "texts": {"raw: unique": INVALID, "raw: top_values": INVALID, "raw: rank_histogram": INVALID},
    "zero_rows": {": features": "of a table without rows TFDV does not know the columns"},
}
"""On purpose, or known: table to the beginnings of differences, with the reason. All of them must occur."""

SCHEMA_DEVIATIONS = {
    ("one_row", "flag"): "of a boolean column we know the domain, however few its values",
    ("zero_rows", "n"): "without rows TFDV does not know the columns",
    ("zero_rows", "x"): "without rows TFDV does not know the columns",
    ("zero_rows", "t"): "without rows TFDV does not know the columns",
    ("zero_rows", "l"): "without rows TFDV does not know the columns",
}

ANOMALY_DEVIATIONS = {
    (
        "texts against texts",
        "long",
    ): "texts of more than 1024 bytes stand for themselves as a digest, unlike in TFDV's schema",
}


def read(name: str) -> Any:
    return json.loads(gzip.decompress((GOLDEN / name).read_bytes()))


@cache
def golden(name: str) -> StatisticsList:
    return decode(gzip.decompress((GOLDEN / "statistics" / f"{name}.json.gz").read_bytes()), StatisticsList, where=name)


@cache
def golden_schema(name: str) -> SchemaMessage:
    return decode((GOLDEN / "schema" / f"{name}.json").read_bytes(), SchemaMessage, where=name)


@cache
def ours(name: str) -> StatisticsList:
    return Statistics.of(Dataset(GOLDEN / "tables" / f"{name}.parquet"), options=OPTIONS.get(name)).message


@cache
def ours_taxi(name: str, path: Path) -> StatisticsList:
    trips = Dataset.from_source(open_source(str(path))).sql(f"select * from this where {TAXI[name]}")
    return Statistics.of(trips).message


def unexpected(found: list[str], expected: dict[str, str]) -> list[str]:
    """Differences that are not listed, and listed ones that do not occur."""
    stale = [text for text in expected if not any(item.startswith(f"{text}:") for item in found)]
    return [item for item in found if not any(item.startswith(f"{text}:") for text in expected)] + stale


@pytest.mark.parametrize("name", TABLES)
def test_statistics_are_those_of_tfdv(name: str) -> None:
    theirs = golden(name).datasets[0]
    assert unexpected(list(differences(ours(name).datasets[0], theirs)), DEVIATIONS.get(name, {})) == []


@pytest.mark.parametrize("name", TAXI)
def test_statistics_of_taxi_trips_are_those_of_tfdv(name: str, real_data: Path) -> None:
    mine = ours_taxi(name, real_data / "taxi" / "taxi.csv")
    assert list(differences(mine.datasets[0], golden(name).datasets[0])) == []


def test_slices_are_those_of_tfdv() -> None:
    mine = {dataset.name: dataset for dataset in ours("slices").datasets}
    # TFDV writes t_Blue, which could as well be a column t_Blue.
    theirs = {dataset.name.replace("t_", "t="): dataset for dataset in golden("slices").datasets}
    assert set(mine) == set(theirs)
    assert len(theirs) == 4
    assert [text for name in theirs for text in differences(mine[name], theirs[name])] == []


def test_crosses_are_those_of_tfdv() -> None:
    mine, theirs = (
        {(str(cross.path_x), str(cross.path_y)): cross for cross in message.datasets[0].cross_features}
        for message in (ours("crosses"), golden("crosses"))
    )
    assert set(mine) == set(theirs)
    assert len(theirs) == 4
    assert [text for pair in theirs for text in cross_differences(mine[pair], theirs[pair])] == []


def features_of(schema: SchemaMessage) -> dict[str, Feature]:
    return {feature.name or "": feature for feature in schema.feature}


def schema_differences(name: str, mine: SchemaMessage, theirs: SchemaMessage) -> list[str]:
    a, b = features_of(mine), features_of(theirs)
    found = {feature for feature in a.keys() | b.keys() if a.get(feature) != b.get(feature)}
    expected = {feature for table, feature in SCHEMA_DEVIATIONS if table == name}
    by_name = [sorted(schema.string_domain, key=lambda domain: domain.name or "") for schema in (mine, theirs)]
    return sorted(found ^ expected) + ([] if by_name[0] == by_name[1] or name == "zero_rows" else ["string domains"])


@pytest.mark.parametrize("name", [name for name in TABLES if name != "texts"])
def test_schemas_are_those_of_tfdv(name: str) -> None:
    assert schema_differences(name, infer_schema(ours(name)).message, golden_schema(name)) == []


def test_schema_of_odd_texts_is_that_of_tfdv_but_for_the_longest() -> None:
    mine, theirs = infer_schema(ours("texts")).message, golden_schema("texts")
    assert features_of(mine) == features_of(theirs)
    a, b = ({domain.name: set(domain.value) for domain in schema.string_domain} for schema in (mine, theirs))
    assert {name for name in b if a[name] != b[name]} == {"long"}
    assert {value for value in b["long"] if len(value.encode()) <= 1024} < a["long"]


@pytest.mark.parametrize("name", TAXI)
def test_schemas_of_taxi_trips_are_those_of_tfdv(name: str, real_data: Path) -> None:
    mine = infer_schema(ours_taxi(name, real_data / "taxi" / "taxi.csv")).message
    assert schema_differences(name, mine, golden_schema(name)) == []


def test_a_boolean_column_differs_by_its_domain_alone() -> None:
    mine, theirs = (
        features_of(schema)["flag"] for schema in (infer_schema(ours("one_row")).message, golden_schema("one_row"))
    )
    assert msgspec.structs.replace(theirs, bool_domain=BoolDomain()) == mine


@pytest.mark.parametrize("pair", sorted(read("validation.json.gz")))
def test_anomalies_are_those_of_tfdv(pair: str, request: pytest.FixtureRequest) -> None:
    data, schema = pair.split(" against ")
    expected = anomaly_types(read("validation.json.gz")[pair].get("anomalyInfo", {}))
    is_taxi = data in TAXI
    mine = ours_taxi(data, request.getfixturevalue("real_data") / "taxi" / "taxi.csv") if is_taxi else ours(data)
    for statistics, deviations in (
        (golden(data), set()),
        (mine, {name for key, name in ANOMALY_DEVIATIONS if key == pair}),
    ):
        message = validate(statistics, golden_schema(schema)).message
        found = {
            name: sorted(str(reason.type) for reason in info.reason) for name, info in message.anomaly_info.items()
        }
        assert {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)} == deviations


def anomaly_types(info: dict[str, Any]) -> dict[str, list[str]]:
    return {name: sorted(reason["type"] for reason in item["reason"]) for name, item in info.items()}
