from pathlib import Path

import pytest
from unprivileged import unprivileged_folder

from penstock.core.error import ConfigError, StoreError
from penstock.engine.config import create_workspace, find_settings_file, find_workspace


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENSTOCK_HOME", raising=False)


def test_workspace_is_the_nearest_one_upwards(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_workspace(deep) == deep / ".penstock"
    (tmp_path / ".penstock").mkdir()
    assert find_workspace(deep) == tmp_path / ".penstock"
    assert not (deep / ".penstock").exists()


def test_a_project_with_settings_has_its_own_workspace(tmp_path: Path) -> None:
    deep = tmp_path / "project" / "sub"
    deep.mkdir(parents=True)
    (tmp_path / ".penstock").mkdir()
    (tmp_path / "project" / "penstock.toml").write_text("")
    assert find_workspace(deep) == tmp_path / "project" / ".penstock"
    assert find_settings_file(deep) == tmp_path / "project" / "penstock.toml"


def test_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".penstock").mkdir()
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "wörk space"))
    assert find_workspace(tmp_path) == tmp_path / "wörk space"


def test_places_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="is not a folder"):
        find_workspace(tmp_path / "missing")
    (tmp_path / ".penstock").write_text("")
    with pytest.raises(ConfigError, match="is not a folder"):
        find_workspace(tmp_path)
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / ".penstock"))
    with pytest.raises(ConfigError) as caught:
        find_workspace(tmp_path)
    assert "PENSTOCK_HOME" in caught.value.where


def test_create_hides_the_workspace_from_git(tmp_path: Path) -> None:
    home = tmp_path / ".penstock"
    create_workspace(home)
    create_workspace(home)
    assert (home / ".gitignore").read_text() == "*\n"


def test_create_in_a_read_only_folder() -> None:
    with unprivileged_folder() as folder:
        folder.chmod(0o555)
        with pytest.raises(StoreError, match="cannot be written: Permission denied"):
            create_workspace(folder / ".penstock")


def test_create_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        create_workspace(tmp_path / "file" / ".penstock")
    assert "PENSTOCK_HOME" in caught.value.fix
