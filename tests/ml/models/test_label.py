from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.models.label import label_codes


@pytest.mark.parametrize(
    ("values", "names", "codes"),
    [
        ([True, False, True], (False, True), [1, 0, 1]),
        ([1, 0], (0, 1), [1, 0]),
        ([1.0, 0.0], (0, 1), [1, 0]),
        ([30, 10, 20], (10, 20, 30), [2, 0, 1]),
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
    ],
)
def test_classes_are_sorted_and_keep_their_type(values: list[Any], names: tuple[Any, ...], codes: list[int]) -> None:
    found, places = label_codes(pa.chunked_array([values]), "y")
    assert found == names
    assert [type(name) for name in found] == [type(name) for name in names]
    assert places.tolist() == codes


def test_dictionary_and_large_text() -> None:
    column = pa.chunked_array([pa.array(["b", "a"]).cast(pa.large_string()).dictionary_encode()])
    assert label_codes(column, "y")[0] == ("a", "b")


def test_given_classes_decide() -> None:
    assert label_codes(pa.chunked_array([["c"]]), "y", ("a", "b", "c"))[1].tolist() == [2]
    for values in (["d"], [1], [True]):
        with pytest.raises(DataError, match="none of the classes"):
            label_codes(pa.chunked_array([values]), "y", ("a", "b"))
    with pytest.raises(DataError, match="none of the classes"):
        label_codes(pa.chunked_array([[1, 0]]), "y", (False, True))


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([True, None, False, None], "2 of 4 labels are missing"),
        ([0.5, 1.5], "the label is double"),
        ([float("nan"), 1.0], "the label is double"),
        ([float("inf"), 1.0], "not all values are whole numbers"),
        ([1e300, 1.0], "not all values are whole numbers"),
        ([True, True], "1 classes: True"),
        ([], "0 classes"),
        (list(range(1001)), "1001 classes"),
        ([[1], [2]], "the label is list"),
    ],
)
def test_labels_that_are_no_classes(values: list[Any], what: str) -> None:
    column = pa.chunked_array([pa.array(values, pa.bool_()) if not values else pa.array(values)])
    with pytest.raises(DataError, match=what) as caught:
        label_codes(column, "y")
    assert caught.value.where == "label 'y'"


def test_numbers_beyond_64_bits() -> None:
    with pytest.raises(DataError, match="not all values are whole numbers of 64 bits"):
        label_codes(pa.chunked_array([pa.array([2**64 - 1, 1], pa.uint64())]), "y")


def test_classes_that_a_narrow_type_cannot_hold() -> None:
    assert label_codes(pa.chunked_array([pa.array([7], pa.int8())]), "y", (7, 1000))[1].tolist() == [0]
