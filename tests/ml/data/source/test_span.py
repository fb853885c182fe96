from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from penstock.core.error import DataError
from penstock.ml.data.source import open_source
from penstock.ml.data.source.span import EPOCH, SpanChoice, choose_spans, has_spans


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Spans 1, 2 and 10; the last has versions 1 and 12."""
    for span, versions in ((1, (1,)), (2, (1, 3)), (10, (1, 12))):
        for version in versions:
            place = tmp_path / f"span-{span}" / f"v{version}"
            place.mkdir(parents=True)
            (place / "a.csv").write_text(f"span,version\n{span},{version}\n")
    (tmp_path / "span-x").mkdir()
    (tmp_path / "notes.txt").write_text("no span")
    return tmp_path


def chosen(uri: str, **choice: object) -> list[tuple[int, int]]:
    return [(one.span, one.version) for one in choose_spans(uri, SpanChoice(**choice))]  # type: ignore[arg-type]


def failure(uri: str, **choice: object) -> DataError:
    with pytest.raises(DataError) as caught:
        choose_spans(uri, SpanChoice(**choice))  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, [(10, 12)]),
        ({"span": 2}, [(2, 3)]),
        ({"span": "2"}, [(2, 3)]),
        ({"span": 2, "version": 1}, [(2, 1)]),
        ({"version": 1}, [(10, 1)]),
        ({"spans": 2}, [(2, 3), (10, 12)]),
        ({"spans": 9}, [(1, 1), (2, 3), (10, 12)]),
        ({"spans": 3, "version": 1}, [(1, 1), (2, 1), (10, 1)]),
        ({"span_range": (1, 5)}, [(1, 1), (2, 3)]),
        ({"span_range": [2, 10]}, [(2, 3), (10, 12)]),
    ],
)
def test_choice(folder: Path, choice: dict[str, object], expected: list[tuple[int, int]]) -> None:
    assert chosen(f"{folder}/span-{{SPAN}}/v{{VERSION}}", **choice) == expected


def test_the_rest_of_the_location_stays(folder: Path) -> None:
    (found,) = choose_spans(f"file://{folder}/span-{{SPAN}}/v{{VERSION}}/*.csv")
    assert found.uri == f"file://{folder}/span-10/v12/*.csv"
    assert str(found) == "span 10, version 12"


def test_rows_of_the_chosen_spans(folder: Path) -> None:
    place = f"{folder}/span-{{SPAN}}/v{{VERSION}}"
    assert open_source(place).read().read_all().to_pylist() == [{"span": 10, "version": 12}]
    window = open_source(place, spans=2)
    assert window.read().read_all()["span"].to_pylist() == [2, 10]
    assert "span 2, version 3; span 10, version 12" in str(window)
    assert "fingerprint" in window.capabilities
    assert window.fingerprint() != open_source(place).fingerprint()


def test_the_fingerprint_tells_the_version_also_where_the_content_is_the_same(tmp_path: Path) -> None:
    for version in (1, 2):
        (tmp_path / f"7-{version}.csv").write_text("n\n1\n")
    place = str(tmp_path / "{SPAN}-{VERSION}.csv")
    assert open_source(place).fingerprint() != open_source(place, version=1).fingerprint()
    assert open_source(place).fingerprint() == open_source(place, version=2).fingerprint()


def test_dates_are_days_since_the_epoch(tmp_path: Path) -> None:
    for name in ("2026-11-19", "2026-11-20", "2025-12-31"):
        (tmp_path / f"{name}.csv").write_text("n\n1\n")
    place = str(tmp_path / "{YYYY}-{MM}-{DD}.csv")
    (found,) = choose_spans(place)
    assert found.span == (date(2026, 11, 20) - EPOCH).days == 20777
    assert str(found) == "span 2026-11-20"
    assert chosen(place, span="2025-12-31") == chosen(place, span=20453) == [(20453, -1)]
    assert chosen(place, span_range=("2026-01-01", "2026-11-19")) == [(20776, -1)]
    assert "span 2026-11-19; span 2026-11-20" in failure(place, span="2026-11-21").fix
    assert failure(place, span="November").what == "'November' is no span"
    (tmp_path / "2026-11-31.csv").write_text("n\n1\n")
    assert failure(place).what == "its name is no date"


def test_widths(tmp_path: Path) -> None:
    for name in ("day0003", "day0012", "day4", "day00100"):
        (tmp_path / name).mkdir()
    assert chosen(f"{tmp_path}/day{{SPAN:4}}") == [(12, -1)]
    assert chosen(f"{tmp_path}/day{{SPAN}}") == [(100, -1)]
    (tmp_path / "day04").mkdir()
    assert "same span" in failure(f"{tmp_path}/day{{SPAN}}").what


def test_wildcards_beside_placeholders(tmp_path: Path) -> None:
    for name in ("eu/d-1/a.csv", "eu/d-1/b.csv", "us/d-1/a.csv", "us/d-2/a.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("n\n1\n")
    place = f"{tmp_path}/*/d-{{SPAN}}/*.csv"
    assert open_source(place, span=1).read().read_all().num_rows == 3
    assert open_source(place).read().read_all().num_rows == 1


def test_what_does_not_exist_lists_what_does(folder: Path) -> None:
    place = f"{folder}/span-{{SPAN}}/v{{VERSION}}"
    error = failure(place, span=3)
    assert error.what == "there is no span 3"
    assert "span 1, version 1; span 2, version 1; span 2, version 3; span 10" in error.fix
    assert failure(place, span=2, version=2).what == "there is no span 2 in version 2"
    assert failure(place, version=7).what == "there is no latest span in version 7"
    assert failure(place, span_range=(3, 9)).what == "there is no span from 3 to 9"
    assert failure(f"{folder}/nothing/{{SPAN}}").what == "no span exists there"


@pytest.mark.parametrize(
    ("pattern", "choice", "what"),
    [
        ("{SPAN}/{SPAN}", {}, "stands there twice"),
        ("{SPAN}/{YYYY}{MM}{DD}", {}, "exclude each other"),
        ("{YYYY}-{MM}", {}, "{YYYY}, {MM} and {DD} together"),
        ("v{VERSION}", {}, "it needs {SPAN}"),
        ("{SPAN}", {"version": 1}, "no {VERSION}"),
        ("{SPAN:0}", {}, "no width"),
        ("{SPAN:x}", {}, "no width"),
        ("{YYYY:4}{MM}{DD}", {}, "no width"),
        ("{SPAN}{VERSION}", {}, "where the first number ends"),
        ("{SPAN}", {"span": 1, "spans": 2}, "span and spans exclude"),
        ("{SPAN}", {"spans": 0}, "chooses nothing"),
        ("{SPAN}", {"span_range": (2, 1)}, "ends before it begins"),
    ],
)
def test_contradictions(tmp_path: Path, pattern: str, choice: dict[str, object], what: str) -> None:
    assert what in failure(f"{tmp_path}/{pattern}", **choice).what


def test_a_choice_needs_a_placeholder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n\n1\n")
    with pytest.raises(DataError, match="spans given, but the location has no placeholder"):
        open_source(str(tmp_path / "a.csv"), spans=2)
    assert not has_spans("data/{name}.csv")


def test_spans_in_memory() -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    for span in (1, 2):
        files.pipe_file(f"/spans/{span}/a.csv", b"n\n%d\n" % span)
    try:
        found = open_source("memory://spans/{SPAN}/a.csv")
        assert found.read().read_all()["n"].to_pylist() == [2]
        assert open_source("memory://spans/{SPAN}", spans=2).read().read_all()["n"].to_pylist() == [1, 2]
    finally:
        files.rm("/spans", recursive=True)


@pytest.mark.parametrize(
    "wrong", [{"spans": "2"}, {"spans": True}, {"version": "1"}, {"span_range": 3}, {"span_range": (1, 2, 3)}]
)
def test_choices_of_a_wrong_kind(wrong: dict[str, Any], tmp_path: Path) -> None:
    place = f"{tmp_path}/{{SPAN}}/v{{VERSION}}/a.csv"
    (tmp_path / "1" / "v1").mkdir(parents=True)
    (tmp_path / "1" / "v1" / "a.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"is no number|is no pair"):
        choose_spans(place, SpanChoice(**wrong))
