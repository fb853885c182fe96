from __future__ import annotations

import sys
from pathlib import Path

import pytest

from penstock.core.error import MissingDependencyError, NotFoundError, PluginError
from penstock.core.plugin import GROUPS, load_plugin, plugins, require


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution with three plug-ins: one good, one that fails, one that lacks a package."""
    (tmp_path / "good_plugin.py").write_text("class Thing:\n    pass\n")
    (tmp_path / "bad_plugin.py").write_text("raise ValueError('broken inside')\n")
    (tmp_path / "poor_plugin.py").write_text(
        "from penstock.core.plugin import require\nrequire('no_such_package', extra='ray', where='executor ray')\n"
    )
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[penstock.executors]\ngood = good_plugin:Thing\nbad = bad_plugin:Thing\npoor = poor_plugin:Thing\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    load_plugin.cache_clear()
    yield tmp_path
    load_plugin.cache_clear()
    for name in ("good_plugin", "bad_plugin", "poor_plugin"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("installed")
class TestLoadPlugin:
    def test_listing_imports_nothing(self) -> None:
        assert {"good", "bad", "poor", "local"} <= set(plugins("penstock.executors"))
        assert "good_plugin" not in sys.modules

    def test_loads_what_the_entry_point_names(self) -> None:
        thing = load_plugin("penstock.executors", "good")
        assert (thing.__module__, thing.__name__) == ("good_plugin", "Thing")
        assert load_plugin("penstock.executors", "good") is thing

    def test_unknown_name_offers_the_closest(self) -> None:
        with pytest.raises(NotFoundError, match="did you mean 'good'"):
            load_plugin("penstock.executors", "goood")

    def test_failure_is_chained_and_names_the_entry_point(self) -> None:
        with pytest.raises(PluginError, match="broken inside") as caught:
            load_plugin("penstock.executors", "bad")
        assert "bad_plugin:Thing" in caught.value.where
        assert isinstance(caught.value.__cause__, ValueError)

    def test_missing_package_is_told_as_such(self) -> None:
        with pytest.raises(MissingDependencyError, match=r"penstock\[ray\]"):
            load_plugin("penstock.executors", "poor")


def test_require_gives_the_module() -> None:
    assert require("json.decoder", extra="ray", where="test") is sys.modules["json.decoder"]


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.inner.part"])
def test_require_says_how_to_install(module: str) -> None:
    with pytest.raises(MissingDependencyError) as caught:
        require(module, extra="ray", where="executor 'ray'")
    assert caught.value.fix == "pip install 'penstock[ray]'"
    assert isinstance(caught.value, ImportError)


def test_require_does_not_mask_a_failure_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "half_installed.py").write_text("import absent_dependency_of_it\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError) as caught:
        require("half_installed", extra="ray", where="test")
    assert not isinstance(caught.value, MissingDependencyError)
    assert caught.value.name == "absent_dependency_of_it"


def test_every_group_of_the_project_is_known(repository: Path) -> None:
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert set(project["entry-points"]) <= set(GROUPS)
