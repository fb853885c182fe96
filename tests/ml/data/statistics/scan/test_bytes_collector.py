from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.statistics.prefix_histogram import extent_of
from penstock.ml.data.statistics.scan import Limits, ScanSetting, scan

JPEG, PNG, WEBP = b"\xff\xd8\xff\xe0 1", b"\x89PNG\r\n\x1a\n 2", b"RIFF\x00\xff\x00\x00WEBP"


@pytest.mark.parametrize("kind", ["binary", "large_binary", "dictionary"])
def test_images_are_told_by_format_size_and_digest(kind: str) -> None:
    values = pa.array([JPEG, PNG, None, JPEG, WEBP, b"\xfe no image"])
    array = values.dictionary_encode() if kind == "dictionary" else values.cast(kind)
    [state] = scan(pa.table({"image": array}))
    feature = state.features[("image",)]
    assert (feature.type, feature.levels[0].num_missing) == ("BYTES", 1)
    assert feature.bytes is not None
    assert feature.text is not None
    assert (feature.text.num_invalid_utf8, len(feature.text.sample.values)) == (5, 0)
    assert feature.bytes.formats == {"UNKNOWN": 1, "jpeg": 2, "png": 1, "webp": 1}
    counted = dict(zip(feature.bytes.sample.values.to_pylist(), feature.bytes.sample.counts.tolist(), strict=True))
    assert counted[hashlib.md5(JPEG).hexdigest()] == 2
    extent = extent_of(feature.bytes.sizes)
    assert extent is not None
    assert extent.total == sum(map(len, [JPEG, PNG, JPEG, WEBP, b"\xfe no image"]))


def test_binary_values_that_are_mostly_text_are_text() -> None:
    [state] = scan(pa.table({"name": [b"Graz", b"Wien", b"K\xf6ln", None]}))
    feature = state.features[("name",)]
    assert feature.type == "STRING"
    assert feature.bytes is not None
    assert len(feature.bytes.sample.values) == 3
    assert feature.text is not None
    assert feature.text.num_invalid_utf8 == 1
    assert feature.text.sample.values.to_pylist() == ["Graz", "Wien"]
    assert feature.text.lengths.counts.tolist() == [3]


def test_a_binary_column_without_values_fits_both() -> None:
    [state] = scan(pa.table({"name": pa.nulls(2, pa.binary())}))
    assert (state.features[("name",)].type, state.features[("name",)].bytes) == ("STRING", None)


def test_many_values_are_sampled() -> None:
    values = [b"\xff" + bytes(np.random.default_rng(number).bytes(8)) for number in range(500)]

    [state] = scan(pa.table({"x": values}), setting=ScanSetting(limits=Limits(values=100)))
    found = state.features[("x",)].bytes
    assert found is not None
    assert found.sample.level > 0
    assert len(found.sample.values) <= 100
