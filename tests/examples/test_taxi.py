from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from penstock.workspace import Workspace

STEPS = {
    "ingest",
    "describe",
    "infer_schema",
    "curated_schema",
    "validate",
    "split",
    "train_features",
    "eval_features",
    "train",
    "evaluate",
    "select",
}

READ_AGAIN = {"ingest": False, "describe": False, "curated_schema": True, "validate": False, "split": False}


class Project:
    """The example, run from the shell in a workspace of its own."""

    def __init__(self, pipeline: Path, folder: Path) -> None:
        self.pipeline = pipeline
        self.folder = folder

    def penstock(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        command = [str(Path(sys.executable).parent / "penstock"), *arguments, "--json"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        return self.penstock("run", str(self.pipeline), *arguments, code=code)


@pytest.fixture
def project(repository: Path, tmp_path: Path) -> Project:
    return Project(repository / "examples" / "taxi" / "pipeline.py", tmp_path)


def finished(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == "step_finished"]


def outputs(events: list[dict[str, Any]]) -> dict[str, Any]:
    assert events[-1]["event"] == "run_finished"
    assert events[-1]["status"] == "complete"
    found: dict[str, Any] = events[-1]["outputs"]
    return found


def scalar(output: Any) -> float:
    return float(output["value"] if isinstance(output, dict) else output)


def test_the_whole_example_runs_once_and_is_reused(project: Project) -> None:
    only = ("-p", "rows=1000", "-p", 'frameworks=["sklearn"]')
    first = project.run(*only)
    assert {event["step"] for event in finished(first)} == STEPS
    assert 0.5 < scalar(outputs(first)["auc"]) <= 1
    again = project.run(*only)
    assert {event["cached"] for event in finished(again)} == {True}
    assert outputs(again) == outputs(first)


@pytest.mark.heavy(budget_s=60)
def test_generated_trips(project: Project) -> None:
    first = project.run("-p", "rows=5000")
    assert {event["step"] for event in finished(first)} == STEPS
    assert {event["status"] for event in finished(first)} == {"complete"}
    assert scalar(outputs(first)["auc"]) > 0.93
    again = project.run("-p", "rows=5000")
    assert {event["cached"] for event in finished(again)} == {True}
    assert outputs(again) == outputs(first)
    afresh = project.run("-p", "rows=5000", "--no-cache")
    assert {event["cached"] for event in finished(afresh)} == {False}
    assert outputs(afresh) == outputs(first), "training again gives the same digests"


@pytest.mark.heavy(budget_s=60)
def test_real_trips(project: Project, real_data: Path) -> None:
    events = project.run("-p", f"source={real_data / 'taxi' / 'taxi.csv'}")
    with Workspace.open(project.folder) as workspace:
        run = workspace.get_run("last")
        models = [run.step(f"train[{item}]")["output"].load() for item in (0, 1)]
        evaluations = [run.step(f"evaluate[{item}]")["output"].load() for item in (0, 1)]
        best = run.outputs["model"].load()
    found = {model.flavour: evaluation["auc"] for model, evaluation in zip(models, evaluations, strict=True)}
    print(f"held-out AUC on real trips: {found}")
    assert found.keys() == {"sklearn", "xgboost"}
    assert min(found.values()) >= 0.94
    assert scalar(outputs(events)["auc"]) == max(found.values()) == found[best.flavour]
    for model in models:
        assert "tips" not in {feature.name for feature in model.signature.features}, "tips give the label away"


@pytest.mark.heavy(budget_s=60)
def test_an_edited_file_is_read_again(project: Project, real_data: Path) -> None:
    lines = (real_data / "taxi" / "taxi.csv").read_text().splitlines(keepends=True)
    source = project.folder / "trips with blank.csv"
    source.write_text("".join(lines[:3000]))
    only = ("-p", f"source={source}", "--until", "split")
    project.run(*only)
    source.write_text("".join(lines[:3001]))
    events = finished(project.run(*only))
    assert {event["step"]: event["cached"] for event in events} == READ_AGAIN
    source.write_text("".join(lines[:3000]))
    events = finished(project.run(*only))
    assert {event["cached"] for event in events} == {True}


@pytest.mark.heavy(budget_s=60)
def test_a_corrupted_file_stops_at_its_anomalies(project: Project, real_data: Path) -> None:
    lines = (real_data / "taxi" / "taxi.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines[:3000]]
    column = {name: place for place, name in enumerate(rows[0])}
    rows[11][column["fare"]] = "$12.45"
    rows[21][column["company"]] = "Fly By Night Cabs"
    rows[31][column["trip_start_hour"]] = rows[41][column["trip_start_hour"]] = "24"
    source = project.folder / "corrupted.csv"
    source.write_text("\n".join(map(",".join, rows)) + "\n")
    events = project.run("-p", f"source={source}", "-p", 'frameworks=["sklearn"]', code=1)
    states = {event["step"]: event for event in finished(events)}
    assert states["validate"]["status"] == "failed"
    assert {states[name]["status"] for name in ("split", "train", "select")} == {"upstream_failed"}
    what = states["validate"]["error"]["what"]
    for anomaly, place in (
        ("fare: UNEXPECTED_DATA_TYPE", "10"),
        ("company: ENUM_TYPE_UNEXPECTED_STRING_VALUES", "20"),
        ("trip_start_hour: INT_TYPE_BIG_INT", "30"),
    ):
        line = next(line for line in what.splitlines() if anomaly in line)
        assert place in line
    assert "$12.45" in what
    assert "Fly By Night Cabs" in what
