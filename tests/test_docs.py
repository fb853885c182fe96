"""The docs: what they show runs, what exists is named in them, and no link leads nowhere."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from penstock.apps.cli.main import app
from penstock.core import error
from penstock.core.plugin import GROUPS
from penstock.engine.config.settings import TYPES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
# Not run here: what makes an environment or fetches packages, and what the whole suite or benchmark is.
SLOW = ("make ", "pip ", "git ", "source ")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def project(folder: Path, page: Path) -> Path:
    """A folder with every ``python`` block of a page that starts with a file's name as that file."""
    for block in blocks(page, "python"):
        name = re.match(r"# (\w+\.py)\n", block)
        if name:
            (folder / name[1]).write_text(block)
    return folder


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path}


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", DOCS / "pipelines.md", DOCS / "cli.md"], ids=lambda page: page.name
)
def test_commands_run(page: Path, tmp_path: Path) -> None:
    folder = project(tmp_path, page)
    lines = [line for block in blocks(page, "bash") for line in block.splitlines()]
    commands = [line for line in lines if line.strip() and not line.startswith(("#", *SLOW))]
    assert commands
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment(), capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    "page", [page for page in sorted(DOCS.glob("*.md")) if blocks(page, "python")], ids=lambda page: page.name
)
def test_snippets_run_one_after_another(page: Path, tmp_path: Path) -> None:
    folder = project(tmp_path, page)
    snippets = [block for block in blocks(page, "python") if not re.match(r"# \w+\.py\n", block)]
    (folder / "snippets.py").write_text("\n".join(snippets))
    done = subprocess.run(
        [sys.executable, "snippets.py"], cwd=folder, env=environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_sessions_show_what_is_printed(tmp_path: Path) -> None:
    shown = "".join(blocks(ROOT / "README.md", "console"))
    said = []
    for line in shown.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(
                ["bash", "-c", line[2:]], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120
            )
            assert not done.stderr
            said += [line, *done.stdout.splitlines()]
    assert said == shown.splitlines()


def test_the_first_pipeline_is_short() -> None:
    first = blocks(ROOT / "README.md", "python")[0]
    assert len([line for line in first.splitlines() if line.strip()]) <= 21


def commands() -> Iterator[str]:
    """Every command with its parents, as typed."""
    group = typer.main.get_command(app)
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"penstock {name}"
        inner = getattr(command, "commands", {})
        yield from (f"penstock {name} {child}" for child in inner)


def options_of(name: str) -> set[str]:
    """Long options of a command, without ``--help``."""
    group = typer.main.get_command(app)
    for word in name.split()[1:]:
        found = group.commands[word] if hasattr(group, "commands") and word in group.commands else None
        group = found or group.get_command(typer.Context(group), word)
    return {option for part in group.params for option in part.opts if option.startswith("--")} - {"--help"}


def rows_of_commands() -> dict[str, str]:
    """Row of each command in the tables of cli.md: its name, and the cell with its options."""
    rows = re.findall(r"^\| `(penstock [^`]+)` \|.*\|(.*)\|$", (DOCS / "cli.md").read_text(), re.MULTILINE)
    known = set(commands())
    return {_longest(words, known): options for words, options in rows}


def _longest(typed: str, known: set[str]) -> str:
    words = typed.split()
    return next((name for name in (" ".join(words[:3]), " ".join(words[:2])) if name in known), typed)


def test_every_command_and_its_options_are_in_the_docs() -> None:
    rows = rows_of_commands()
    groups = {name.rpartition(" ")[0] for name in commands() if name.count(" ") == 2}
    assert set(rows) | groups == set(commands())
    shown = {name: set(re.findall(r"`(--[a-z-]+)", cell)) for name, cell in rows.items()}
    assert shown == {name: options_of(name) for name in rows}


def test_every_documented_command_exists() -> None:
    known = set(commands())
    shown = set()
    for page in PAGES:
        shown |= set(re.findall(r"(?:^|`|\n)penstock ([a-z]+)", page.read_text()))
    assert sorted(f"penstock {name}" for name in shown if f"penstock {name}" not in known) == []


def test_every_setting_is_in_the_docs() -> None:
    text = (DOCS / "config.md").read_text()
    assert [name for name in TYPES if f"`{name}`" not in text] == []
    assert [name for name in TYPES if f"`PENSTOCK_{name.upper()}`" not in text] == []


def test_every_error_is_in_the_docs() -> None:
    text = (DOCS / "errors.md").read_text()
    classes = [
        name for name, found in inspect.getmembers(error, inspect.isclass) if issubclass(found, error.PenstockError)
    ]
    assert [name for name in classes if f"`{name}`" not in text] == []


def test_every_group_of_entry_points_is_in_the_docs() -> None:
    text = (DOCS / "plugins.md").read_text()
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert [name for name in {*GROUPS, *declared} if f"`{name}`" not in text] == []


def test_every_extra_is_in_the_readme_and_every_required_one_exists() -> None:
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    text = (ROOT / "README.md").read_text()
    assert [name for name in sorted(extras) if f"`{name}`" not in text] == []
    asked = {name for path in (ROOT / "src").rglob("*.py") for name in re.findall(r'extra="(\w+)"', path.read_text())}
    assert asked - extras == set()


def test_base_dependencies_each_have_a_reason() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    text = (DOCS / "adr" / "0005-dependencies.md").read_text()
    assert len(dependencies) <= 15
    assert [name for name in dependencies if f"| {re.split('[<>=]', name)[0]} |" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    assert [name for name in targets if "://" not in name and not (page.parent / name).exists()] == []


def test_paths_in_the_architecture_exist() -> None:
    text = (DOCS / "architecture.md").read_text()
    paths = re.findall(r"^\| .*? \| `([\w/.]+)`", text, re.MULTILINE)
    assert paths
    places = (ROOT, ROOT / "src", ROOT / "src" / "penstock")
    assert [name for name in paths if not any((place / name).exists() for place in places)] == []


def test_make_targets_in_the_docs_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    shown = {name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE)}
    assert shown
    assert [name for name in shown if not re.search(rf"^{re.escape(name)}:", makefile, re.MULTILINE)] == []


def test_adrs_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((DOCS / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_commands_in_fixes_can_be_typed() -> None:
    """A fix that says ``penstock ...`` names a command that exists."""
    known = {shlex.split(name)[1] for name in commands()}
    said = {
        (path.name, name)
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r'fix=f?"[^"]*?penstock ([a-z]+)', path.read_text())
    }
    assert sorted((path, name) for path, name in said if name not in known) == []
