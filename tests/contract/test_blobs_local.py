"""The blob store's contract on a local folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.core.protocol import BlobStore
from penstock.engine.store import open_blobs
from penstock.testing.blob_store_contract import BlobStoreContract


@pytest.fixture(params=["blobs", "with blank ü#?"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


@pytest.fixture
def blobs(root: Path) -> BlobStore:
    return open_blobs(str(root), cache=root / "unused")


@pytest.fixture
def blobs_again(root: Path) -> BlobStore:
    return open_blobs(root.as_uri(), cache=root / "unused")


class TestLocalBlobs(BlobStoreContract):
    pass
