from __future__ import annotations

from penstock.ml.data.leakage import Finding, Leakage
from penstock.ml.report import Cells, render

PAIRS = [{"image": "a.png", "nearest": "b.png", "distance": 2}, {"image": "c.png", "nearest": "d.png", "distance": 5}]
FOUND = Leakage(
    [
        Finding("z", "constant", 0.05, "it never changes", "drop it"),
        Finding("tips", "label_source", 0.96, "the label is computed from it", "leave it out", {"auc": 0.979, "n": 10}),
        Finding("*", "duplicate_rows", 0.6, "rows repeat", "split by group", {"splits": {"a": 1}}),
        Finding("image", "near_duplicate_images", 0.7, "near", "split by scene", {"near": 2, "pairs": PAIRS}),
    ],
    "big",
    10,
    {"train": 8, "eval": 2},
)


def test_the_strongest_finding_comes_first() -> None:
    page = FOUND.page()
    assert [panel.name for panel in page.panels] == [
        "tips: label source", "image: near duplicate images", "whole rows: duplicate rows", "z: constant",
    ]  # fmt: skip
    assert [panel.notes[0].level for panel in page.panels] == ["error", "warning", "warning", "info"]
    assert (page.notes[0].level, page.notes[0].fix) == ("error", "leave it out")
    assert [(tile.label, tile.value) for tile in page.tiles] == [
        ("as good as certain", "1"), ("likely", "2"), ("worth a look", "1"),
        ("rows", "10"), ("rows of train", "8"), ("rows of eval", "2"),
    ]  # fmt: skip


def test_details_are_facts_and_pairs_a_table() -> None:
    tips, image, *_ = FOUND.page().panels
    assert tips.tables == (Cells((), [("auc", "0.979"), ("n", "10")]),)
    facts, pairs = image.tables
    assert facts.rows == [("near", "2")]
    assert pairs == Cells(["image", "nearest", "distance"], [["a.png", "b.png", "2"], ["c.png", "d.png", "5"]], "pairs")


def test_all_strengths_are_drawn() -> None:
    (figure,) = FOUND.page().figures
    assert figure["data"][0]["x"] == [0.96, 0.7, 0.6, 0.05]
    assert figure["data"][0]["levels"] == ["error", "warning", "warning", "info"]


def test_nothing_found() -> None:
    page = Leakage([], "big", 10).page()
    assert page.notes[0].level == "ok"
    assert (page.panels, page.figures) == ((), ())
    assert len(render(page)) < 30_000
