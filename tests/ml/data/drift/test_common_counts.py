from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ml.data.drift.view import texts

from penstock.ml.data.drift.common_counts import LARGEST, CommonCounts, counts_of_views, is_complete
from penstock.ml.data.drift.jensen_shannon import divergence


def counts(a: list[float], b: list[float], **more: object) -> CommonCounts:
    values = [f"v{i:03d}" for i in range(len(a))]
    sides = np.array(a, dtype=float), np.array(b, dtype=float)
    made = CommonCounts(values, *sides, (float(sum(a)), float(sum(b))), np.ones(len(a)))
    return replace(made, **more)  # type: ignore[arg-type]


def test_counts_of_complete_lists_are_all_there_is() -> None:
    found = counts_of_views(texts({"b": 3, "a": 1}), texts({"c": 2}))
    assert found is not None
    assert found.values == ["a", "b", "c"]
    assert (found.a.tolist(), found.b.tolist(), found.totals, found.basis) == ([1, 3, 0], [0, 0, 2], (4, 2), "")


def test_a_cut_list_says_so() -> None:
    cut = texts({"a": 5, "b": 4}, unique=1000)
    assert not is_complete(cut)
    found = counts_of_views(cut, texts({"a": 1}))
    assert found is not None
    assert found.basis == "the 2 most frequent values"
    assert counts_of_views(cut, texts({})) is None


def test_differences_are_of_shares_of_one_or_both_sides() -> None:
    found = counts([5, 5], [10, 30])
    assert found.difference() == ("v001", 0.5, 0.75)
    assert found.difference(is_combined=True) == ("v001", 0.1, 0.6)


def test_divergence_is_that_of_the_counts() -> None:
    found = counts([5, 0, 7, 1], [0, 2, 7, 9])
    assert found.divergence() == pytest.approx(divergence(found.a, found.b))


def test_drawn_values_stand_for_the_others() -> None:
    generator = np.random.default_rng(2)
    a, b = (np.append(generator.poisson(20, 8000) * 1.0, 90_000 * share) for share in (1, 2))
    whole = counts(a.tolist(), b.tolist())
    kept = np.append(np.arange(8000) % 8 == 3, True)
    scale = np.append(np.full(8000, 8.0), 1.0)[kept]
    part = CommonCounts(["v"] * int(kept.sum()), a[kept], b[kept], whole.totals, scale)
    assert part.divergence() == pytest.approx(whole.divergence(), rel=0.05)
    # Without the scale the frequent value would outweigh them.
    assert counts(a[kept].tolist(), b[kept].tolist()).divergence() < whole.divergence() / 2


def test_cells_show_what_the_known_values_hide() -> None:
    found = counts([1, 1], [1, 1], totals=(100.0, 100.0), cells=(np.array([60.0, 40.0]), np.array([10.0, 90.0])))
    assert found.difference() == ("", pytest.approx(0.4), pytest.approx(0.9))
    assert found.divergence() >= divergence([60, 40], [10, 90])


def test_bins_are_the_most_frequent_and_the_rest() -> None:
    found = counts([float(i) for i in range(1, 101)], [1.0] * 100)
    baseline, current = found.bins()
    assert baseline.size == LARGEST + 1
    assert sorted(baseline)[:-1] == list(range(51, 101))
    assert (baseline[-1], current[-1]) == (sum(range(51)), 50)


def test_of_equally_frequent_values_the_first_have_bins() -> None:
    found = counts([1.0] * 60, [float(i) for i in range(60)])
    assert found.bins()[1].tolist() == [*map(float, range(50)), float(sum(range(50, 60)))]


def test_chance_explains_rare_values_and_not_frequent_ones() -> None:
    generator = np.random.default_rng(4)
    shares = np.full(500, 1 / 500)
    sides = [generator.multinomial(20_000, shares).astype(float).tolist() for _ in range(2)]
    found = counts(*sides)
    assert found.divergence() == pytest.approx(found.chance(), rel=0.15)
    assert counts([500.0, 500.0], [500.0, 500.0]).chance() < 1e-3
