from __future__ import annotations

import json
from pathlib import Path

import pytest

from penstock.core.error import DataError, UsageError
from penstock.ml.data.leakage import Finding, Leakage

WEAK = Finding("z", "constant", 0.05, "it never changes", "leave it out")
STRONG = Finding("tips", "label_source", 0.96, "the label is <computed> from it", "leave it out", {"auc": 0.98})
ROWS = Finding("*", "duplicate_rows", 0.96, "rows repeat", "remove them")
FOUND = Leakage([WEAK, ROWS, STRONG], "big", 10, {"train": 8, "eval": 2})


def test_the_strongest_comes_first_then_the_kind() -> None:
    assert FOUND.findings == (STRONG, ROWS, WEAK)


def test_limits() -> None:
    assert not FOUND.is_ok
    assert not Leakage([Finding("z", "identifier", 0.5, "it counts rows", "leave it out")]).is_ok
    assert Leakage([WEAK]).is_ok
    assert FOUND.at_least(0.97) == ()
    assert FOUND.at_least(0.05) == FOUND.findings
    FOUND.raise_if(0.97)
    with pytest.raises(DataError, match=r"tips \(label_source, 0\.96\): the label .*; \* \(duplicate_rows") as caught:
        FOUND.raise_if()
    assert caught.value.where == "label 'big'"
    assert caught.value.fix == "leave it out; remove them"
    with pytest.raises(UsageError, match="strength 2"):
        FOUND.at_least(2)


def test_json_comes_back_and_is_canonical(tmp_path: Path) -> None:
    FOUND.save(tmp_path / "leakage.json")
    assert Leakage.load(tmp_path / "leakage.json") == FOUND
    assert Leakage.load(tmp_path) == FOUND
    first = json.loads((tmp_path / "leakage.json").read_text())["findings"][0]
    assert first == {
        "details": {"auc": 0.98},
        "feature": "tips",
        "fix": "leave it out",
        "kind": "label_source",
        "strength": 0.96,
        "why": "the label is <computed> from it",
    }


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"findings": [{"feature": "a"}]}', '{"findings": [], "label": ""}', "null", "\xff"]
)
def test_files_that_are_something_else(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DataError, match="no report of leakage") as caught:
        Leakage.load(tmp_path / "a.json")
    assert caught.value.where == str(tmp_path / "a.json")


def test_places_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="report of leakage cannot be read"):
        Leakage.load(tmp_path / "b.json")
    for path in (tmp_path, tmp_path / "none" / "a.json"):
        with pytest.raises(DataError, match="report of leakage cannot be written"):
            FOUND.save(path)


def test_an_unknown_kind_is_refused() -> None:
    data = FOUND.to_json()
    data["findings"][0]["kind"] = "mystery"
    with pytest.raises(DataError, match="unknown kind"):
        Leakage.from_json(data)


def test_what_people_see() -> None:
    assert repr(FOUND).splitlines()[0] == "Leakage of label 'big' in 10 rows: 3 findings"
    assert " 0.96  label_source           tips  the label" in repr(FOUND)
    assert "the label is &amp;lt;computed&amp;gt; from it" in FOUND._repr_html_()
    assert repr(Leakage([])) == "Leakage in 0 rows: 0 findings"
