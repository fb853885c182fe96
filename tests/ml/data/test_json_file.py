from __future__ import annotations

from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.ml.data.json_file import place_of, read_file, write_file, write_json


def test_equal_values_give_the_same_bytes(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": "ä"}, "the figures")
    assert read_file(tmp_path / "a.json", "the figures", fix="") == '{"a":"ä","b":1}\n'.encode()


def test_a_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    assert place_of(tmp_path, "a.json") == tmp_path / "a.json"
    assert place_of(str(tmp_path / "b.json"), "a.json") == tmp_path / "b.json"


def test_places_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the figures cannot be read: No such file") as caught:
        read_file(tmp_path / "none.json", "the figures", fix="give another")
    assert (caught.value.where, caught.value.fix) == (str(tmp_path / "none.json"), "give another")
    for path in (tmp_path, tmp_path / "none" / "a.json"):
        with pytest.raises(DataError, match="the figures cannot be written"):
            write_file(path, b"", "the figures")
