"""Every kind of page over real data, in a real browser."""

from __future__ import annotations

import csv
import re
from functools import partial
from pathlib import Path

import pytest
from browser import colours_in, document_of, screenshot

from penstock.ml.data import Dataset, open_source
from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.drift import compare
from penstock.ml.data.leakage import find_leakage
from penstock.ml.data.schema.schema import Schema
from penstock.ml.data.statistics.statistics import Statistics
from penstock.ml.report import Page, save

pytestmark = pytest.mark.heavy(budget_s=120)

CORRUPTED = {"fare": ("${0}", (17, 29, 112)), "company": ("Zebra Cab", (40, 41)), "trip_start_hour": ("24", (60, 7000))}


@pytest.fixture(scope="module")
def taxi(real_data: Path) -> Dataset:
    return Dataset.from_source(open_source(str(real_data / "taxi" / "taxi.csv")))


@pytest.fixture(scope="module")
def corrupted(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A currency sign in fares, a new company, hours of 24."""
    with (real_data / "taxi" / "taxi.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    for name, (text, places) in CORRUPTED.items():
        for place in places:
            rows[place][header.index(name)] = text.format(rows[place][header.index(name)])
    path = tmp_path_factory.mktemp("corrupted") / "taxi.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return Dataset.from_source(open_source(str(path)))


@pytest.fixture(scope="module")
def statistics(corrupted: Dataset) -> Statistics:
    return Statistics.of(corrupted)


@pytest.fixture(scope="module")
def anomalies(corrupted: Dataset, statistics: Statistics, repository: Path) -> Anomalies:
    schema = Schema.load(repository / "examples" / "taxi" / "schema.yaml")
    return validate(statistics, schema, data=corrupted)


def drawn(page: Page, folder: Path, fragment: str = "") -> str:
    """The document in the browser; a picture of it shows figures in both schemes and on a small screen."""
    path = folder / "page.html"
    save(page, path)
    look = partial(screenshot, path, folder / "page.png", fragment=fragment)
    colours = [colours_in(look()), colours_in(look(scheme="dark", width=700))]
    assert min(colours) > 200
    document = document_of(path, fragment)
    assert 'data-ready="yes"' in document
    assert "data-drawn" in document
    return document


def shown(document: str) -> list[str]:
    sections = re.findall(r'<section class="panel[^"]*"[^>]*data-name="([^"]*)"[^>]*>', document)
    hidden = re.findall(r'<section class="panel[^"]*"[^>]*data-name="([^"]*)"[^>]* hidden', document)
    return [name for name in sections if name not in hidden]


def test_statistics(statistics: Statistics, tmp_path: Path) -> None:
    document = drawn(statistics.page(), tmp_path, "#search=trip&tag=numeric")
    assert shown(document) == [name for name in sorted(names(statistics)) if "trip" in name]


def names(statistics: Statistics) -> list[str]:
    return [panel.name for panel in statistics.page().panels]


def test_anomalies(anomalies: Anomalies, statistics: Statistics, tmp_path: Path) -> None:
    page = anomalies.page(statistics)
    assert [panel.name for panel in page.panels][:3] == ["company", "fare", "trip_start_hour"]
    document = drawn(page, tmp_path, "#tag=anomaly")
    assert shown(document) == ["company", "fare", "trip_start_hour"]
    for told in ("Zebra Cab", "ENUM_TYPE_UNEXPECTED_STRING_VALUES", "24 &gt; 23", "INT_TYPE_BIG_INT", "$"):
        assert told in document
    rows = {panel.name: panel.notes[-1].table for panel in page.panels[:3]}
    for name, (_, places) in CORRUPTED.items():
        table = rows[name]
        assert table is not None
        assert [row[0] for row in table.rows] == [str(place) for place in places]


def test_a_comparison_lays_both_data_sets_over_each_other(taxi: Dataset, tmp_path: Path) -> None:
    early, late = (
        Statistics.of(taxi.sql(f"select * from this where trip_start_month {months}")) for months in ("<= 6", "> 9")
    )
    found = compare(early, late, thresholds={"kolmogorov_smirnov": 0.1})
    page = found.page(early, late, names=("spring", "autumn"))
    document = drawn(page, tmp_path, "#order=strength&tag=anomaly")
    assert shown(document)[0] == "trip_start_month"
    first = document[document.index('<section class="panel') :].partition("</section>")[0]
    # The two colours of the two data sets.
    assert "rgb(47, 111, 219)" in first
    assert "rgb(232, 131, 58)" in first


def test_leakage(taxi: Dataset, tmp_path: Path) -> None:
    found = find_leakage(taxi, label="tips > 0.2 * fare")
    document = drawn(found.page(), tmp_path)
    assert shown(document)[0].startswith("tips: ")
