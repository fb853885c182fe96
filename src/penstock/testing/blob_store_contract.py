"""What every `BlobStore` must do."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from penstock.core.error import NotFoundError, StoreError, UsageError
from penstock.testing.records import some_digest

_NAMES = (
    "plain.txt",
    "with blank.txt",
    "ünï-中.txt",
    "line\nbreak",
    "a?b#c%20d*[e]",
    "d/e/f.bin",
    "d/manifest.json",
    ".dot",
)


class BlobStoreContract:
    """Subclass it and give two fixtures.

    ``blobs`` is an empty store, ``blobs_again`` the same one as another process on another machine would open it.
    """

    def commit(self, blobs: Any, files: dict[str, bytes]) -> str:
        """Write files into a new blob; its digest."""
        staged = blobs.stage()
        for name, content in files.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes(content)
        return str(blobs.commit(staged).digest)

    def files(self, folder: Path) -> dict[str, bytes]:
        """Files of a fetched blob, without its manifest."""
        found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        found.pop("manifest.json")
        return found

    def test_content_comes_back(self, blobs: Any, blobs_again: Any) -> None:
        """Under any file name, from anywhere."""
        files = {name: name.encode() * 3 for name in _NAMES} | {"empty": b"", "big": os.urandom(3_000_000)}
        digest = self.commit(blobs, files)
        assert self.files(blobs.fetch(digest)) == files
        assert self.files(blobs_again.fetch(digest)) == files

    def test_folders_come_back(self, blobs: Any, blobs_again: Any) -> None:
        """Empty ones too."""
        staged = blobs.stage()
        (staged / "a" / "b").mkdir(parents=True)
        (staged / "c").mkdir()
        (staged / "c" / "x").write_text("x")
        digest = blobs.commit(staged).digest
        folder = blobs_again.fetch(digest)
        assert (folder / "a" / "b").is_dir()
        assert sorted(path.name for path in folder.iterdir()) == ["a", "c", "manifest.json"]

    def test_empty_blob(self, blobs: Any, blobs_again: Any) -> None:
        """Nothing is something."""
        info = blobs.commit(blobs.stage())
        assert info.size_bytes == 0
        assert self.files(blobs_again.fetch(info.digest)) == {}

    def test_digest_is_that_of_the_content(self, blobs: Any) -> None:
        """Neither times nor the order of writing count; names and folders do."""
        first = self.commit(blobs, {"a": b"1", "b": b"2"})
        assert self.commit(blobs, {"b": b"2", "a": b"1"}) == first
        assert self.commit(blobs, {"a": b"2", "b": b"1"}) != first
        assert self.commit(blobs, {"c/a": b"1", "c/b": b"2"}) != first
        assert len(list(blobs.blobs())) == 3

    def test_info(self, blobs: Any) -> None:
        """Sizes of the files, and an age."""
        before_us = time.time_ns() // 1000
        digest = self.commit(blobs, {"a": b"123", "b": b"45"})
        (info,) = blobs.blobs()
        assert (info.digest, info.size_bytes) == (digest, 5)
        # Some stores keep whole seconds.
        assert before_us - 2_000_000 < info.modified_us < before_us + 60_000_000

    def test_blobs_of_given_digests(self, blobs: Any) -> None:
        """Those that exist."""
        one, two = self.commit(blobs, {"a": b"1"}), self.commit(blobs, {"a": b"2"})
        found = blobs.blobs([one, some_digest("absent"), two])
        assert {info.digest for info in found} == {one, two}
        assert list(blobs.blobs([])) == []

    def test_same_content_at_once(self, blobs: Any, blobs_again: Any) -> None:
        """Racing writers of one content all succeed, and there is one blob."""
        stores = [blobs, blobs_again] * 4
        with ThreadPoolExecutor(4) as pool:
            digests = list(pool.map(lambda store: self.commit(store, {"a": b"x" * 100_000, "b/c": b"y"}), stores))
        assert len(set(digests)) == 1
        assert [info.digest for info in blobs.blobs()] == digests[:1]

    def test_delete(self, blobs: Any) -> None:
        """Gone, and gone twice is no error; it can be made again."""
        digest = self.commit(blobs, {"a/b": b"1", "c": b"2"})
        blobs.delete(digest)
        blobs.delete(digest)
        assert list(blobs.blobs()) == []
        with pytest.raises(NotFoundError):
            blobs.fetch(digest)
        assert self.commit(blobs, {"a/b": b"1", "c": b"2"}) == digest
        assert self.files(blobs.fetch(digest)) == {"a/b": b"1", "c": b"2"}

    @pytest.mark.parametrize("digest", ["", "sha256:", "../../etc/passwd", "sha256:../../../x", "sha256:" + "A" * 64])
    def test_what_is_no_digest_is_refused(self, blobs: Any, digest: str) -> None:
        """It never becomes a path."""
        for call in (blobs.fetch, blobs.delete, lambda text: list(blobs.blobs([text]))):
            with pytest.raises(UsageError):
                call(digest)

    def test_links_are_refused(self, blobs: Any, tmp_path: Path) -> None:
        """A blob does not lead out of itself; nothing is left of the try."""
        (tmp_path / "secret").write_text("s")
        for name, target in (("file", tmp_path / "secret"), ("folder", tmp_path), ("dangling", Path("nowhere"))):
            staged = blobs.stage()
            (staged / name).symlink_to(target)
            with pytest.raises(StoreError, match="symbolic link"):
                blobs.commit(staged)
            assert not staged.exists()
        assert (tmp_path / "secret").read_text() == "s"
        assert list(blobs.blobs()) == []

    def test_the_manifests_name_is_taken(self, blobs: Any) -> None:
        """At the top; below it is a file like any other."""
        with pytest.raises(StoreError, match=r"manifest\.json"):
            self.commit(blobs, {"manifest.json": b"{}"})

    def test_fetched_files_are_read_only(self, blobs: Any) -> None:
        """By their mode."""
        folder = blobs.fetch(self.commit(blobs, {"a": b"1"}))
        assert (folder / "a").stat().st_mode & 0o222 == 0
