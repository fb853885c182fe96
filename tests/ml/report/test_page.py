from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from browser import colours_in, document_of, screenshot

from penstock.ml.report import (
    Bars,
    Cell,
    Cells,
    Note,
    Page,
    Panel,
    Series,
    Tile,
    bars,
    curve,
    frame,
    ranked,
    render,
    save,
    strengths,
)

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


def shown(document: str) -> list[str]:
    """Names of the panels that are not hidden, in their order."""
    sections = re.findall(r'<section class="panel[^"]*"[^>]*>', document)
    return [
        name.group(1)
        for section in sections
        if " hidden" not in section and (name := re.search(r'data-name="([^"]*)"', section))
    ]


@pytest.mark.heavy(budget_s=60)
@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("", ["feature 0", "feature 1", "feature 2"]),
        ("#tag=anomaly", ["feature 1"]),
        ("#tag=numeric&search=URE%202", ["feature 2"]),
        ("#order=strength", ["feature 2", "feature 1", "feature 0"]),
        ("#order=sideways&tag=unheard&log=1", ["feature 0", "feature 1", "feature 2"]),
        ("#search=%E0%A4%A", []),
    ],
)
def test_an_address_leads_to_a_filtered_page(file: Path, address: str, names: list[str]) -> None:
    document = document_of(file, address)
    assert shown(document) == names
    assert 'data-ready="yes"' in document
    assert f">{len(names)} of 3</output>" in document


def test_cells_lead_to_panels_and_carry_levels(tmp_path: Path) -> None:
    cells = Cells(("name", "value", "words"), ((Cell("<x>", panel="feature 1"), Cell("1", "error", 0.5), "some"),))
    html = render(replace(page(), tables=(cells,)))
    assert '<a href="#panel-1">&lt;x&gt;</a>' in html
    assert '<td class="error" style="--share:50.0%">1</td>' in html
    assert '<td class="words">some</td>' in html


def test_evidence_and_fix_of_a_note() -> None:
    note = Note("wrong", "error", "detail", "select 1", Cells(("row",), (("7",),), "1 row"), "mend it")
    html = render(Page("P", notes=(note,), tiles=(Tile("errors", "1", "error", "#tag=error"),)))
    assert "<summary>SQL</summary><pre><code>select 1</code></pre>" in html
    assert "<b>Fix</b> mend it" in html
    assert "<caption>1 row</caption>" in html
    assert '<a href="#tag=error">1</a>' in html


def test_a_figure_of_the_whole_page_has_the_colours_of_its_levels(tmp_path: Path) -> None:
    figure = strengths(["a", "b"], [0.95, 0.2], ["error", "info"])
    path = tmp_path / "page.html"
    path.write_text(render(Page("P", figures=(figure,))), encoding="utf-8")
    document = document_of(path)
    assert document.count('data-drawn="yes"') == 1
    assert "rgb(192, 44, 44)" in document
    assert "rgb(37, 99, 201)" in document


def test_save_writes_the_document(tmp_path: Path) -> None:
    save(page(), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == render(page())


@pytest.mark.heavy(budget_s=60)
def test_five_thousand_panels_are_ready(tmp_path: Path) -> None:
    path = tmp_path / "many.html"
    save(page(5000), path)
    assert path.stat().st_size < 20_000_000
    document = document_of(path, "#search=feature%204999")
    assert shown(document) == ["feature 4999"]
    assert 'data-ready="yes"' in document
