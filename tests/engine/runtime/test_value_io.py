from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from strategies import json_values

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value, value_from_json
from penstock.core.error import NotFoundError, OutputTypeError, PluginError, StepError
from penstock.core.graph import Node, Output, StepRef
from penstock.core.protocol import BlobStore
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.core.value import File, Metrics, Report
from penstock.engine.runtime.value_io import (
    INLINE_LIMIT_BYTES,
    artifact_path,
    default_form,
    load_as,
    load_value,
    materializer,
    save_outputs,
)
from penstock.engine.store import open_blobs

WHERE = "pipeline 'p', step 'a'"
TABLE = PortType("Dataset", "pyarrow.lib.Table")
FRAME = PortType("Dataset", "pandas.DataFrame")
METRICS = PortType("Metrics", "penstock.core.value.Metrics")
FILE = PortType("File", "pathlib.Path")
PATH_INPUT = PortType(PATH, "pathlib.Path")
TRIPS = pa.table({"fare": [1.5, 2.5], "tips": [0, 1]})


class Parts(NamedTuple):
    train: Any
    rows: Any


class One(NamedTuple):
    output: Any


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> BlobStore:
    folder = tmp_path_factory.mktemp("blobs")
    return open_blobs(str(folder / "artifacts"), cache=folder / "cache")


def node(*outputs: Output) -> Node:
    return Node("a", StepRef("flow", "f"), (), outputs)


def save(blobs: BlobStore, kind: PortType, result: Any, *scalars: str) -> dict[str, Value]:
    found = save_outputs(node(Output("output", kind, scalars)), result, blobs, WHERE)
    return {name: value_from_json(value) for name, value in found.items()}


def stored(blobs: BlobStore, kind: PortType, result: Any) -> ArtifactRef:
    value = save(blobs, kind, result)["output"]
    assert isinstance(value, ArtifactRef)
    return value


# Out and in again.


@given(value=json_values)
def test_json_values_travel_inline(blobs: BlobStore, value: Any) -> None:
    saved = save(blobs, PortType(PARAMETER, "Any"), value)["output"]
    assert saved == Inline(value)
    assert load_value(saved, PortType(PARAMETER, "Any"), blobs) == value


def test_subclasses_and_tuples_become_plain_json(blobs: BlobStore) -> None:
    assert save(blobs, PortType(PARAMETER, "list[int]"), (1, 2))["output"] == Inline([1, 2])
    found = save(blobs, PortType(PARAMETER, "float"), np.float64(0.5))["output"]
    assert isinstance(found, Inline)
    assert type(found.json) is float


def test_an_artifact_is_stored_once_and_read_in_any_form(blobs: BlobStore) -> None:
    ref = stored(blobs, TABLE, TRIPS)
    assert ref == stored(blobs, TABLE, TRIPS)
    assert load_value(ref, TABLE, blobs) == TRIPS
    pd.testing.assert_frame_equal(load_value(ref, FRAME, blobs), TRIPS.to_pandas())


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_path_comes_back_under_its_name(blobs: BlobStore, tmp_path: Path, is_folder: bool) -> None:
    path = tmp_path / "manifest.json"
    if is_folder:
        path.mkdir()
        (path / "x").write_text("1")
    else:
        path.write_text("1")
    ref = stored(blobs, FILE, path)
    assert ref == stored(blobs, PortType("File", "penstock.core.value.File"), File(path))
    for found in (load_value(ref, PATH_INPUT, blobs), load_value(ref, FILE, blobs), artifact_path(ref, blobs)):
        assert found.name == "manifest.json"
        assert (found / "x" if is_folder else found).read_text() == "1"


def test_any_artifact_as_a_path(blobs: BlobStore) -> None:
    path = load_value(stored(blobs, TABLE, TRIPS), PATH_INPUT, blobs)
    assert path.exists()
    assert path.name != "manifest.json"


def test_an_artifact_where_any_is_taken_comes_in_its_own_form(blobs: BlobStore) -> None:
    found = load_value(stored(blobs, METRICS, Metrics(auc=0.5)), PortType("Artifact", ""), blobs)
    assert found == Metrics(auc=0.5)
    assert type(found) is Metrics


def test_paths_given_as_text(blobs: BlobStore) -> None:
    assert load_value(Inline("a b"), PATH_INPUT, blobs) == Path("a b")
    listed = PortType(PATH, "pathlib.Path", is_list=True)
    assert load_value(Inline(["a", "b"]), listed, blobs) == [Path("a"), Path("b")]
    assert load_value(Gathered((Inline("a"), Inline("b"))), listed, blobs) == [Path("a"), Path("b")]
    assert load_value(Inline(None), PATH_INPUT, blobs) is None


def test_lists_keep_their_order_and_their_gaps(blobs: BlobStore) -> None:
    refs = tuple(stored(blobs, TABLE, pa.table({"x": [number]})) for number in range(3))
    found = load_value(Gathered((*refs, Inline(None))), TABLE.listed(), blobs)
    assert [None if table is None else table["x"][0].as_py() for table in found] == [0, 1, 2, None]
    assert load_value(Gathered((Inline(1), Inline([2]))), PortType(PARAMETER, "list[Any]"), blobs) == [1, [2]]


def test_a_list_of_artifacts_as_one_output(blobs: BlobStore) -> None:
    value = save(blobs, TABLE.listed(), [TRIPS, TRIPS])["output"]
    assert isinstance(value, Gathered)
    assert load_value(value, TABLE.listed(), blobs) == [TRIPS, TRIPS]
    assert save(blobs, TABLE.listed(), [])["output"] == Gathered(())


def test_an_optional_output_that_is_not_there(blobs: BlobStore) -> None:
    kind = PortType("Metrics", METRICS.form, is_optional=True)
    assert save(blobs, kind, None, "auc") == {"output": Inline(None), "output.auc": Inline(None)}


# What a step may return.


def test_several_outputs_come_by_name(blobs: BlobStore) -> None:
    both = node(Output("train", TABLE), Output("rows", PortType(PARAMETER, "int")))
    found = save_outputs(both, Parts(TRIPS, 2), blobs, WHERE)
    assert list(found) == ["train", "rows"]
    assert found["rows"] == {"value": 2}
    assert found["train"]["kind"] == "Dataset"


def test_a_named_tuple_with_one_output(blobs: BlobStore) -> None:
    assert save(blobs, PortType(PARAMETER, "int"), One(3))["output"] == Inline(3)


def test_a_step_without_outputs(blobs: BlobStore) -> None:
    assert save_outputs(node(), None, blobs, WHERE) == {}


def test_a_subclass_is_what_its_base_is(blobs: BlobStore) -> None:
    class Scores(Metrics):
        pass

    assert load_value(stored(blobs, METRICS, Scores(auc=1)), METRICS, blobs) == Metrics(auc=1)


@pytest.mark.parametrize(
    ("outputs", "result", "message"),
    [
        ([Output("output", TABLE)], [1], r"output 'output' should be Dataset as Table, but is list: \[1\]"),
        ([Output("output", TABLE)], None, "output 'output' should be Dataset as Table, but is NoneType"),
        ([Output("output", TABLE)], TRIPS.to_pandas(), "should be Dataset as Table, but is DataFrame"),
        ([Output("output", TABLE.listed())], TRIPS, "should be list of Dataset as Table, but is Table"),
        ([Output("output", TABLE.listed())], [TRIPS, 1], "should be Dataset as Table, but is int: 1"),
        ([Output("output", PortType(PARAMETER, "int"))], "3", "output 'output' should be int, but is str: '3'"),
        ([Output("output", PortType(PARAMETER, "int"))], np.int64(3), "should be int, but is int64"),
        ([Output("output", PortType(PARAMETER, "Any"))], {1, 2}, "should be a JSON value, but is set"),
        ([Output("output", PortType(PARAMETER, "dict"))], {1: 2}, "should be a JSON value, but is dict"),
        ([Output("output", PortType(PARAMETER, "Any"))], "\udcff", "should be a JSON value, but is str"),
        ([], 3, "the result should be None, but is int: 3"),
        ([Output("train", TABLE), Output("rows", TABLE)], (1, 2), "the result should be a NamedTuple with train, rows"),
        ([Output("rows", TABLE), Output("train", TABLE)], Parts(1, 2), "should be a NamedTuple with rows, train"),
        ([Output("output", FILE)], "out.csv", "should be File as Path, but is str: 'out.csv'"),
    ],
)
def test_another_type_than_promised(blobs: BlobStore, outputs: list[Output], result: Any, message: str) -> None:
    with pytest.raises(OutputTypeError, match=message) as caught:
        save_outputs(node(*outputs), result, blobs, WHERE)
    assert caught.value.where == WHERE


def test_a_long_value_is_cut_in_the_message(blobs: BlobStore) -> None:
    with pytest.raises(OutputTypeError) as caught:
        save(blobs, PortType(PARAMETER, "int"), "x" * 10_000)
    assert len(caught.value.what) < 150


def test_a_large_value_belongs_in_an_artifact(blobs: BlobStore) -> None:
    any_json = PortType(PARAMETER, "Any")
    limit = INLINE_LIMIT_BYTES - len('""')
    assert save(blobs, any_json, "x" * limit)["output"] == Inline("x" * limit)
    for value in ("x" * (limit + 1), ["ä" * (limit // 2)]):
        with pytest.raises(
            OutputTypeError, match=r"output 'output' takes 4\.0 MiB as JSON; a value may take 4 MiB"
        ) as caught:
            save(blobs, any_json, value)
        assert caught.value.fix == "return it as a File, or a Dataset"


# Implicit scalars.


def test_scalars_are_recorded_beside_the_output(blobs: BlobStore) -> None:
    found = save(blobs, METRICS, Metrics(auc=0.9, name="x", is_good=True), "auc", "is_good", "name")
    assert {name: found[f"output.{name}"] for name in ("auc", "is_good", "name")} == {
        "auc": Inline(0.9),
        "is_good": Inline(True),
        "name": Inline("x"),
    }
    numpy = save(blobs, PortType(PARAMETER, "dict[str, Any]"), {"auc": np.float64(0.5)}, "auc")["output.auc"]
    assert isinstance(numpy, Inline)
    assert type(numpy.json) is float


def test_a_missing_key_names_the_closest(blobs: BlobStore) -> None:
    with pytest.raises(
        StepError, match="output 'output' has no key 'acu', which the pipeline reads; did you mean 'auc'"
    ):
        save(blobs, METRICS, Metrics(auc=0.9), "acu")


def test_a_key_that_is_no_scalar(blobs: BlobStore) -> None:
    with pytest.raises(OutputTypeError, match="key 'all' of output 'output' should be a number"):
        save(blobs, PortType(PARAMETER, "dict"), {"all": [1]}, "all")


# Reading results.


@pytest.mark.parametrize(
    ("form", "check"),
    [
        (pa.Table, lambda found: found == TRIPS),
        (pd.DataFrame, lambda found: list(found.columns) == ["fare", "tips"]),
        (Path, lambda found: found.exists()),
        (None, lambda found: found.num_rows == 2),
    ],
)
def test_results_in_any_form(blobs: BlobStore, form: type | None, check: Callable[[Any], bool]) -> None:
    ref = stored(blobs, TABLE, TRIPS)
    assert check(load_as(ref, form, blobs))
    assert all(map(check, load_as(Gathered((ref, ref)), form, blobs)))


def test_json_results_have_one_form(blobs: BlobStore) -> None:
    assert load_as(Inline([1]), None, blobs) == [1]


def test_a_form_that_nobody_offers(blobs: BlobStore) -> None:
    with pytest.raises(NotFoundError, match=r"no plug-in 'Dataset\.builtins\.bytes'"):
        load_as(stored(blobs, TABLE, TRIPS), bytes, blobs)
    with pytest.raises(NotFoundError, match="no materializer reads artifacts of kind Nothing"):
        default_form("Nothing")


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("Dataset", "penstock.ml.data.dataset.Dataset"),
        ("File", "penstock.core.value.File"),
        ("Report", f"{Report.__module__}.Report"),
    ],
)
def test_our_own_form_is_the_default(kind: str, form: str) -> None:
    assert default_form(kind) == form


def test_a_plug_in_that_is_no_materializer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    info = tmp_path / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[penstock.materializers]\nBroken.x.Y = pathlib:Path\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginError, match=r"the materializer of Broken as x\.Y lacks part of its protocol"):
        materializer("Broken", "x.Y")
