"""Tests of `penstock.engine.source.distribution`, against `importlib.metadata`."""

from __future__ import annotations

import importlib.metadata
import os
import re
from pathlib import Path

import pytest
from projects import write_files

from penstock.engine.source.distribution import Origins, distribution_version


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


OWNERS = {
    name: owners
    for name, owners in importlib.metadata.packages_distributions().items()
    if len(set(owners)) == 1 and name.isidentifier() and owners[0] != "penstock"
}


@pytest.mark.parametrize("name", ["yaml", "pytest", "_pytest", "sklearn", "PIL", "hypothesis", "dateutil", "attr"])
def test_names_and_versions_are_those_of_the_metadata(name: str) -> None:
    if name not in OWNERS:
        pytest.skip(f"{name} is not installed")
    found = Origins({}).find(name)
    assert (found.sort, normal(found.name)) == ("installed", normal(OWNERS[name][0]))
    assert found.version == importlib.metadata.version(OWNERS[name][0])


@pytest.mark.parametrize(("name", "sort"), [("json", "stdlib"), ("sys", "stdlib"), ("nowhere_at_all", "absent")])
def test_what_is_not_installed(name: str, sort: str) -> None:
    assert Origins({}).find(name).sort == sort


def test_penstock_itself() -> None:
    assert distribution_version("penstock") == importlib.metadata.version("penstock")
    assert distribution_version("nowhere-at-all") == ""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site-packages"
    write_files(
        folder,
        {
            "odd_things/__init__.py": "",
            "Some_Dist-1.0.dist-info/RECORD": "odd_things/__init__.py,,\n",
            "spaced/one/__init__.py": "",
            "spaced_one-1.5.dist-info/RECORD": "spaced/one/__init__.py,,\n",
            "spaced/two.py": "",
            "spaced_two-2.5.dist-info/RECORD": "spaced/two.py,,\n",
        },
    )
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_a_distribution_of_another_name(site: Path) -> None:
    found = Origins({}).find("odd_things")
    assert (found.name, found.version) == ("Some-Dist", "1.0")


@pytest.mark.parametrize(
    ("module", "version"), [("spaced.one", "1.5"), ("spaced.one.deep", "1.5"), ("spaced.two", "2.5")]
)
def test_a_folder_that_distributions_share(site: Path, module: str, version: str) -> None:
    assert Origins({}).find(module).version == version


def test_an_upgrade_is_seen_by_the_next_process(site: Path) -> None:
    first = Origins({})
    assert first.find("odd_things").version == "1.0"
    assert Origins(first.to_json()).find("odd_things").version == "1.0"
    (site / "Some_Dist-1.0.dist-info").rename(site / "Some_Dist-1.1.dist-info")
    os.utime(site, ns=(1, 1))
    assert Origins(first.to_json()).find("odd_things").version == "1.1"


def test_a_folder_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"loose_things/__init__.py": "", "loose_file.py": "", "loose_space/x.py": ""})
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("loose_things", "loose_file", "loose_space.x"):
        found = Origins({}).find(name)
        assert (found.sort, found.folder) == ("folder", str(tmp_path))
