"""Extending a schema as TFDV 1.16.1 does it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from penstock.ml.data.metadata.message import decode
from penstock.ml.data.metadata.statistics import StatisticsList
from penstock.ml.data.schema import Schema, update_schema
from penstock.ml.data.schema.diff import FieldChange, diff

PAIRS = ("flat, changed", "flat, flat", "bounded, flat", "bounded, changed", "lists, flat", "structs, structs")


@pytest.mark.parametrize("pair", PAIRS)
def test_as_tfdv(pair: str, repository: Path) -> None:
    golden = json.loads((repository / "tests" / "golden" / "schema" / "tfdv.json").read_text(encoding="utf-8"))
    old, new = pair.split(", ")
    schema = Schema.from_text(golden["bounded"], "pbtxt") if old == "bounded" else _schema(golden["inferred"][old])
    statistics = decode(json.dumps(golden["statistics"][new]), StatisticsList, where=new)
    expected, found = _schema(golden["updated"][pair]), update_schema(schema, statistics)
    changes = [change for changed in diff(expected, found).changed.values() for change in changed]
    # TFDV's bounds of floats have 32 bits.
    assert all(map(_is_rounded, changes)), changes
    assert diff(expected, found).lines() == [] or changes
    assert [feature.name for feature in found] == [feature.name for feature in expected]
    assert [domain.name for domain in found.message.string_domain] == [
        domain.name for domain in expected.message.string_domain
    ]


def test_a_schema_that_fits_stays(repository: Path) -> None:
    golden = json.loads((repository / "tests" / "golden" / "schema" / "tfdv.json").read_text(encoding="utf-8"))
    schema = _schema(golden["inferred"]["lists"])
    assert update_schema(schema, decode(json.dumps(golden["statistics"]["lists"]), StatisticsList, where="x")) == schema


def _schema(message: Any) -> Schema:
    return Schema.from_text(json.dumps(message), "json")


def _is_rounded(change: FieldChange) -> bool:
    return change.field in ("min", "max") and math.isclose(change.old, change.new, rel_tol=1e-6)
