from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.core.plugin import load_plugin
from penstock.ml.data.schema import Schema
from penstock.testing.materializer_contract import MaterializerContract


class TestSchema(MaterializerContract):
    @pytest.fixture
    def materializer(self) -> Any:
        return load_plugin("penstock.materializers", "Schema.penstock.ml.data.schema.schema.Schema")

    @pytest.fixture(params=["everything", "taxi", ""])
    def value(self, request: pytest.FixtureRequest, repository: Path) -> Schema:
        golden = repository / "tests" / "golden" / "schema" / f"{request.param}.yaml"
        return Schema.load(golden) if request.param else Schema()
