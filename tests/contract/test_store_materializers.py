"""The materializers' contract on the generic kinds, found by entry point."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from penstock.core.plugin import load_plugin
from penstock.core.value import File, Metrics, Report
from penstock.testing.materializer_contract import MaterializerContract


@pytest.fixture
def some_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given") / "a folder"
    (folder / "inner" / "empty").mkdir(parents=True)
    (folder / "manifest.json").write_text("mine")
    (folder / "inner" / "ü\n.bin").write_bytes(b"\0\1")
    return folder


class TestMetrics(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return load_plugin("penstock.materializers", "Metrics.penstock.core.value.Metrics")

    @pytest.fixture(params=[{}, {"auc": 0.1 + 0.2, "n": 2**60, "name": "é", "ok": True, "inf": -math.inf}])
    def value(self, request: pytest.FixtureRequest) -> Metrics:
        return Metrics(request.param)


class TestReport(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return load_plugin("penstock.materializers", "Report.penstock.core.value.Report")

    @pytest.fixture
    def value(self) -> Report:
        return Report("<p>line\r\nline é</p>\n", title="a\nb")


class TestFile(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return load_plugin("penstock.materializers", "File.penstock.core.value.File")

    @pytest.fixture(params=["", "inner/ü\n.bin", "manifest.json"])
    def value(self, request: pytest.FixtureRequest, some_folder: Path) -> File:
        return File(some_folder / request.param)

    def equal(self, value: File, loaded: File) -> bool:
        return same(value.path, loaded.path)


class TestPath(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return load_plugin("penstock.materializers", "File.pathlib.Path")

    @pytest.fixture(params=["", "manifest.json"])
    def value(self, request: pytest.FixtureRequest, some_folder: Path) -> Path:
        return some_folder / str(request.param)

    def equal(self, value: Path, loaded: Path) -> bool:
        return same(value, loaded)


def same(left: Path, right: Path) -> bool:
    if left.name != right.name or left.is_dir() != right.is_dir():
        return False
    if left.is_file():
        return left.read_bytes() == right.read_bytes()
    names = sorted(path.name for path in left.iterdir())
    return names == sorted(path.name for path in right.iterdir()) and all(same(left / n, right / n) for n in names)
