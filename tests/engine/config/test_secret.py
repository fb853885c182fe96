from pathlib import Path

import pytest

from penstock.core.error import ConfigError
from penstock.engine.config import mask_secrets, resolve_secret


def test_references_are_resolved_when_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNS_DB", "postgresql://me:pa55@db/runs")
    (tmp_path / "url").write_text("s3://bucket\n")
    assert resolve_secret("env:RUNS_DB", where="store") == "postgresql://me:pa55@db/runs"
    assert resolve_secret(f"file:{tmp_path}/url", where="store") == "s3://bucket"


@pytest.mark.parametrize("value", ["file:///srv/artifacts", "sqlite:///runs.db", "", "plain"])
def test_other_texts_stay(value: str) -> None:
    assert resolve_secret(value, where="store") == value


def test_broken_references_name_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'PENSTOCK_NOT_SET' is not set") as caught:
        resolve_secret("env:PENSTOCK_NOT_SET", where="setting 'store'")
    assert caught.value.where == "setting 'store'"
    with pytest.raises(ConfigError, match="No such file"):
        resolve_secret(f"file:{tmp_path}/nothing", where="setting 'store'")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:p@ss:w/rd@db:5432/runs", "postgresql://me:***@db:5432/runs"),
        ("redis://:secret@host", "redis://:***@host"),
        ("https://host/?api_key=1234&rows=5", "https://host/?api_key=***&rows=5"),
        ("sqlite:////srv/a@b/metadata.db", "sqlite:////srv/a@b/metadata.db"),
        ("env:TOKEN", "env:TOKEN"),
    ],
)
def test_masking(text: str, shown: str) -> None:
    assert mask_secrets(text) == shown
