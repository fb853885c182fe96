"""A project in a folder of its own, and the command line called in this process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import Call, Done

from penstock.apps.cli.main import main

PIPELINE = '''
import time
from pathlib import Path

import penstock as ps


@ps.step
def numbers(count: int) -> list[int]:
    print("counting to", count)
    return list(range(count))


@ps.step
def square(number: int) -> int:
    return number * number


@ps.step
def summarise(values: list[int]) -> ps.Metrics:
    ps.log_metrics({"total": sum(values)})
    return ps.Metrics(total=sum(values), share=0.123456789)


@ps.step
def page(figures: ps.Metrics) -> ps.Report:
    return ps.Report(f"<p>{figures['total']}", title="sum")


@ps.pipeline
def sums(count: int = 4, least: int = 0):
    """Sum of squares."""
    values = square.map(numbers(count))
    figures = summarise(values)
    with ps.when(figures["total"] >= least):
        shown = page(figures)
    return {"figures": figures, "page": shown, "values": values}


@ps.step
def fail(values: list[int]) -> int:
    print("about to fail")
    raise ValueError(f"no use for {len(values)} values")


@ps.pipeline
def broken(count: int = 2):
    return square(fail(numbers(count)))


@ps.step(cache=False)
def wait(folder: str) -> str:
    print("waiting", flush=True)
    Path(folder, "started").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.01)
    print("went on", flush=True)
    return "done"


@ps.pipeline
def slow(folder: str):
    return wait(folder)
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a pipeline file, made the current one."""
    for name in [name for name in os.environ if name.startswith("PENSTOCK_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "penstock.toml").write_text("")
    (folder / "flow.py").write_text(PIPELINE)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def penstock(project: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line in this process."""

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


@pytest.fixture
def sums(penstock: Call) -> Call:
    """Runs the pipeline ``sums`` in this process, with further arguments; the command must succeed."""

    def run(*arguments: str) -> Done:
        done = penstock("run", "flow.py:sums", "--inline", *arguments)
        assert done.code == 0, done.err
        return done

    return run


@pytest.fixture
def start(project: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command line in processes of their own, which end with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        code = f"import sys; from penstock.apps.cli.main import main; sys.exit(main({list(arguments)!r}))"
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=project
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait(60)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
