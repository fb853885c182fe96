from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.location import content_digest, content_kind, find_files


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


def test_remote_locations_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'s3' locations"):
        find_files("s3://bucket/a.csv", (".csv",))


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
