"""A project written into a folder of its own, and run for real."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.core.record import ExecutionRecord
from penstock.engine.runtime import RunOptions
from penstock.engine.runtime.run_handle import Run
from penstock.engine.source import load_pipeline_file
from penstock.workspace import Workspace

HEAD = "import penstock as ps\nfrom pathlib import Path\nimport os, sys, time\n"


class ProjectFolder:
    """A project in a folder, its workspace, and the events of its last run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: list[dict[str, Any]] = []
        (root / "penstock.toml").write_text("")
        self.workspace = Workspace.open(root)

    def write(self, text: str, name: str = "pipeline.py") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((HEAD if name == "pipeline.py" else "") + textwrap.dedent(text))
        return path

    def load(self, pipeline: str, file: str = "pipeline.py") -> Any:
        return getattr(load_pipeline_file(self.root / file), pipeline)

    def run(self, pipeline: str, options: RunOptions | None = None, **parameters: Any) -> Run:
        self.events = []
        return self.workspace.run(
            self.load(pipeline), parameters, options=options or RunOptions(workers=2), watch=self.events.append
        )

    def finished(self) -> dict[str, str]:
        """Status by step, of the last run."""
        return {_label(event): event["status"] for event in self.events if event["event"] == "step_finished"}

    def error(self, run: Run, step: str) -> dict[str, Any]:
        """The error of a step's last attempt."""
        last = [execution for execution in run.executions if execution.label == step][-1]
        return dict(last.reason["error"])

    def execution(self, run: Run, step: str) -> ExecutionRecord:
        return [execution for execution in run.executions if execution.label == step][-1]


def _label(event: dict[str, Any]) -> str:
    return event["step"] if event["item"] < 0 else f"{event['step']}[{event['item']}]"


@pytest.fixture
def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ProjectFolder]]:
    made: list[ProjectFolder] = []

    def make(name: str = "project") -> ProjectFolder:
        root = tmp_path / name
        root.mkdir()
        monkeypatch.chdir(root)
        made.append(ProjectFolder(root))
        return made[-1]

    yield make
    for folder in made:
        folder.workspace.close()


@pytest.fixture
def project(make_project: Callable[..., ProjectFolder]) -> ProjectFolder:
    return make_project()
