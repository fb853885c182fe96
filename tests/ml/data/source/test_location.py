from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.location import SUFFIXES, content_digest, content_kind, find_files, is_remote


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.CSV", ".hidden.csv", "_SUCCESS.csv", "notes.txt"):
        (tmp_path / name).write_text("a\n")
    (tmp_path / "c.csv").mkdir()
    assert [path.name for path in find_files(str(tmp_path), (".csv",))] == ["a.CSV", "b.csv"]
    assert find_files(f"file://{tmp_path}/b.csv", (".csv",)) == (tmp_path / "b.csv",)


def test_a_missing_file_offers_the_closest_name(tmp_path: Path) -> None:
    (tmp_path / "taxi.csv").write_text("a\n")
    with pytest.raises(DataError) as caught:
        find_files(str(tmp_path / "taxy.csv"), (".csv",))
    assert caught.value.fix == "did you mean 'taxi.csv'?"
    with pytest.raises(DataError) as caught:
        find_files(str(tmp_path / "nothing" / "taxi.csv"), (".csv",))
    assert "does not exist either" in caught.value.fix


def test_a_folder_without_such_files_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no file that ends with \.csv"):
        find_files(str(tmp_path), (".csv",))
    (tmp_path / "notes.txt").write_text("a\n")
    with pytest.raises(DataError, match=r"it holds notes\.txt"):
        find_files(str(tmp_path), (".csv",))


def test_patterns(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "_x.csv", ".x.csv", "notes.txt", "deep/er/c.csv", "we[ird]*.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a\n")

    def names(pattern: str) -> list[str]:
        return [path.name for path in find_files(f"{tmp_path}/{pattern}", (".csv",))]

    assert names("?.csv") == ["a.csv", "b.csv"]
    assert names("**/*.csv") == ["a.csv", "b.csv", "c.csv", "we[ird]*.csv"]
    assert names("[ab].*") == ["a.csv", "b.csv"]
    assert names("we[ird]*.csv") == ["we[ird]*.csv"]
    assert names("*.txt") == ["notes.txt"]
    with pytest.raises(DataError, match="no file matches") as caught:
        names("*.parquet")
    assert str(tmp_path) in caught.value.fix
    with pytest.raises(DataError, match="no file matches"):
        names("nothing/*.csv")


def test_shards(tmp_path: Path) -> None:
    for name in (
        "x.tfrecord-00001-of-00002",
        "x.tfrecord-00000-of-00002",
        "x.tfrecord-1",
        "y_tfrecord-00000-of-00001.gz",
    ):
        (tmp_path / name).touch()
    found = find_files(str(tmp_path), SUFFIXES["tfrecord"])
    assert [path.name for path in found] == [
        "x.tfrecord-00000-of-00002",
        "x.tfrecord-00001-of-00002",
        "y_tfrecord-00000-of-00001.gz",
    ]


def test_which_locations_are_remote() -> None:
    assert is_remote("s3://bucket/a.csv")
    assert is_remote("memory://a.csv")
    assert not is_remote("file:///a.csv")
    assert not is_remote("/a.csv")


def test_digest_is_of_contents_in_order(tmp_path: Path) -> None:
    for name, content in (("a", "x"), ("b", "y"), ("c", "xy"), ("d", "")):
        (tmp_path / name).write_text(content)
    a, b, c, d = (tmp_path / name for name in "abcd")
    digests = {content_digest(paths) for paths in ([a, b], [b, a], [c], [c, d], [a])}
    assert len(digests) == 5
    (tmp_path / "e").write_text("x")
    assert content_digest([tmp_path / "e"]) == content_digest([a])


def test_kinds_by_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1...")
    (tmp_path / "b").write_bytes(b"a,b\n")
    assert content_kind(tmp_path / "a") == ("parquet", "a Parquet file")
    assert content_kind(tmp_path / "b") == ("", "")


CLOSED = """
import os, sys
from penstock.core.error import DataError
from penstock.ml.data.source.location import content_digest, content_kind, find_files
from pathlib import Path
folder = Path(sys.argv[1])
if os.geteuid() == 0:
    os.seteuid(65534)  # root may read everything
for call in (
    lambda: find_files(str(folder / "closed"), (".csv",)),
    lambda: find_files(str(folder / "closed" / "a.csv"), (".csv",)),
    lambda: find_files(str(folder / "closed" / "*.csv"), (".csv",)),
    lambda: find_files(str(folder / "clo*" / "a.csv"), (".csv",)),
    lambda: find_files(str(folder / "**" / "a.csv"), (".csv",)),
    lambda: content_kind(folder / "a.csv"),
    lambda: content_digest([folder / "a.csv"]),
):
    try:
        call()
    except DataError as error:
        assert "not permitted" in error.what, error
    else:
        raise AssertionError("nothing was raised")
"""


def test_what_may_not_be_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("public")
    (folder / "closed").mkdir()
    (folder / "closed" / "a.csv").write_text("a\n")
    (folder / "a.csv").write_text("a\n")
    (folder / "a.csv").chmod(0)
    (folder / "closed").chmod(0)
    for parent in (folder, *folder.parents[: len(folder.parents) - 2]):
        parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", CLOSED, str(folder)], capture_output=True, text=True, check=False)
    (folder / "closed").chmod(0o700)
    assert done.returncode == 0, done.stderr
