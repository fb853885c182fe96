from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from penstock import stages
from penstock.core.error import DataError
from penstock.engine.authoring import pipeline, step, when
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.schema import Schema
from penstock.ml.data.statistics import Statistics
from penstock.workspace import Workspace

SCHEMA = "features: {fare: {type: float, required: true, min: 0}}"


@step
def trips(path: str) -> Dataset:
    return Dataset(path)


@step
def limits(text: str) -> Schema:
    return Schema.from_text(text)


@step
def count(rows: Dataset) -> int:
    return rows.num_rows


@pipeline
def strict(path: str, text: str = SCHEMA):
    checked = stages.validate(trips(path), limits(text))
    return {"rows": count(checked.data), "anomalies": checked.anomalies}


@pipeline
def branching(path: str, text: str = SCHEMA):
    checked = stages.validate(trips(path), limits(text), fail_on="never")
    with when(checked.anomalies["errors"] == 0):
        rows = count(checked.data)
    return {"rows": rows, "errors": checked.anomalies["errors"]}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    (tmp_path / "penstock.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    with Workspace.open(tmp_path) as opened:
        yield opened


def written(tmp_path: Path, *fares: float | None) -> str:
    path = tmp_path / "trips.parquet"
    pq.write_table(pa.table({"fare": pa.array(fares, pa.float64())}), path)
    return str(path)


def test_good_data_pass_with_the_same_artifact(workspace: Workspace, tmp_path: Path) -> None:
    run = workspace.run(strict, {"path": written(tmp_path, 1.0, 2.5)})
    assert run.state == "complete"
    assert run.outputs["rows"].load() == 2
    assert run.step("validate")["data"].value.digest == run.step("trips")["output"].value.digest


def test_bad_data_stop_what_depends_on_them(workspace: Workspace, tmp_path: Path) -> None:
    run = workspace.run(strict, {"path": written(tmp_path, 1.0, -2.5)})
    states = {execution.step: execution.state for execution in run.executions}
    assert states["validate"] == "failed"
    assert states["count"] == "upstream_failed"
    assert "FLOAT_TYPE_SMALL_FLOAT" in workspace.log_file(run.id, "validate").read_text()


@pytest.mark.parametrize(("fare", "errors", "state"), [(2.5, 0, "complete"), (-2.5, 1, "skipped")])
def test_a_pipeline_can_branch_on_the_number_of_errors(
    workspace: Workspace, tmp_path: Path, fare: float, errors: int, state: str
) -> None:
    run = workspace.run(branching, {"path": written(tmp_path, 1.0, fare)})
    assert run.outputs["errors"].load() == errors
    assert {execution.step: execution.state for execution in run.executions}["count"] == state


def test_called_as_a_function_it_raises_with_the_rows(tmp_path: Path) -> None:
    rows = Dataset(written(tmp_path, 1.0, None, -2.5))
    with pytest.raises(DataError, match="FEATURE_TYPE_LOW_FRACTION_PRESENT") as caught:
        stages.validate(rows, Schema.from_text(SCHEMA), Statistics.of(rows))
    assert "2 (-2.5)" in caught.value.what


def test_warnings_stop_only_where_asked(tmp_path: Path) -> None:
    rows = Dataset(written(tmp_path, 1.0, -2.5))
    lenient = Schema.from_text("features: {fare: {type: float, min: 0, severity: warning}}")
    assert stages.validate(rows, lenient).anomalies["warnings"] == 1
    with pytest.raises(DataError):
        stages.validate(rows, lenient, fail_on="warning")


def test_loading_a_schema(tmp_path: Path) -> None:
    (tmp_path / "schema.yaml").write_text(SCHEMA)
    assert "fare" in stages.load_schema(tmp_path / "schema.yaml")
