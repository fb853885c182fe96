from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.drift import state_counts
from penstock.ml.data.drift.common_counts import CommonCounts
from penstock.ml.data.drift.jensen_shannon import divergence
from penstock.ml.data.drift.state_counts import counts_of_states, is_comparable
from penstock.ml.data.statistics.state import WEIGHT_UNITS, TextState
from penstock.ml.data.statistics.text_state import of_counts


def state(counts: Mapping[str, int], *, limit: int = 1 << 17, short_limit: int = 4) -> TextState:
    return of_counts(
        pa.array(list(counts)), np.array(list(counts.values()), dtype=np.int64), limit=limit, short_limit=short_limit
    )


def compared(a: TextState, b: TextState) -> CommonCounts:
    found = counts_of_states(a, b, (float(a.lengths.counts.sum()), float(b.lengths.counts.sum())))
    assert found is not None
    return found


def true_divergence(a: Mapping[str, int], b: Mapping[str, int]) -> float:
    values = sorted({*a, *b})
    return divergence([a.get(value, 0) for value in values], [b.get(value, 0) for value in values])


def words(seed: int, size: int, mean: float) -> dict[str, int]:
    counts = np.random.default_rng(seed).poisson(mean, size)
    return {f"value {i:06d}": int(count) for i, count in enumerate(counts) if count}


def test_all_values_are_compared_where_both_sides_count_them() -> None:
    found = compared(state({"a": 1, "b": 2}), state({"c": 5, "b": 1}))
    assert dict(zip(found.values.to_pylist(), zip(found.a, found.b, strict=True), strict=True)) == {
        "a": (1, 0),
        "b": (2, 1),
        "c": (0, 5),
    }
    assert (found.basis, found.cells, set(found.scale)) == ("", None, {1.0})


def test_samples_of_the_same_values_are_compared_at_the_coarser_level() -> None:
    a, b = words(1, 6000, 5), words(2, 6000, 5)
    fine, coarse = state(a, limit=4000), state(b, limit=500)
    found = compared(fine, coarse)
    assert found.basis == f"the short values and a sample of 1 in {1 << coarse.sample.level} of the others"
    assert set(found.scale) == {float(1 << coarse.sample.level)}
    assert found.divergence() == pytest.approx(true_divergence(a, b), rel=0.1)
    assert compared(coarse, fine).divergence() == pytest.approx(found.divergence(), rel=1e-9)


def test_short_values_are_exact_whatever_is_sampled() -> None:
    a, b = words(1, 6000, 5) | {"": 30_000, "n/a": 50}, words(2, 6000, 5) | {"": 90_000, "n/a": 50}
    found = compared(state(a, limit=500), state(b, limit=400))
    value, share_a, share_b = found.difference()
    assert value == ""
    assert share_a == pytest.approx(30_000 / sum(a.values()))
    assert share_b == pytest.approx(90_000 / sum(b.values()))
    assert found.divergence() == pytest.approx(true_divergence(a, b), rel=0.1)
    assert sorted(found.a[found.scale == 1]) == [50, 30_000]


def test_a_frequent_value_that_no_sample_has_shows_in_its_cell() -> None:
    rest = words(1, 6000, 5)
    hidden = next(
        name
        for name in ("a comment of many words", "another comment of many", "yet another long comment")
        if name not in set(state(rest | {name: 1}, limit=300).sample.values.to_pylist())
    )
    a, b = rest | {hidden: 100_000}, rest | {hidden: 1000}
    value, share_a, share_b = compared(state(a, limit=300), state(b, limit=300)).difference()
    assert value == ""
    assert share_a - share_b == pytest.approx(100_000 / sum(a.values()) - 1000 / sum(b.values()), rel=0.01)
    assert compared(state(a, limit=300), state(b, limit=300)).divergence() == pytest.approx(
        true_divergence(a, b), rel=0.2
    )


def test_many_rare_values_are_thinned_and_frequent_ones_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = words(1, 9000, 5) | {"often": 20_000}, words(2, 9000, 5) | {"often": 40_000}
    whole = compared(state(a), state(b))
    monkeypatch.setattr(state_counts, "ENOUGH", 1000)
    part = compared(state(a), state(b))
    assert part.basis == "the frequent values and a sample of 1 in 16 of the others"
    assert part.a.size < 2 * 1000
    assert part.difference() == whole.difference()
    assert part.divergence() == pytest.approx(whole.divergence(), rel=0.15)


def test_weights_take_the_place_of_counts() -> None:
    weights = np.array([WEIGHT_UNITS // 2, 3 * WEIGHT_UNITS])
    weighted = of_counts(pa.array(["a", "b"]), np.array([1, 1]), weights)
    found = counts_of_states(weighted, weighted, (3.5, 3.5), is_weighted=True)
    assert found is not None
    assert (found.a.tolist(), found.b.tolist()) == ([0.5, 3], [0.5, 3])


def test_a_side_without_values_cannot_be_compared() -> None:
    empty = of_counts(pa.array([], pa.string()), np.empty(0, dtype=np.int64))
    assert counts_of_states(empty, state({"a": 1}), (0.0, 1.0)) is None


def test_samples_by_another_hash_function_are_not_comparable() -> None:
    sampled = state(words(1, 3000, 5), limit=500)
    other = replace(sampled, sample=replace(sampled.sample, probe=1))
    assert is_comparable(sampled, state({"a": 1}))
    assert not is_comparable(sampled, other)
    assert is_comparable(other, other)
