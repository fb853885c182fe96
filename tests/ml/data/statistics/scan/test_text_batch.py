from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.statistics.scan.cursor import Cursors
from penstock.ml.data.statistics.scan.text_batch import text_batch
from penstock.ml.data.statistics.text_hash import long_text


@pytest.fixture(scope="module")
def cursors() -> Iterator[Cursors]:
    made = Cursors()
    yield made
    made.close()


TEXTS = ["", "ä", "日本", "plain", "plain", "x" * 2000, "ß" * 600, "\x00"]


@pytest.mark.parametrize("is_dictionary", [False, True])
def test_lengths_are_bytes_and_characters_are_counted(cursors: Cursors, is_dictionary: bool) -> None:
    values = pa.array(["left out", *TEXTS], pa.string())
    batch = text_batch((values.dictionary_encode() if is_dictionary else values).slice(1), None, cursors)
    assert batch.num_characters == sum(map(len, TEXTS))
    assert dict(zip(batch.lengths[0].tolist(), batch.lengths[1].tolist(), strict=True)) == {
        0: 1, 1: 1, 2: 1, 5: 2, 6: 1, 1200: 1, 2000: 1
    }  # fmt: skip
    counts = batch.counted.all_counts()
    found = sorted(
        text for text, count in zip(batch.counted.values.to_pylist(), counts, strict=True) for _ in range(count)
    )
    assert found == sorted(map(long_text, TEXTS))


def test_what_is_not_utf8_is_counted_apart(cursors: Cursors) -> None:
    batch = text_batch(pa.array([b"ok", b"\xff\xfe", b"ok", b"\xe4"]), np.array([1, 2, 3, 4]), cursors)
    assert batch.num_invalid == 2
    assert batch.counted.values.to_pylist() == ["ok", "ok"]
    assert batch.counted.weights is not None
    assert batch.counted.weights.tolist() == [1, 3]
    assert batch.lengths[1].tolist() == [1, 3]


def test_weights_follow_the_values_of_a_dictionary(cursors: Cursors) -> None:
    batch = text_batch(pa.array(["b", "a", "b"]).dictionary_encode(), np.array([5, 7, 2**54]), cursors)
    assert batch.counted.values.to_pylist() == ["b", "a"]
    assert batch.counted.weights is not None
    assert batch.counted.weights.tolist() == [2**54 + 5, 7]
