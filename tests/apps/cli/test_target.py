from pathlib import Path
from types import ModuleType

import pytest

from penstock.apps.cli.target import choose, existing_file, split_target
from penstock.core.error import UsageError
from penstock.engine.authoring import Pipeline, Step, pipeline, step


@step
def one() -> int:
    """One."""
    return 1


def _module(*names: str) -> ModuleType:
    module = ModuleType("flows")
    for name in names:

        def wire() -> object:
            return one()

        wire.__module__ = "flows"
        wire.__name__ = name
        setattr(module, name, pipeline(wire))
    return module


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("pipeline.py", "pipeline.py", ""),
        ("flows/taxi.py:train", "flows/taxi.py", "train"),
        (r"C:\flows\taxi.py", r"C:\flows\taxi.py", ""),
        (r"C:\flows\taxi.py:train", r"C:\flows\taxi.py", "train"),
        ("odd:name.py", "odd:name.py", ""),
        ("taxi.py:", "taxi.py:", ""),
        (":train", ":train", ""),
    ],
)
def test_split(text: str, path: str, name: str) -> None:
    assert split_target(text) == (Path(path), name)


def test_a_file_with_a_colon_that_exists_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a:b"
    file.write_text("")
    assert split_target(str(file)) == (file, "")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "pipeline.py").write_text("")
    with pytest.raises(UsageError, match=r"does not exist; did you mean 'pipeline\.py'"):
        existing_file(tmp_path / "pipelin.py", "pipelin.py")
    with pytest.raises(UsageError, match=r"is a folder; known: pipeline\.py"):
        existing_file(tmp_path, "x")
    with pytest.raises(UsageError, match="holds no Python file"):
        existing_file(tmp_path / "nowhere" / "x.py", "x.py")


def test_the_only_pipeline_needs_no_name() -> None:
    assert choose(_module("taxi"), "", Pipeline, path=Path("x.py")).name == "taxi"


def test_several_pipelines_are_listed() -> None:
    with pytest.raises(UsageError, match="several pipelines: taxi, fleet") as caught:
        choose(_module("taxi", "fleet"), "", Pipeline, path=Path("x.py"))
    assert caught.value.fix == "name one: x.py:taxi"
    assert choose(_module("taxi", "fleet"), "fleet", Pipeline, path=Path("x.py")).name == "fleet"
    with pytest.raises(UsageError, match="no pipeline 'flet'; did you mean 'fleet'"):
        choose(_module("taxi", "fleet"), "flet", Pipeline, path=Path("x.py"))


def test_imported_pipelines_do_not_count_beside_own_ones() -> None:
    module = _module("taxi")

    def other() -> object:
        return one()

    module.other = pipeline(other)  # type: ignore[attr-defined]
    assert choose(module, "", Pipeline, path=Path("x.py")).name == "taxi"
    assert choose(module, "other", Pipeline, path=Path("x.py")).name == "other"


def test_none() -> None:
    with pytest.raises(UsageError, match="defines no pipeline"):
        choose(ModuleType("empty"), "", Pipeline, path=Path("x.py"))
    module = ModuleType("steps")
    module.one = one  # type: ignore[attr-defined]
    assert choose(module, "one", Step, path=Path("x.py")) is one
