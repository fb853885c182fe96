from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.error import DataError
from penstock.ml.data.image import MAX_DISTANCE, image_table, near_duplicates, nearest_hashes

hashes = st.lists(st.none() | st.binary(min_size=16, max_size=16), max_size=12)


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


@given(hashes, st.integers(0, 128))
def test_pairs(found: list[bytes | None], limit: int) -> None:
    expected = [
        [i, j, distance(one, other)]
        for i, one in enumerate(found)
        for j, other in enumerate(found)
        if i < j and one is not None and other is not None and distance(one, other) <= limit
    ]
    assert near_duplicates(found, limit).tolist() == expected
    assert near_duplicates([one and one.hex() for one in found], limit).tolist() == expected


@given(hashes, hashes)
def test_nearest(found: list[bytes | None], among: list[bytes | None]) -> None:
    positions, distances = nearest_hashes(found, among)
    for one, position, least in zip(found, positions.tolist(), distances.tolist(), strict=True):
        options = [(distance(one, other), i) for i, other in enumerate(among) if one is not None and other is not None]
        assert (least, position) == min(options, default=(129, -1))


def test_more_than_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0).integers(0, 4, (300, 16), dtype=np.uint8)
    found = [row.tobytes() for row in random]
    expected = near_duplicates(found, 10), nearest_hashes(found[:50], found[50:])
    monkeypatch.setattr("penstock.ml.data.image.near_duplicate._BLOCK_PAIRS", 1000)
    assert (near_duplicates(found, 10) == expected[0]).all()
    assert (np.array(nearest_hashes(found[:50], found[50:])) == np.array(expected[1])).all()


@pytest.mark.parametrize("wrong", [b"short", "xyz", "00" * 15, 7])
def test_what_is_no_hash(wrong: object) -> None:
    with pytest.raises(DataError, match="is no perceptual hash"):
        near_duplicates([wrong])  # type: ignore[list-item]


@pytest.mark.heavy(budget_s=20)
def test_photographs_taken_one_after_the_other(real_data: Path) -> None:
    """The numbers of the files follow time; measured: see MAX_DISTANCE."""
    pytest.importorskip("PIL", reason="pip install 'penstock[images]'")
    table = image_table(real_data / "rock_paper_scissors").read_all()
    labels = np.array(table.column("label").to_pylist())
    pairs = near_duplicates(table.column("perceptual_hash").to_pylist(), MAX_DISTANCE)
    left, right = pairs[:, 0], pairs[:, 1]
    assert len(pairs) > 200
    # Of one class, every pair lies close together in time: none is a chance hit.
    is_same = labels[left] == labels[right]
    assert is_same.mean() > 0.8
    assert (right - left)[is_same].max() <= 20

    def share(is_test: np.ndarray) -> float:
        crosses = is_test[left] != is_test[right]
        tested = np.concatenate([left[crosses & is_test[left]], right[crosses & is_test[right]]])
        return len(set(tested.tolist())) / is_test.sum()

    at_random = np.random.default_rng(0).random(len(labels)) < 0.2
    place = np.concatenate([np.arange(count) / count for count in np.unique(labels, return_counts=True)[1]])
    assert share(at_random) > 0.08
    for start in (0.0, 0.3, 0.8):
        assert share((place >= start) & (place < start + 0.2)) < 0.02
