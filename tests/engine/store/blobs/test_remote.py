from __future__ import annotations

from pathlib import Path
from typing import Any

import fsspec
import pytest
from servers import new_bucket_url, s3_endpoint

from penstock.core.error import ConfigError, CorruptArtifactError, NotFoundError, StoreError
from penstock.engine.store.blobs import remote
from penstock.engine.store.blobs.manifest import address
from penstock.engine.store.blobs.remote import RemoteBlobs


@pytest.fixture
def url() -> str:
    return new_bucket_url()


@pytest.fixture
def blobs(url: str, tmp_path: Path) -> RemoteBlobs:
    return RemoteBlobs(url, cache=tmp_path / "cache")


@pytest.fixture
def elsewhere(url: str, tmp_path: Path) -> RemoteBlobs:
    """The same store with another cache."""
    return RemoteBlobs(url, cache=tmp_path / "another cache")


@pytest.fixture
def files(url: str) -> Any:
    """The file system below."""
    return fsspec.filesystem("s3", use_listings_cache=False)


def commit(blobs: RemoteBlobs, **contents: str) -> str:
    staged = blobs.stage()
    for name, text in contents.items():
        (staged / name).write_text(text)
    return blobs.commit(staged).digest


def test_layout(blobs: RemoteBlobs, files: Any, url: str) -> None:
    digest = commit(blobs, a="1")
    found = files.find(url)
    place = f"{url.removeprefix('s3://')}/{address(digest)}"
    assert found == [f"{place}/a", f"{place}/manifest.json"]


def test_upload_without_manifest_is_no_blob(blobs: RemoteBlobs, elsewhere: RemoteBlobs, files: Any, url: str) -> None:
    digest = commit(blobs, a="1")
    files.rm_file(f"{url}/{address(digest)}/manifest.json")
    assert list(elsewhere.blobs()) == []
    assert list(elsewhere.blobs([digest])) == []
    with pytest.raises(NotFoundError):
        elsewhere.fetch(digest)
    assert elsewhere.sweep(dry_run=False) == [], "somebody may still be uploading"
    assert commit(elsewhere, a="1") == digest
    assert [info.digest for info in elsewhere.blobs()] == [digest]


def test_half_made_upload_is_swept_after_a_day(
    blobs: RemoteBlobs, files: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, half = commit(blobs, a="1"), commit(blobs, a="2")
    files.rm_file(f"{url}/{address(half)}/manifest.json")
    tomorrow_us = remote.now_us() + 25 * 3600 * 1_000_000
    monkeypatch.setattr(remote, "now_us", lambda: tomorrow_us)
    assert blobs.sweep(dry_run=True) == [f"{url}/{address(half)}"]
    assert blobs.sweep(dry_run=False) == [f"{url}/{address(half)}"]
    assert len(files.find(url)) == 2
    assert [info.digest for info in blobs.blobs()] == [whole]


def test_corrupt_file_is_found_and_named(blobs: RemoteBlobs, elsewhere: RemoteBlobs, files: Any, url: str) -> None:
    digest = commit(blobs, a="1", b="2")
    files.pipe_file(f"{url}/{address(digest)}/b", b"3")
    with pytest.raises(CorruptArtifactError, match="'b'"):
        elsewhere.fetch(digest)
    assert list((elsewhere._cache.root / ".staging").iterdir()) == []
    assert (blobs.fetch(digest) / "b").read_text() == "2", "the cache is right"
    files.rm_file(f"{url}/{address(digest)}/b")
    for call in (elsewhere.fetch, elsewhere.verify):
        with pytest.raises(CorruptArtifactError, match="b"):
            call(digest)


def test_manifest_of_another_blob(blobs: RemoteBlobs, elsewhere: RemoteBlobs, files: Any, url: str) -> None:
    digest = commit(blobs, a="1")
    evil = b'[{"path":"../../evil","sha256":"","size_bytes":1}]'
    files.pipe_file(f"{url}/{address(digest)}/manifest.json", evil)
    for call in (elsewhere.fetch, elsewhere.verify):
        with pytest.raises(CorruptArtifactError, match="manifest"):
            call(digest)


def test_corrupt_cache_is_fetched_again(blobs: RemoteBlobs) -> None:
    digest = commit(blobs, a="1")
    path = blobs.fetch(digest) / "a"
    path.chmod(0o644)
    path.write_text("2")
    assert (blobs.fetch(digest) / "a").read_text() == "1"


def test_same_content_is_uploaded_once(blobs: RemoteBlobs, elsewhere: RemoteBlobs, files: Any, url: str) -> None:
    digest = commit(blobs, a="1")
    before = files.info(f"{url}/{address(digest)}/a")["LastModified"]
    assert commit(elsewhere, a="1") == digest
    assert files.info(f"{url}/{address(digest)}/a")["LastModified"] == before


def test_quarantine(blobs: RemoteBlobs, files: Any) -> None:
    digest = commit(blobs, a="1")
    place = blobs.quarantine(digest)
    assert files.cat_file(f"{place}/a") == b"1"
    assert list(blobs.blobs()) == []


def test_bucket_that_is_not_there(tmp_path: Path) -> None:
    s3_endpoint()
    blobs = RemoteBlobs("s3://penstock-absent/x", cache=tmp_path)
    staged = blobs.stage()
    (staged / "a").write_text("1")
    with pytest.raises(StoreError, match="cannot upload") as caught:
        blobs.commit(staged)
    assert "bucket" in caught.value.fix


def test_unreachable_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    s3_endpoint()
    settings = {"retries": {"max_attempts": 0}, "connect_timeout": 2}
    monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": "http://127.0.0.1:9", "config_kwargs": settings})
    blobs = RemoteBlobs("s3://penstock-bucket/unreachable", cache=tmp_path)
    with pytest.raises(StoreError, match="cannot list"):
        list(blobs.blobs())


def test_unknown_kind_of_url(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nonsense"):
        RemoteBlobs("nonsense://x", cache=tmp_path)


def test_other_file_systems_work_too(tmp_path: Path) -> None:
    one = RemoteBlobs("memory://penstock/x", cache=tmp_path / "a")
    two = RemoteBlobs("memory://penstock/x", cache=tmp_path / "b")
    digest = commit(one, a="1")
    assert (two.fetch(digest) / "a").read_text() == "1"
    assert [info.digest for info in two.blobs()] == [digest]
    two.delete(digest)
    assert list(one.blobs()) == []
