from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from naive_statistics import naive_state

from penstock.core.error import DataError
from penstock.ml.data.statistics.merge_feature import absent, merge_features
from penstock.ml.data.statistics.state import FeatureState


def feature(values: pa.Array) -> FeatureState:
    return naive_state(pa.table({"x": values})).features[("x",)]


def test_integers_become_floats_where_they_are_exact() -> None:
    merged = merge_features([feature(pa.array([1, 2**53])), feature(pa.array([0.5]))])
    assert merged.type == "FLOAT"
    assert merged.numeric is not None
    assert merged.numeric.maximum == 2.0**53
    assert isinstance(merged.numeric.maximum, float)
    assert isinstance(merged.numeric.minimum, float)


def test_integers_that_are_no_floats_are_refused() -> None:
    with pytest.raises(DataError, match=r"column 'x' is INT with numbers up to 9007199254740993, .*FLOAT in others"):
        merge_features([feature(pa.array([0.5])), feature(pa.array([-(2**53) - 1]))])


def test_texts_and_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="column 'x' is INT in some of the statistics and STRING in others"):
        merge_features([feature(pa.array([1])), feature(pa.array(["1"]))])


def test_depths_of_nesting_are_refused() -> None:
    with pytest.raises(DataError, match="column 'x' is nested 1 levels deep in some of the statistics and 2"):
        merge_features([feature(pa.array([[1]])), feature(pa.array([[[1]]]))])


@pytest.mark.parametrize("kind", [pa.string(), pa.float64(), pa.int64(), pa.list_(pa.list_(pa.int64()))])
@pytest.mark.parametrize("other", [pa.array([5, 6]), pa.array(["a"]), pa.array([[1.5]])])
def test_a_part_without_values_fits_every_type(kind: pa.DataType, other: pa.Array) -> None:
    none = feature(pa.array([None, None], kind))
    for parts in ([none, feature(other)], [feature(other), none]):
        merged = merge_features(parts)
        assert (merged.type, len(merged.levels)) == (feature(other).type, len(feature(other).levels))
        assert merged.levels[0].num_missing == 2


def test_parts_without_values_keep_what_is_known() -> None:
    text, number = feature(pa.array([None], pa.string())), feature(pa.array([None], pa.float64()))
    assert merge_features([text, number]).type == "FLOAT"
    assert merge_features([text, text]).type == "STRING"
    nested = feature(pa.array([None], pa.list_(pa.list_(pa.int64()))))
    assert len(merge_features([text, nested]).levels) == 2
    assert merge_features([text, absent(("x",), 3, 0, is_weighted=False)]).levels[0].num_missing == 4


def test_domains_must_agree() -> None:
    date = replace(feature(pa.array([1])), domain="DATE")
    truth = replace(feature(pa.array([1])), domain="BOOL")
    assert merge_features([date, date]).domain == "DATE"
    assert merge_features([truth, feature(pa.array([7]))]).domain == ""
    assert merge_features([date, feature(pa.array([None], pa.string()))]).domain == "DATE"
    with pytest.raises(DataError, match="column 'x' is DATE in some of the statistics and a plain number or text"):
        merge_features([date, feature(pa.array([7]))])
    with pytest.raises(DataError, match="column 'x' is DATE in some of the statistics and BOOL"):
        merge_features([date, truth])


def test_binary_values_are_texts_where_most_of_them_are() -> None:
    def binary(texts: list[str], num_invalid: int) -> FeatureState:
        return feature(pa.array([text.encode() for text in texts] + [b"\xff"] * num_invalid))

    mostly_text, mostly_not = binary(["a", "b", "c"], 1), binary(["d"], 2)
    assert (mostly_text.type, mostly_not.type) == ("STRING", "BYTES")
    for parts in ([mostly_text, mostly_not], [mostly_not, mostly_text]):
        merged = merge_features(parts)
        assert merged.type == "STRING"
        assert merged.text is not None
        assert merged.text.num_invalid_utf8 == 3
    assert merge_features([mostly_not, mostly_not, mostly_not, mostly_text]).type == "BYTES"


def test_images_are_bytes_alone_and_stay_so() -> None:
    image = replace(feature(pa.array([b"a", b"b"])), type="BYTES", text=None)
    unknown = feature(pa.array([b"\xff"]))
    for parts in ([image, unknown], [unknown, image]):
        merged = merge_features(parts)
        assert (merged.type, merged.text) == ("BYTES", None)
        assert merged.bytes is not None
        assert len(merged.bytes.sample.values) == 3
    with pytest.raises(DataError, match="column 'x' is BYTES in some of the statistics and STRING in others"):
        merge_features([image, feature(pa.array([b"c"]))])


def test_texts_and_binary_values_that_are_texts_are_texts() -> None:
    text, binary = feature(pa.array(["a"])), feature(pa.array([b"a", b"\xff"]))
    for parts in ([text, binary], [binary, text]):
        merged = merge_features(parts)
        assert (merged.type, merged.bytes) == ("STRING", None)
        assert merged.text is not None
        assert merged.text.sample.counts.tolist() == [2]
    with pytest.raises(DataError, match="column 'x' is BYTES in some of the statistics and STRING in others"):
        merge_features([text, feature(pa.array([b"\xff"]))])


def test_formats_of_images_are_added() -> None:
    parts = []
    for formats in ({"png": 2}, {"jpeg": 1, "png": 1}):
        state = feature(pa.array([b"x"]))
        assert state.bytes is not None
        parts.append(replace(state, bytes=replace(state.bytes, formats=formats)))
    merged = merge_features(parts).bytes
    assert merged is not None
    assert list(merged.formats.items()) == [("jpeg", 1), ("png", 3)]
    assert np.array_equal(merged.sizes.counts, [2])
