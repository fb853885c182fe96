"""The blob store's contract on an S3 server."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers import new_bucket_url

from penstock.core.protocol import BlobStore
from penstock.engine.store import open_blobs
from penstock.testing.blob_store_contract import BlobStoreContract


@pytest.fixture
def url() -> str:
    return new_bucket_url()


@pytest.fixture
def blobs(url: str, tmp_path: Path) -> BlobStore:
    return open_blobs(url, cache=tmp_path / "cache")


@pytest.fixture
def blobs_again(url: str, tmp_path: Path) -> BlobStore:
    return open_blobs(url, cache=tmp_path / "another cache")


class TestS3Blobs(BlobStoreContract):
    pass
