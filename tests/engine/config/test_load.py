import subprocess
import sys
from pathlib import Path

import pytest

from penstock.core.error import ConfigError
from penstock.engine.config import load_settings

FILE = """\
workers = 2
artifacts = "data/blobs"  # beside this file

[profile.default]
accelerator = "cpu"

[profile.cluster]
executor = "ray"
workers = 16
store = "postgresql://me:hunter2@db/runs"

[profile.cluster.executor_options]
address = "ray://head:10001"
"""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "PROFILE", "STORE", "WORKERS", "EXECUTOR", "EXECUTOR_OPTIONS"):
        monkeypatch.delenv(f"PENSTOCK_{name}", raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "penstock.toml").write_text(FILE)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    return tmp_path


def test_defaults_need_no_file(tmp_path: Path) -> None:
    settings = load_settings(start=tmp_path)
    assert settings.store == f"sqlite:///{tmp_path}/.penstock/metadata.db"
    assert settings.artifacts == f"{tmp_path}/.penstock/artifacts"
    assert (settings.executor, settings.workers, settings.profile) == ("local", 0, "default")
    assert set(settings.origins.values()) == {"default"}


def test_file_is_found_upwards_and_its_paths_are_its_own(project: Path) -> None:
    settings = load_settings(start=project / "deep" / "er")
    assert settings.home == project / ".penstock"
    assert settings.artifacts == f"{project}/data/blobs"
    assert (settings.workers, settings.accelerator) == (2, "cpu")
    assert settings.origins["workers"] == "penstock.toml:1"
    assert settings.origins["accelerator"] == "penstock.toml:5 [profile.default]"


def test_order_is_file_profile_environment_flags(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(start=project).workers == 2
    assert load_settings(start=project, profile="cluster").workers == 16
    monkeypatch.setenv("PENSTOCK_WORKERS", "7")
    by_variable = load_settings(start=project, profile="cluster")
    assert (by_variable.workers, by_variable.origins["workers"]) == (7, "PENSTOCK_WORKERS")
    by_flag = load_settings(start=project, profile="cluster", flags={"workers": 3, "executor": None})
    assert (by_flag.workers, by_flag.executor) == (3, "ray")
    assert by_flag.origins["workers"] == "flag --workers"
    assert by_flag.origins["executor"] == "penstock.toml:8 [profile.cluster]"


def test_profile_by_variable_and_its_table(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_PROFILE", "cluster")
    settings = load_settings(start=project)
    assert settings.executor_options == {"address": "ray://head:10001"}
    assert settings.origins["executor_options"] == "penstock.toml:12 [profile.cluster]"
    monkeypatch.setenv("PENSTOCK_EXECUTOR_OPTIONS", '{"address": "auto"}')
    assert load_settings(start=project).executor_options == {"address": "auto"}


def test_a_password_is_never_shown(project: Path) -> None:
    settings = load_settings(start=project, profile="cluster")
    assert "hunter2" in settings.store
    assert "hunter2" not in repr(settings)
    assert settings.shown()["store"] == "postgresql://me:***@db/runs"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("worker = 2", "unknown setting 'worker'; did you mean 'workers'?"),
        ("[profile.x]\nexecuter = 'ray'", "unknown setting 'executer'; did you mean 'executor'?"),
        ("workers = 'four'", "setting 'workers' is a string ('four'); it must be an integer, 0 or more"),
        ("workers = true", "setting 'workers' is a boolean (True); it must be an integer, 0 or more"),
        ("workers = -1", "setting 'workers' is an integer (-1); it must be an integer, 0 or more"),
        ("store = 5", "setting 'store' is an integer (5); it must be a string"),
        ("executor_options = 'a'", "setting 'executor_options' is a string ('a'); it must be a table"),
        ("profile = 'x'", "'profile' is a string ('x'), not a table"),
        ("[profile]\nx = 3", "'profile.x' is an integer (3), not a section"),
        ("workers = ", "it is not valid TOML"),
    ],
)
def test_bad_file(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "penstock.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(start=tmp_path)
    assert what in caught.value.what
    assert "penstock.toml" in caught.value.where


def test_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "penstock.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings(start=tmp_path)


def test_unknown_profiles(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ConfigError, match="no profile 'clutser'; did you mean 'cluster'"):
        load_settings(start=project, profile="clutser")
    with pytest.raises(ConfigError, match=r"there is no penstock\.toml"):
        load_settings(start=tmp_path_factory.mktemp("empty"), profile="cluster")


def test_wrong_variables_and_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_WORKERS", "many")
    with pytest.raises(ConfigError) as caught:
        load_settings(start=tmp_path)
    assert caught.value.where == "environment variable PENSTOCK_WORKERS"
    monkeypatch.delenv("PENSTOCK_WORKERS")
    with pytest.raises(ConfigError, match="0 or more"):
        load_settings(start=tmp_path, flags={"workers": -2})
    with pytest.raises(ConfigError, match="unknown setting 'wrokers'; did you mean 'workers'"):
        load_settings(start=tmp_path, flags={"wrokers": 2})


def test_relative_paths_of_variables_count_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_STORE", "sqlite:///runs.db")
    settings = load_settings(start=tmp_path, flags={"artifacts": "s3://bucket/blobs"})
    assert settings.store == f"sqlite:///{tmp_path}/runs.db"
    assert settings.artifacts == "s3://bucket/blobs"


def test_defaults_import_neither_tomllib_nor_msgspec(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from penstock.engine.config import load_settings;"
        f"load_settings(start=Path({str(tmp_path)!r}), flags={{'workers': 2}});"
        "print({'tomllib', 'msgspec'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("name", "near"),
    [("WORKER", "WORKERS"), ("STOER", "STORE"), ("PROFIEL", "PROFILE"), ("HOMES", "HOME"), ("EXECUTER", "EXECUTOR")],
)
def test_a_misspelt_variable_is_refused(name: str, near: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PENSTOCK_{name}", "x")
    with pytest.raises(ConfigError, match=f"unknown variable 'PENSTOCK_{name}'; did you mean 'PENSTOCK_{near}'"):
        load_settings(start=tmp_path)


@pytest.mark.parametrize("name", ["TEST_DATA", "SYS_PATH", "DATABASE_URL", "STORE_URL", "TRACKING_URI"])
def test_variables_of_the_project_are_its_own(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PENSTOCK_{name}", "x")
    assert load_settings(start=tmp_path).workers == 0
