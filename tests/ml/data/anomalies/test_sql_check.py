from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock.core.error import DataError
from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.anomalies.sql_check import run_checks
from penstock.ml.data.anomalies.table_source import as_dataset
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.metadata.schema import Feature, SchemaMessage
from penstock.ml.data.schema.check import Check, join_checks
from penstock.ml.data.statistics.statistics import Statistics

DATA = pa.table({"fare": [4.0, -1.0, None, 9.0], "tips": [1.0, 0.0, 0.0, 20.0], "a": [1, 2, 3, 4]})
FEATURES = tuple(Feature(name=name, type=kind) for name, kind in (("fare", "FLOAT"), ("tips", "FLOAT"), ("a", "INT")))


def run(*checks: Check, data: Any = DATA, **more: Any) -> Anomalies:
    schema = SchemaMessage(feature=FEATURES, annotation=join_checks(None, checks))
    return validate(Statistics.of(DATA), schema, data=data, **more)


def test_an_expression_that_is_not_true() -> None:
    found = run(Check("tips", "tips <= fare", message="tips above the fare", features=("tips",)))
    finding = found.findings[0]
    assert (finding.feature, finding.type, finding.severity) == ("tips", "CUSTOM_VALIDATION", "ERROR")
    assert finding.short == finding.description == "tips above the fare"
    assert [(row.row, row.value) for row in finding.rows] == [
        (1, {"fare": -1.0, "tips": 0.0}),
        (2, {"fare": None, "tips": 0.0}),
        (3, {"fare": 9.0, "tips": 20.0}),
    ]
    assert as_dataset(DATA).sql(finding.sql).num_rows == finding.num_rows == 3
    assert found.message.anomaly_info["tips"].reason[0].type == "CUSTOM_VALIDATION"


def test_an_expression_that_holds() -> None:
    assert run(Check("known", "a between 1 and 4")).findings == ()


def test_a_query_gives_the_offending_rows() -> None:
    finding = run(Check("negative", "select row, fare from this where fare < 0;", severity="WARNING")).findings[0]
    assert (finding.feature, finding.severity, finding.short) == ("", "WARNING", "Check 'negative'")
    assert [(row.row, row.value) for row in finding.rows] == [(1, {"fare": -1.0})]
    assert as_dataset(DATA).sql(finding.sql).num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "with low as (select * from this where fare < 5) select fare from low",
        "from this select fare where fare < 5",
        "(select fare from this where fare < 5)",
    ],
)
def test_forms_of_queries(sql: str) -> None:
    finding = run(Check("low", sql)).findings[0]
    assert finding.num_rows == 2
    assert [row.row for row in finding.rows] == [None, None]
    assert as_dataset(DATA).sql(finding.sql).num_rows == 2


def test_a_query_over_groups() -> None:
    sql = "select tips, count(*) as rows from this group by tips having count(*) > 1"
    assert [row.value for row in run(Check("twice", sql)).findings[0].rows] == [{"tips": 0.0, "rows": 2}]


def test_at_most_so_many_rows() -> None:
    finding = run(Check("never", "false"), max_rows=2).findings[0]
    assert (finding.num_rows, [row.row for row in finding.rows]) == (4, [0, 1])
    assert run(Check("never", "false"), max_rows=0).findings[0].rows == ()


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("fare >", "check 'c' cannot be run"),
        ("fare > 0); drop table this; select (1", "check 'c' cannot be run"),
    ],
)
def test_wrong_sql(sql: str, what: str) -> None:
    with pytest.raises(DataError, match=what) as caught:
        run(Check("c", sql))
    assert caught.value.where.startswith("schema, check 'c'")


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("fair > 0", "fair"),
        ("select * from that", "that"),
        ("error('no') > 0", "no"),
        ("upper(fare) - 1 > 0", "upper"),
    ],
)
def test_sql_that_the_data_do_not_let_run_is_a_finding_of_its_severity(sql: str, why: str) -> None:
    found = run(Check("c", sql, severity="WARNING"), Check("tips", "tips <= fare"))
    impossible, other = sorted(found.findings, key=lambda finding: finding.severity, reverse=True)
    assert (impossible.type, impossible.severity, impossible.num_rows) == ("CUSTOM_VALIDATION", "WARNING", None)
    assert "check 'c' cannot be run" in impossible.description
    assert why in impossible.description
    assert impossible.note == "the check was not run"
    assert other.num_rows == 3
    assert not run(Check("c", sql)).is_ok


def test_rows_that_cannot_be_read_are_an_error_and_no_finding(tmp_path: Path) -> None:
    pq.write_table(DATA, tmp_path / "a.parquet")
    data = Dataset(tmp_path / "a.parquet")
    assert data.schema.names == DATA.column_names
    (tmp_path / "a.parquet").unlink()
    with pytest.raises(DataError):
        run(Check("tips", "tips <= fare"), data=data)


def test_without_the_rows_there_is_a_warning() -> None:
    found = run(Check("c", "fare > 0"), data=None)
    assert found.is_ok
    assert [(finding.severity, finding.note) for finding in found.findings] == [("WARNING", "the data were not given")]


@pytest.mark.parametrize(
    "sql", ["a > 0) or (true", "a > 0, a", "select a from this) union (select 1", "a > 0; select 1"]
)
def test_a_check_is_one_expression_or_one_select(sql: str) -> None:
    with pytest.raises(DataError, match="check 'odd'"):
        list(run_checks([Check("odd", sql)], as_dataset(pa.table({"a": [1]})), 5))


def test_offending_times_beyond_pythons_years() -> None:
    data = as_dataset(pa.table({"moment": pa.array([0, 2**62], pa.timestamp("us"))}))
    (finding,) = run_checks([Check("late", "moment < timestamp '2100-01-01'")], data, 5)
    assert [(row.row, row.value) for row in finding.rows] == [(1, {"moment": f"{2**62} (timestamp[us])"})]
