import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call


def test_the_new_project_runs_and_its_test_passes(
    penstock: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "My first-flow"
    assert penstock("init", str(folder)).code == 0
    monkeypatch.chdir(folder)
    assert ".penstock/" in (folder / ".gitignore").read_text()
    done = penstock("run", "pipeline.py")
    assert done.code == 0
    assert "my_first_flow complete" in done.out
    assert "(4 cached)" in penstock("run", "pipeline.py").out
    assert "skipped" in penstock("run", "pipeline.py", "-p", "rows=50").out
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PENSTOCK_", "PYTEST_"))}
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout
    assert "2 passed" in tests.stdout


@pytest.mark.parametrize("name", ["class", "test_me", "7 days", "..."])
def test_any_folder_gives_a_valid_pipeline(name: str, penstock: Call, tmp_path: Path) -> None:
    assert penstock("init", str(tmp_path / "in" / name / "x" / ".." / "x")).code == 0
    target = tmp_path / name if name != "..." else tmp_path / "dots..."
    assert penstock("init", str(target)).code == 0
    compile((target / "pipeline.py").read_text(), "pipeline.py", "exec")


def test_nothing_is_overwritten(penstock: Call, project: Path) -> None:
    (project / "README.md").write_text("mine")
    done = penstock("init", ".")
    assert done.code == 2
    assert "README.md" in done.err
    assert (project / "README.md").read_text() == "mine"
    assert not (project / "pipeline.py").exists()
    assert "is a file" in penstock("init", "README.md").err
