from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_disk import small_disk

from penstock.core.error import CorruptArtifactError, NotFoundError, StoreError
from penstock.engine.store.blobs.local import LocalBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def commit(blobs: LocalBlobs, **files: str) -> str:
    staged = blobs.stage()
    for name, text in files.items():
        (staged / name).write_text(text)
    return blobs.commit(staged).digest


def damage(path: Path) -> None:
    """Change one byte, and neither size nor time."""
    before = path.stat()
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_address(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1")
    digits = digest.removeprefix("sha256:")
    assert blobs.fetch(digest) == blobs.root / digits[:2] / digits
    expected = (
        '[{"path":"a","sha256":"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b","size_bytes":1}]'
    )
    assert (blobs.fetch(digest) / "manifest.json").read_text() == expected


def test_nothing_is_made_before_it_is_needed(blobs: LocalBlobs) -> None:
    assert list(blobs.blobs()) == []
    assert blobs.sweep(dry_run=False) == []
    assert not blobs.root.exists()


def test_staging_folder_is_gone_after_commit(blobs: LocalBlobs) -> None:
    for _ in range(2):
        commit(blobs, a="1")
    assert list((blobs.root / ".staging").iterdir()) == []


def test_corrupt_file_is_found_and_named(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1", b="2")
    damage(blobs.fetch(digest) / "b")
    (blobs.fetch(digest) / "b").touch()
    with pytest.raises(CorruptArtifactError, match="'b'") as caught:
        blobs.fetch(digest)
    assert digest in caught.value.where
    assert "store check --repair" in caught.value.fix


def test_damage_that_keeps_size_and_time_is_found_by_verify(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1")
    damage(blobs.fetch(digest) / "a")
    with pytest.raises(CorruptArtifactError, match="'a'"):
        blobs.verify(digest)
    with pytest.raises(CorruptArtifactError, match="'a'"):
        blobs.fetch(digest)


@pytest.mark.parametrize("name", ["a", "manifest.json"])
def test_missing_file(blobs: LocalBlobs, name: str) -> None:
    digest = commit(blobs, a="1", b="2")
    (blobs.fetch(digest) / name).unlink()
    with pytest.raises(CorruptArtifactError, match=name):
        blobs.fetch(digest)


def test_damaged_manifest(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1")
    damage(blobs.fetch(digest) / "manifest.json")
    with pytest.raises(CorruptArtifactError, match="manifest"):
        blobs.fetch(digest)
    assert [info.digest for info in blobs.blobs()] == [digest], "listing does not fail"


def test_file_that_does_not_belong(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1")
    (blobs.fetch(digest) / "extra").write_text("x")
    with pytest.raises(CorruptArtifactError, match="extra"):
        blobs.verify(digest)


@pytest.mark.parametrize("name", ["a", "manifest.json"])
def test_writing_the_same_again_heals_a_corrupt_blob(blobs: LocalBlobs, name: str) -> None:
    digest = commit(blobs, a="1")
    (blobs.fetch(digest) / name).chmod(0o644)
    (blobs.fetch(digest) / name).write_text("nonsense")
    assert commit(blobs, a="1") == digest
    assert (blobs.fetch(digest) / "a").read_text() == "1"


def test_quarantine(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1")
    place = Path(blobs.quarantine(digest))
    assert (place / "a").read_text() == "1"
    assert list(blobs.blobs()) == []
    with pytest.raises(NotFoundError):
        blobs.fetch(digest)
    assert blobs.quarantine(digest) == ""


def test_same_content_makes_a_blob_young_again(blobs: LocalBlobs) -> None:
    digest = commit(blobs, a="1")
    os.utime(blobs.fetch(digest) / "manifest.json", (1, 1))
    (old,) = blobs.blobs()
    commit(blobs, a="1")
    (young,) = blobs.blobs()
    assert old.modified_us == 1_000_000 < young.modified_us


def test_named_pipe_is_refused(blobs: LocalBlobs) -> None:
    staged = blobs.stage()
    os.mkfifo(staged / "pipe")
    with pytest.raises(StoreError, match="neither a file nor a folder"):
        blobs.commit(staged)


def test_name_that_is_not_unicode_is_refused(blobs: LocalBlobs) -> None:
    staged = blobs.stage()
    with open(os.fsencode(staged) + b"/bad\xff", "w"):
        pass
    with pytest.raises(StoreError, match="UTF-8"):
        blobs.commit(staged)


def test_staging_of_dead_processes_is_swept(blobs: LocalBlobs) -> None:
    code = (
        "import sys; from pathlib import Path; from penstock.engine.store.blobs.local import LocalBlobs\n"
        "print(LocalBlobs(Path(sys.argv[1])).stage(), flush=True); sys.stdin.read()"
    )
    mine = blobs.stage()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(blobs.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        left = other.stdout.readline().strip()
        assert blobs.sweep(dry_run=False) == [], "it may still be at work"
        other.send_signal(signal.SIGKILL)
    assert blobs.sweep(dry_run=True) == [left]
    assert blobs.sweep(dry_run=False) == [left]
    assert not Path(left).exists()
    assert mine.exists()


def test_staging_of_another_host_is_swept_after_a_week(blobs: LocalBlobs) -> None:
    folder = blobs.stage().with_name("else-where-12-34-abcdef")
    folder.mkdir()
    assert blobs.sweep(dry_run=False) == []
    os.utime(folder, (1, 1))
    assert blobs.sweep(dry_run=False) == [str(folder)]


def test_file_where_the_folder_must_be(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file")
    with pytest.raises(StoreError, match="cannot make a folder") as caught:
        LocalBlobs(tmp_path / "blobs").stage()
    assert "a file stands" in caught.value.fix


def test_full_and_read_only_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size="1m") as disk:
        blobs = LocalBlobs(disk.path / "blobs")
        digest = commit(blobs, a="1")
        staged = blobs.stage()
        (staged / "big").write_bytes(b"x" * 4096)
        disk.fill()
        with pytest.raises(StoreError, match="no space left") as caught:
            blobs.commit(staged)
        assert "free space" in caught.value.fix
        assert not staged.exists()
        disk.make_read_only()
        with pytest.raises(StoreError) as caught:
            blobs.stage()
        assert "writable" in caught.value.fix
        with pytest.raises(StoreError):
            blobs.delete(digest)
        assert (blobs.fetch(digest) / "a").read_text() == "1", "what is there can be read"
