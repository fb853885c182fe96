import pytest

from penstock.apps.cli.format import (
    columns,
    duration,
    iso_time,
    json_text,
    parse_duration,
    plain_json,
    size,
    value_text,
)
from penstock.core.artifact import ArtifactRef, Gathered, Inline

MODEL = ArtifactRef("Model", "sha256:" + "0123456789abcdef" * 4, 15_300)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 ms"),
        (0.0999, "0.10 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (59.96, "1 min 00 s"),
        (3599.6, "1 h 00 min"),
        (90000, "25 h 00 min"),
    ],
)
def test_durations_have_no_gaps_between_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("2w", 1_209_600), ("30 d", 2_592_000), ("10min", 600)])
def test_parse_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "-3d", "3 months", "3"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


def test_sizes() -> None:
    assert [size(n) for n in (0, 999, 1000, 999_600, 5 * 10**12)] == ["0 B", "999 B", "1.0 kB", "1.0 MB", "5.0 TB"]


def test_values() -> None:
    assert value_text(Inline({"auc": 0.123456789})) == '{"auc": 0.123457}'
    assert value_text(Inline("two\nlines")) == "two lines"
    assert value_text(MODEL) == "Model 0123456789ab, 15.3 kB"
    assert value_text(Gathered((MODEL,) * 4)).endswith(", ... (4 in all)]")
    assert plain_json(Gathered((Inline(1), MODEL))) == [
        1,
        {"kind": "Model", "digest": MODEL.digest, "size_bytes": 15_300},
    ]


def test_json_text_cuts_and_rounds() -> None:
    assert json_text([1.23456789, {"a": 2.0}]) == '[1.23457, {"a": 2.0}]'
    assert json_text("x" * 100, limit=10) == "xxxxxxx..."
    assert json_text("x" * 100, limit=0) == "x" * 100


def test_columns_do_not_count_colours() -> None:
    lines = columns([["\x1b[31mab\x1b[0m", "1"], ["abcd", "100"]], right=frozenset({1}), indent=" ")
    assert lines == [" \x1b[31mab\x1b[0m      1", " abcd  100"]
    assert columns([]) == []


def test_times_are_utc() -> None:
    assert iso_time(0) is None
    assert iso_time(1) == "1970-01-01T00:00:00.000001Z"
