from __future__ import annotations

import numpy as np
import pyarrow as pa

from penstock.ml.data.drift.text_mix import mixed


def test_a_text_gives_the_same_number_in_every_list() -> None:
    values = ["", "a", "12345678", "123456789", "x" * 1000, "é", "123456789\0"]
    alone = [int(mixed(pa.array([value]))[0]) for value in values]
    assert mixed(pa.array(values)).tolist() == alone
    assert mixed(pa.array(["zz", *values])[1:]).tolist() == alone
    assert len(set(alone)) == len(values)
    # Fixed for all time: samples of two versions must be of the same texts.
    assert alone[:2] == [12328215566120399580, 8355195495324967402]


def test_long_lists_are_mixed_in_parts_alike() -> None:
    values = pa.array([f"row {i}" for i in range(20_000)])
    assert np.array_equal(mixed(values)[10_000:10_010], mixed(values[10_000:10_010]))


def test_numbers_are_spread_evenly() -> None:
    mixes = mixed(pa.array([f"user{i}@example.org" for i in range(1 << 15)]))
    counts = np.bincount((mixes >> np.uint64(60)).astype(int), minlength=16)
    assert np.unique(mixes).size == mixes.size
    assert abs(counts / counts.sum() - 1 / 16).max() < 0.01


def test_no_texts_give_no_numbers() -> None:
    assert mixed(pa.array([], pa.string())).size == 0
