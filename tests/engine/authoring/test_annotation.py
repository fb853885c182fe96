from __future__ import annotations

import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Optional, Union

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penstock.core.error import GraphError
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.engine.authoring.annotation import annotations_of, input_type, json_text, output_type, qualified_name

if TYPE_CHECKING:
    from collections.abc import Sequence

WHERE = "here"
TABLE = "pyarrow.lib.Table"


class Colour(Enum):
    RED = 1


class OwnPath(type(Path())):  # type: ignore[misc]
    pass


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "int"),
        (float, "float"),
        (str, "str"),
        (bool, "bool"),
        (None, "None"),
        (Any, "Any"),
        (list, "list"),
        (dict, "dict"),
        (list[int], "list[int]"),
        (dict[str, float], "dict[str, float]"),
        (list[dict[str, int | None]], "list[dict[str, int | None]]"),
        (int | None, "int | None"),
        (None | int, "int | None"),
        (Optional[str], "str | None"),  # noqa: UP045
        (Union[int, str], "int | str"),  # noqa: UP007
        (Literal["a", 2, True], "Literal['a', 2, True]"),
        (Literal["a"] | None, "Literal['a'] | None"),
    ],
)
def test_json_types(annotation: Any, text: str) -> None:
    assert json_text(annotation) == text


@pytest.mark.parametrize(
    "annotation",
    [
        bytes,
        set[int],
        tuple[int, str],
        dict[int, str],
        dict[str, bytes],
        list[bytes],
        Literal[b"x"],
        Literal[Colour.RED],
    ],
)
def test_what_is_no_json_type(annotation: Any) -> None:
    assert json_text(annotation) == ""


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, PortType(PARAMETER, "int")),
        (int | None, PortType(PARAMETER, "int | None", is_optional=True)),
        (Path, PortType(PATH, "pathlib.Path")),
        (Path | None, PortType(PATH, "pathlib.Path", is_optional=True)),
        (list[Path], PortType(PATH, "pathlib.Path", is_list=True)),
        (pa.Table, PortType("Dataset", TABLE)),
        (pa.Table | None, PortType("Dataset", TABLE, is_optional=True)),
        (list[pa.Table], PortType("Dataset", TABLE, is_list=True)),
        (list[pa.Table] | None, PortType("Dataset", TABLE, is_list=True, is_optional=True)),
        (pd.DataFrame, PortType("Dataset", f"{pd.DataFrame.__module__}.DataFrame")),
        (pl.DataFrame, PortType("Dataset", "polars.dataframe.frame.DataFrame")),
        (pa.RecordBatchReader, PortType("Dataset", "pyarrow.lib.RecordBatchReader")),
    ],
)
def test_types_of_inputs(annotation: Any, expected: PortType) -> None:
    assert input_type(annotation, WHERE) == expected


def test_a_subclass_takes_the_form_of_its_base() -> None:
    class Trips(pd.DataFrame):
        pass

    assert input_type(Trips, WHERE) == input_type(pd.DataFrame, WHERE)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Path, PortType("File", "pathlib.Path")),
        (Path | None, PortType("File", "pathlib.Path", is_optional=True)),
        (list[Path], PortType("File", "pathlib.Path", is_list=True)),
        (pa.Table, PortType("Dataset", TABLE)),
        (dict[str, int], PortType(PARAMETER, "dict[str, int]")),
    ],
)
def test_types_of_outputs(annotation: Any, expected: PortType) -> None:
    assert output_type(annotation, WHERE) == expected


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        (bytes, "bytes"),
        (list[bytes], r"list\[bytes\]"),
        (bytes | None, r"bytes \| None"),
        (tuple[int, str], r"tuple\[int, str\]"),
        (int | pa.Table, r"int \| pyarrow.lib.Table"),
        (list[list[pa.Table]], r"list\[list\[pyarrow.lib.Table\]\]"),
    ],
)
def test_an_unknown_annotation_is_shown_whole(annotation: Any, shown: str) -> None:
    with pytest.raises(GraphError, match=f"annotation {shown}") as caught:
        input_type(annotation, WHERE)
    assert caught.value.where == WHERE


def test_the_closest_known_class_is_offered() -> None:
    class DataFrames:
        pass

    with pytest.raises(GraphError) as caught:
        input_type(DataFrames, WHERE)
    assert "did you mean 'DataFrame'" in caught.value.fix


def test_annotations_written_as_text_are_resolved() -> None:
    def function(x: int, table: pa.Table) -> None: ...

    assert annotations_of(function, WHERE) == {"x": int, "table": pa.Table, "return": type(None)}


def test_a_name_that_exists_only_for_the_type_checker() -> None:
    def function(items: Sequence[int]) -> None: ...

    with pytest.raises(GraphError, match="'function' cannot be resolved: name 'Sequence'") as caught:
        annotations_of(function, WHERE)
    assert "TYPE_CHECKING" in caught.value.fix


def test_paths_of_every_system_are_paths() -> None:
    assert qualified_name(OwnPath) == qualified_name(Path) == "pathlib.Path"
    assert qualified_name(pa.Table) == TABLE


def test_a_kind_is_known_without_importing_its_library() -> None:
    code = (
        "import sys; from penstock.engine.authoring.annotation import _kinds\n"
        "assert _kinds()['pyarrow.lib.Table'] == 'Dataset'\n"
        "print([name for name in ('pyarrow', 'pandas', 'duckdb', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
