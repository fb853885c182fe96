from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import colours_in, document_of, screenshot

from penstock.ml.report import Bars, Cells, Note, Page, Panel, Series, Tile, bars, curve, frame, ranked, render

EVIL = "</script><script>document.title='taken'</script>"


def page(panels: int = 3) -> Page:
    def panel(index: int) -> Panel:
        return Panel(
            f"feature {index}",
            kind="numeric",
            tags=("numeric", "anomaly") if index == 1 else ("numeric",),
            notes=(Note("too large", "error", "INT_TYPE_BIG_INT", "select * from this where hour > 23"),),
            tables=(Cells((), (("rows", "4"), ("mean", "2.5"))),),
            figures=(
                bars([Bars("train", [0, 1], [1, 2], [3, 1]), Bars("serving", [0, 1], [1, 2], [1, float("nan")])]),
                ranked([Series("train", [EVIL, "Cash"], [3, 1])], title="values"),
                curve([Series("train", [0, 1], [0, 1])]),
            ),
            strength=float(index),
        )

    return Page(
        f"Report {EVIL}",
        "<b>4 rows</b>",
        tiles=(Tile("rows", "4", "ok"),),
        notes=(Note("verdict", "warning"),),
        tables=(Cells(("feature", "type"), (("fare", "FLOAT"),)),),
        panels=tuple(panel(index) for index in range(panels)),
    )


def test_text_of_others_is_escaped() -> None:
    html = render(page())
    assert EVIL not in html
    assert "<b>4 rows</b>" not in html
    assert html.count("<script") == 3


def test_nothing_is_loaded_from_outside() -> None:
    html = render(page())
    assert not re.search(r"<(?:link|img|iframe|script)[^>]*(?:src|href)=", html)
    assert "@import" not in html
    assert "url(" not in html


def test_the_same_page_gives_the_same_text() -> None:
    assert render(page()) == render(page())


def test_without_figures_there_is_no_library() -> None:
    html = render(Page("Empty"))
    assert len(html) < 20_000
    assert 'id="tools"' not in html


def test_a_frame_holds_the_whole_page() -> None:
    import html as markup

    found = re.search(r'srcdoc="([^"]*)"', frame(page()))
    assert found is not None
    assert markup.unescape(found.group(1)) == render(page())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render(page()), encoding="utf-8")
    return path


def test_a_browser_draws_every_figure_in_view(file: Path) -> None:
    document = document_of(file)
    assert 'data-ready="yes"' in document
    assert document.count('data-drawn="yes"') == 9
    assert document.count('class="plot js-plotly-plot"') == 9
    assert "<title>taken" not in document
    assert document.count("<section") == 3


def test_a_screenshot_shows_the_figures(file: Path, tmp_path: Path) -> None:
    picture = screenshot(file, tmp_path / "page.png")
    assert colours_in(picture) > 300


def test_figures_far_below_wait_until_they_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "long.html"
    path.write_text(render(page(60)), encoding="utf-8")
    drawn = document_of(path).count('data-drawn="yes"')
    assert 0 < drawn < 180
