from __future__ import annotations

import pytest

from penstock.ml.report import Bars, Series, bars, curve, ranked


def test_one_histogram_shows_counts() -> None:
    figure = bars([Bars("all", [0, 2], [2, 6], [30, 10])], x_title="fare")
    (trace,) = figure["data"]
    assert trace["x"] == [1, 4]
    assert trace["width"] == [2, 4]
    assert trace["y"] == [30, 10]
    assert figure["layout"]["yaxis"]["title"]["text"] == "count"
    assert not figure["layout"]["showlegend"]


def test_several_histograms_show_shares_of_their_own_totals() -> None:
    figure = bars([Bars("a", [0], [1], [10]), Bars("b", [0, 1], [1, 2], [300, 100])])
    assert [trace["y"] for trace in figure["data"]] == [[1.0], [0.75, 0.25]]
    assert figure["layout"]["showlegend"]


def test_of_buckets_that_differ_the_areas_are_the_shares() -> None:
    wide, narrow = bars([Bars("a", [0], [10], [50]), Bars("b", [0, 2], [2, 4], [3, 1])])["data"]
    assert (wide["y"], narrow["y"]) == ([0.1], [0.375, 0.125])
    assert narrow["customdata"][0] == [0, 2, 0.75]


def test_a_bucket_of_no_width_is_seen() -> None:
    assert bars([Bars("a", [5], [5], [10])])["data"][0]["width"] == [1.0]
    assert bars([Bars("a", [0, 5], [5, 5], [1, 9])])["data"][0]["width"] == [5, 0.05]


def test_an_empty_histogram_is_a_figure_too() -> None:
    assert bars([Bars("a", [], [], [])])["data"][0]["y"] == []


def test_values_of_both_sides_are_shown() -> None:
    figure = ranked([Series("a", ["x", "y"], [3, 1]), Series("b", ["z", "x"], [1, 1])])
    assert figure["layout"]["yaxis"]["ticktext"] == ["x", "y", "z"]
    assert [trace["x"] for trace in figure["data"]] == [[0.75, 0.25, 0], [0.5, 0, 0.5]]


def test_long_and_empty_labels_are_told_apart() -> None:
    long = "a" * 40
    figure = ranked([Series("a", [long + "1", long + "2", ""], [3, 2, 1])])
    assert figure["data"][0]["y"] == [0, 1, 2]
    assert figure["layout"]["yaxis"]["ticktext"][2] == "(empty)"


def test_markup_in_labels_is_text() -> None:
    assert ranked([Series("a", ["<b>&"], [1])])["layout"]["yaxis"]["ticktext"] == ["&lt;b>&amp;"]


def test_only_the_limit_is_shown() -> None:
    figure = ranked([Series("a", list("abcdef"), [6, 5, 4, 3, 2, 1])], limit=3)
    assert figure["layout"]["yaxis"]["ticktext"] == ["a", "b", "c"]


@pytest.mark.parametrize("names", [["loss"], ["loss", "accuracy"]])
def test_lines(names: list[str]) -> None:
    figure = curve([Series(name, [1, 2], [0.5, 0.25]) for name in names], y_title="loss")
    assert [trace["name"] for trace in figure["data"]] == names
    assert figure["layout"]["showlegend"] is (len(names) > 1)
