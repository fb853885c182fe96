"""Validation against TFDV's own answers, and what Penstock adds to them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest

from penstock.core.error import DataError, UsageError
from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.metadata.anomaly_type import AnomalyType
from penstock.ml.data.metadata.domain import FloatDomain, IntDomain, StringDomain
from penstock.ml.data.metadata.message import decode
from penstock.ml.data.metadata.schema import Annotation, Feature, FeaturePresence, SchemaMessage, StructDomain
from penstock.ml.data.metadata.statistics import CustomStatistic, DatasetStatistics, FeatureStatistics, StatisticsList
from penstock.ml.data.statistics.statistics import Statistics

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "tfdv" / "anomalies" / "cases.json"
CASES: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text())["cases"]

REFUSED = {"missing column, unknown environment"}
"""Cases of which TFDV says nothing, and Penstock that they make no sense."""

# Words of TensorFlow Metadata that nobody raises.
NEVER = {
    "UNKNOWN_TYPE",
    "BOOL_TYPE_BYTES_NOT_INT",
    "BOOL_TYPE_BYTES_NOT_STRING",
    "BOOL_TYPE_FLOAT_NOT_INT",
    "BOOL_TYPE_FLOAT_NOT_STRING",
    "BOOL_TYPE_INT_NOT_STRING",
    "BOOL_TYPE_STRING_NOT_INT",
    "ENUM_TYPE_BYTES_NOT_STRING",
    "ENUM_TYPE_FLOAT_NOT_STRING",
    "ENUM_TYPE_INT_NOT_STRING",
    "FEATURE_TYPE_NO_VALUES",
    "FEATURE_TYPE_UNEXPECTED_REPEATED",
    "FLOAT_TYPE_NOT_FLOAT",
    "FLOAT_TYPE_NON_STRING",
    "FLOAT_TYPE_UNKNOWN_TYPE_NUMBER",
    "INT_TYPE_INT_EXPECTED",
    "INT_TYPE_NOT_STRING",
    "INT_TYPE_STRING_EXPECTED",
    "INT_TYPE_UNKNOWN_TYPE_NUMBER",
    "SCHEMA_TRAINING_SERVING_SKEW",
    "STRING_TYPE_NOW_FLOAT",
    "STRING_TYPE_NOW_INT",
    "COMPARATOR_TREATMENT_DATA_MISSING",
    "NO_DATA_IN_SPAN",
    "NLP_WRONG_LOCATION",
    "EMBEDDING_SHAPE_INVALID",
}

# For each type a case that raises it, and one with the same demand that does not.
PAIRS = {
    "BOOL_TYPE_BIG_INT": ("bool big int", "bool"),
    "BOOL_TYPE_SMALL_INT": ("bool small int", "bool"),
    "BOOL_TYPE_UNEXPECTED_STRING": ("bool unexpected string", "bool strings"),
    "BOOL_TYPE_UNEXPECTED_FLOAT": ("bool float between", "bool float"),
    "BOOL_TYPE_INVALID_CONFIG": ("bool int with values", "bool strings"),
    "ENUM_TYPE_INVALID_UTF8": ("enum invalid utf8", "enum"),
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES": ("enum beyond mass", "enum within mass"),
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": ("many values", "values hold"),
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": ("low fraction", "low fraction holds"),
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": ("low count", "all is well"),
    "FEATURE_TYPE_LOW_NUMBER_VALUES": ("few values", "values hold"),
    "FEATURE_TYPE_NOT_PRESENT": ("not present", "not present, not required"),
    "FEATURE_TYPE_HIGH_UNIQUE": ("unique high", "unique holds"),
    "FEATURE_TYPE_LOW_UNIQUE": ("unique low", "unique holds"),
    "FEATURE_TYPE_NO_UNIQUE": ("unique of a number", "unique holds"),
    "FLOAT_TYPE_BIG_FLOAT": ("float big", "float range holds"),
    "FLOAT_TYPE_SMALL_FLOAT": ("float small", "float range holds"),
    "FLOAT_TYPE_STRING_NOT_FLOAT": ("float of strings, not", "float of strings"),
    "FLOAT_TYPE_HAS_NAN": ("float nan", "float nan is allowed"),
    "FLOAT_TYPE_HAS_INF": ("float inf", "float inf is allowed"),
    "INT_TYPE_BIG_INT": ("int big", "int range holds"),
    "INT_TYPE_NOT_INT_STRING": ("int of strings, not", "int of strings, holds"),
    "INT_TYPE_SMALL_INT": ("int small", "int range holds"),
    "LOW_SUPPORTED_IMAGE_FRACTION": ("images unsupported", "images supported"),
    "MAX_IMAGE_BYTE_SIZE_EXCEEDED": ("images too big", "images of a size"),
    "SCHEMA_MISSING_COLUMN": ("missing column", "missing column, not required"),
    "SCHEMA_NEW_COLUMN": ("new column", "new column without statistics"),
    "COMPARATOR_CONTROL_DATA_MISSING": ("control missing", "comparator without threshold"),
    "COMPARATOR_L_INFTY_HIGH": ("L-infinity", "L-infinity holds"),
    "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH": ("divergence of numbers", "divergence holds"),
    "COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH": (
        "normalized absolute difference",
        "normalized absolute difference holds",
    ),
    "COMPARATOR_LOW_NUM_EXAMPLES": ("few rows against before", "rows hold"),
    "COMPARATOR_HIGH_NUM_EXAMPLES": ("many rows against before", "rows hold"),
    "DATASET_LOW_NUM_EXAMPLES": ("few rows", "rows hold"),
    "DATASET_HIGH_NUM_EXAMPLES": ("many rows", "rows hold"),
    "SPARSE_FEATURE_MISSING_VALUE": ("sparse missing value", "sparse holds"),
    "SPARSE_FEATURE_MISSING_INDEX": ("sparse missing index", "sparse holds"),
    "SPARSE_FEATURE_LENGTH_MISMATCH": ("sparse length", "sparse holds"),
    "SPARSE_FEATURE_NAME_COLLISION": ("sparse collision", "sparse collision, deprecated"),
    "WEIGHTED_FEATURE_NAME_COLLISION": ("weighted collision", "weighted holds"),
    "WEIGHTED_FEATURE_MISSING_VALUE": ("weighted missing value", "weighted holds"),
    "WEIGHTED_FEATURE_MISSING_WEIGHT": ("weighted missing weight", "weighted holds"),
    "WEIGHTED_FEATURE_LENGTH_MISMATCH": ("weighted length", "weighted holds"),
    "SEMANTIC_DOMAIN_UPDATE": ("semantic domain", "semantic domain is there already"),
    "VALUE_NESTEDNESS_MISMATCH": ("levels differ", "values per level hold"),
    "DOMAIN_INVALID_FOR_TYPE": ("domain of another type", "float range holds"),
    "FEATURE_MISSING_NAME": ("no name", "no name, no such column"),
    "FEATURE_MISSING_TYPE": ("no type", "all is well"),
    "INVALID_SCHEMA_SPECIFICATION": ("fraction below 0", "low fraction holds"),
    "INVALID_DOMAIN_SPECIFICATION": ("named domain is missing", "enum, named domain"),
    "UNEXPECTED_DATA_TYPE": ("string for float", "bytes for bytes"),
    "SEQUENCE_VALUE_TOO_FEW_OCCURRENCES": ("language too few", "language tokens hold"),
    "SEQUENCE_VALUE_TOO_MANY_OCCURRENCES": ("language too many", "language tokens hold"),
    "SEQUENCE_VALUE_TOO_SMALL_FRACTION": ("language small fraction", "language tokens hold"),
    "SEQUENCE_VALUE_TOO_LARGE_FRACTION": ("language large fraction", "language tokens hold"),
    "FEATURE_COVERAGE_TOO_LOW": ("language coverage", "language holds"),
    "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH": ("language token length", "language holds"),
    "INVALID_FEATURE_SHAPE": ("shape differs", "shape holds"),
    "STATS_NOT_AVAILABLE": ("language without statistics", "language without constraints"),
    "DERIVED_FEATURE_BAD_LIFECYCLE": ("derived, wrong stage", "derived, right stage"),
    "DERIVED_FEATURE_INVALID_SOURCE": ("derived, not in schema", "derived, right stage"),
}
ELSEWHERE = {"MULTIPLE_REASONS", "CUSTOM_VALIDATION"}  # tested in test_anomalies and test_sql_check


def run(name: str) -> Anomalies:
    case = CASES[name]

    def statistics(side: str) -> DatasetStatistics | None:
        return decode(json.dumps(case[side]), DatasetStatistics, where=name) if side in case else None

    return validate(
        statistics("statistics"),
        decode(json.dumps(case.get("schema", {})), SchemaMessage, where=name),
        environment=case.get("environment", ""),
        previous=statistics("previous"),
        serving=statistics("serving"),
        version=statistics("version"),
    )


def entries(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return message.get("anomalyInfo", {}) | (
        {"": message["datasetAnomalyInfo"]} if "datasetAnomalyInfo" in message else {}
    )


def reasons(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(reason["type"], reason["shortDescription"]) for reason in entry["reason"]]


def types(anomalies: Anomalies) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in anomalies.findings:
        found.setdefault(finding.feature, []).append(finding.type)
    return found


def measurements(message: dict[str, Any]) -> list[Any]:
    found = []
    for info in message.get("driftSkewInfo", ()):
        for side in ("driftMeasurements", "skewMeasurements"):
            for one in info.get(side, ()):
                value = pytest.approx(one["value"], abs=1e-12)
                found.append((info["path"]["step"], side, one["type"], value, one["threshold"]))
    return found


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "why" not in case and name not in REFUSED])
def test_same_as_tfdv(name: str) -> None:
    ours, theirs = run(name).to_json(), CASES[name]["anomalies"]
    assert ours.get("dataMissing") == theirs.get("dataMissing")
    assert measurements(ours) == measurements(theirs)
    assert entries(ours).keys() == entries(theirs).keys()
    for feature, entry in entries(theirs).items():
        # TFDV loses the name of a missing domain.
        found = [(kind, "missing domain: " if short.startswith("missing domain: ") else short)
                 for kind, short in reasons(entries(ours)[feature])]  # fmt: skip
        assert found == reasons(entry)
        assert entries(ours)[feature]["severity"] == entry["severity"]
        assert entries(ours)[feature].get("path") == entry.get("path")
        # Where TFDV has no long description, it leaves the reason out of the sum.
        if all(reason["description"] for reason in entry["reason"]):
            assert entries(ours)[feature]["shortDescription"] == entry["shortDescription"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "why" in case])
def test_differs_from_tfdv_on_purpose(name: str) -> None:
    case = CASES[name]
    theirs = {feature: [kind for kind, _ in reasons(entry)] for feature, entry in entries(case["anomalies"]).items()}
    assert types(run(name)) == case.get("ours", {}) != theirs


def test_every_type_has_a_case_that_raises_it_and_one_that_does_not() -> None:
    assert PAIRS.keys() | ELSEWHERE == set(get_args(AnomalyType)) - NEVER
    assert len(PAIRS) + len(ELSEWHERE) == 63


@pytest.mark.parametrize("kind", PAIRS)
def test_type_is_raised_and_is_not(kind: str) -> None:
    raised, held = ({finding.type for finding in run(name).findings} for name in PAIRS[kind])
    assert kind in raised
    assert kind not in held


def table() -> pa.Table:
    return pa.table({"hour": [1, 24, 3], "zip": ["a", "b", None]})


def message(**more: Any) -> SchemaMessage:
    hour = Feature(name="hour", type="INT", int_domain=IntDomain(min=0, max=23), **more)
    return SchemaMessage(feature=(hour, Feature(name="zip", type="BYTES", presence=FeaturePresence(min_count=1))))


def test_statistics_of_penstock_and_their_messages_are_taken_alike() -> None:
    statistics = Statistics.of(table())
    found = validate(statistics, message())
    assert types(found) == {"hour": ["INT_TYPE_BIG_INT"]}
    assert found == validate(statistics.message, message()) == validate(statistics.message.datasets[0], message())


def test_severity_of_a_feature() -> None:
    found = validate(Statistics.of(table()), message(annotation=Annotation(tag=("penstock.severity=WARNING",))))
    assert found.is_ok
    assert [finding.severity for finding in found.findings] == ["WARNING"]
    assert found.message.anomaly_info["hour"].severity == "WARNING"


def test_all_rows_among_slices() -> None:
    all_rows = DatasetStatistics(name="All Examples", num_examples=2)
    slices = StatisticsList(datasets=(DatasetStatistics(name="a=1", num_examples=1), all_rows))
    assert validate(slices, SchemaMessage()).is_ok
    with pytest.raises(DataError, match="no statistics of all rows in the statistics; those of: none at all"):
        validate(StatisticsList(), SchemaMessage())


def test_what_is_no_statistics_and_no_schema() -> None:
    with pytest.raises(
        DataError, match=r"type Table is given as the statistics\n.*\n.*compute them with Statistics.of\(data\)"
    ):
        validate(table(), SchemaMessage())
    with pytest.raises(DataError, match="type int is given as the serving statistics"):
        validate(DatasetStatistics(num_examples=1), SchemaMessage(), serving=3)
    with pytest.raises(DataError, match="str is no schema"):
        validate(DatasetStatistics(num_examples=1), "schema.yaml")
    with pytest.raises(UsageError, match="no parameter 'previos'; did you mean 'previous'"):
        validate(DatasetStatistics(num_examples=1), SchemaMessage(), previos=None)  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="max_rows is -1"):
        validate(DatasetStatistics(num_examples=1), SchemaMessage(), max_rows=-1)


def test_an_environment_that_the_schema_does_not_name() -> None:
    schema = SchemaMessage(
        feature=(Feature(name="hour", type="INT"), Feature(name="zip", type="BYTES", not_in_environment=("SERVING",))),
        default_environment=("TRAINING", "SERVING"),
    )
    statistics = Statistics.of(table())
    assert validate(statistics, schema, environment="TRAINING").is_ok
    assert types(validate(statistics, schema, environment="SERVING")) == {"zip": ["SCHEMA_NEW_COLUMN"]}
    with pytest.raises(DataError, match=r"names no environment 'SERVIN'\n.*\n.*did you mean 'SERVING'"):
        validate(statistics, schema, environment="SERVIN")
    for name in REFUSED:
        with pytest.raises(DataError, match="name it under environments"):
            run(name)


def test_no_rows() -> None:
    found = validate(Statistics.of(table().slice(0, 0)), message(), data=table().slice(0, 0))
    assert found.message.data_missing
    assert not found.is_ok
    with pytest.raises(DataError, match="no rows, so nothing was checked"):
        found.raise_if()


def test_state_of_penstock_is_no_statistic_to_check() -> None:
    found = validate(
        Statistics.of(pa.table({"a": pa.nulls(3)})), SchemaMessage(feature=(Feature(name="a", type="INT"),))
    )
    assert found.findings == ()


def test_feature_without_counts() -> None:
    strange = FeatureStatistics(
        name="hour", custom_stats=(decode('{"name": "x", "num": 1}', CustomStatistic, where=""),)
    )
    found = validate(DatasetStatistics(num_examples=1, features=(strange,)), message())
    assert types(found) == {"hour": ["STATS_NOT_AVAILABLE"], "zip": ["SCHEMA_MISSING_COLUMN"]}


def many_texts(rare: str) -> pa.Table:
    """A text that is rarer than 1,200 others."""
    return pa.table({"t": [str(number) for number in range(1200) for _ in range(2)] + [rare]})


def test_a_rare_value_that_the_schema_lacks_is_found() -> None:
    data = many_texts("unheard of")
    known = StringDomain(value=tuple(str(number) for number in range(1200)))
    schema = SchemaMessage(feature=(Feature(name="t", type="BYTES", string_domain=known),))
    statistics = Statistics.of(data)
    assert [finding.type for finding in validate(statistics, schema).findings] == ["ENUM_TYPE_UNEXPECTED_STRING_VALUES"]
    # TFDV sees the 1,000 most frequent values.
    assert validate(statistics.message, schema).findings == ()


@pytest.mark.parametrize(
    ("domain", "type"),
    [
        ({"int_domain": IntDomain(min=0)}, "INT_TYPE_NOT_INT_STRING"),
        ({"float_domain": FloatDomain(min=0.0)}, "FLOAT_TYPE_STRING_NOT_FLOAT"),
    ],
)
def test_a_rare_text_that_is_no_number_is_found(domain: dict[str, Any], type: str) -> None:
    statistics = Statistics.of(many_texts("$4"))
    schema = SchemaMessage(feature=(Feature(name="t", type="BYTES", **domain),))
    assert [finding.type for finding in validate(statistics, schema).findings] == [type]


@pytest.mark.heavy(budget_s=30)
def test_a_sample_of_the_values_is_said_to_be_one() -> None:
    data = pa.table({"t": pa.array(range(140_000)).cast(pa.string())})
    schema = SchemaMessage(feature=(Feature(name="t", type="BYTES", string_domain=StringDomain(value=("1", "2"))),))
    for given in (None, data):
        finding = validate(Statistics.of(data), schema, data=given).findings[0]
        assert re.fullmatch(r"[\d,]+ of about [\d,]+ different values were looked at; there may be more", finding.note)


def test_inside_of_structs() -> None:
    inner = Feature(name="hour", type="INT", int_domain=IntDomain(max=23))
    schema = SchemaMessage(feature=(Feature(name="trip", type="STRUCT", struct_domain=StructDomain(feature=(inner,))),))
    data = pa.table({"trip": [{"hour": 24, "new": 1}, {"hour": 2, "new": 2}]})
    found = validate(Statistics.of(data), schema, data=data)
    assert types(found) == {"trip.hour": ["INT_TYPE_BIG_INT"], "trip.new": ["SCHEMA_NEW_COLUMN"]}
    assert [(row.row, row.value) for row in found.findings[0].rows] == [(0, 24)]
