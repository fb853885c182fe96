import json
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Call
from processes import wait_until

Start = Callable[..., subprocess.Popen[str]]


def test_json_events(sums: Call, penstock: Call) -> None:
    events = sums("--json").json
    assert [event["event"] for event in (events[0], events[-1])] == ["run_started", "run_finished"]
    assert {event["event"] for event in events} == {"run_started", "step_started", "step_finished", "run_finished"}
    finished = [event for event in events if event["event"] == "step_finished"]
    assert all({"run", "step", "status", "cached", "seconds"} <= set(event) for event in finished)
    assert events[-1]["status"] == "complete"
    assert events[-1]["outputs"]["figures"]["kind"] == "Metrics"
    again = [event for event in sums("--json").json if event["event"] == "step_finished"]
    assert [event["cached"] for event in again] == [True] * len(finished)


def test_plain_lines_and_summary(sums: Call) -> None:
    out = sums().out
    assert "run sums-" in out
    assert " ✓ square[3]  complete" in out
    assert "sums complete in" in out
    assert "(4 steps, 7 items: 7 run)" in out
    assert "figures  share=0.123457 total=14  (Metrics " in out
    assert "values   [0, 1, 4, ... (4 in all)]" in out
    assert "next  penstock show last" in out
    assert "\x1b" not in out


def test_parameters_and_a_skipped_step(sums: Call) -> None:
    out = sums("-p", "least=100", "-p", "count=3").out
    assert "page" in out
    assert "skipped" in out
    assert re.search(r" – page  +skipped  +condition .*total.* >= least is false", out)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["flow.py"], "defines several pipelines: sums, broken, slow"),
        (["flow.py:sum"], "did you mean 'sums'"),
        (["flo.py"], "did you mean 'flow.py'"),
        (["flow.py:sums", "-p", "cuont=3"], "did you mean 'count'"),
        (["flow.py:sums", "-p", "count=three"], "parameter 'count' is int; 'three' is not"),
        (["flow.py:slow"], "'folder' (str) is missing"),
        (["flow.py:sums", "--until", "squar"], "did you mean 'square'"),
        (["flow.py:sums", "--profile", "cluster"], "no profile 'cluster'"),
        (["syntax.py"], "does not compile"),
        (["import.py"], "ZeroDivisionError"),
    ],
)
def test_what_stops_before_a_run(arguments: list[str], what: str, penstock: Call, project: Path) -> None:
    (project / "syntax.py").write_text("def f(:\n")
    (project / "import.py").write_text("1 / 0\n")
    for more in ([], ["--json"]):
        done = penstock("run", *arguments, *more)
        assert (done.code, done.out) == (2, "")
        assert what in done.err.splitlines()[0]
        assert [line[:5].strip() for line in done.err.splitlines()] == ["error", "where", "fix"]
    assert penstock("runs").out.startswith("no runs yet")


def test_a_failing_step_shows_its_error_and_the_end_of_its_log(penstock: Call) -> None:
    done = penstock("run", "flow.py:broken", "--workers", "1")
    assert done.code == 1
    assert "error  ValueError: no use for 2 values" in done.err
    assert "flow.py:" in done.err
    assert "| about to fail" in done.err
    assert re.search(r"^log    penstock logs broken-\S+ fail$", done.err, re.MULTILINE)
    assert "✗ broken failed in" in done.out
    assert "because fail failed" in done.out
    assert "penstock resume broken-" in done.out
    assert "Traceback (most recent call last)" not in done.err.partition("last lines")[0]


def test_plan_runs_nothing(penstock: Call, sums: Call) -> None:
    planned = penstock("run", "flow.py:sums", "--plan", "--json").json
    assert [(item["step"], item["state"]) for item in planned][:2] == [("numbers", "run"), ("square", "unknown")]
    assert penstock("runs").out.startswith("no runs yet")
    sums()
    out = penstock("run", "flow.py:sums", "--plan").out
    assert out.splitlines()[0] == "sums: 7 cached; nothing was run"
    assert "parameter 'count' changed from 4 to 5" in penstock("run", "flow.py:sums", "--plan", "-p", "count=5").out


def test_until_and_no_cache(sums: Call) -> None:
    events = sums("--until", "square", "--json").json
    assert {event["step"] for event in events if "step" in event} == {"numbers", "square"}
    assert "(2 steps, 5 items: 5 run)" in sums("--until", "square", "--no-cache").out


def test_verbose_shows_what_steps_print(penstock: Call) -> None:
    done = penstock("run", "flow.py:sums", "-v", "--workers", "1")
    assert done.code == 0
    assert done.lines.index("   numbers | counting to 4") < next(
        at for at, line in enumerate(done.lines) if line.startswith(" ✓ numbers")
    )


def test_an_interrupt_cancels_in_order(start: Start, penstock: Call, project: Path) -> None:
    process = start("run", "flow.py:slow", "-p", f"folder={project}")
    wait_until((project / "started").exists, what="start of the step")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "slow canceled in" in out
    assert "Traceback" not in err
    assert penstock("runs", "--json").json[0]["status"] == "canceled"
    (project / "go").touch()
    assert penstock("resume", "last").code == 0


def test_a_run_goes_on_although_nobody_reads(start: Start, penstock: Call, project: Path) -> None:
    process = start("run", "flow.py:slow", "-p", f"folder={project}", "--json")
    wait_until((project / "started").exists, what="start of the step")
    assert process.stdout is not None
    process.stdout.close()
    (project / "go").touch()
    assert process.stderr is not None
    with process.stderr as stderr:
        assert stderr.read() == ""
    assert process.wait(60) == 0
    assert penstock("runs", "--json").json[0]["status"] == "complete"


def test_a_package_runs(penstock: Call, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert penstock("package", "flow.py:sums", "-o", "sums.zip").code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    done = penstock("run", str(project / "sums.zip"), "--inline", "-p", "count=3")
    assert done.code == 0
    assert "figures  share=0.123457 total=5" in done.out


def test_paths_with_spaces_and_unicode(penstock: Call, project: Path) -> None:
    folder = project / "dåta flows"
    folder.mkdir()
    (folder / "my flow.py").write_text((project / "flow.py").read_text())
    assert penstock("run", "dåta flows/my flow.py:sums", "--inline").code == 0


def test_a_cached_run_imports_only_what_it_needs(sums: Call, project: Path) -> None:
    sums()
    code = (
        "import sys; from penstock.apps.cli.main import main; code = main(['run', 'flow.py:sums', '--json']);"
        "heavy = {'rich', 'pydantic', 'msgspec', 'alembic', 'duckdb', 'pyarrow', 'numpy', 'fsspec'} & set(sys.modules);"
        "print(code, heavy, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=False)
    assert done.stderr.strip() == "0 set()"
    assert all(json.loads(line).get("cached", True) for line in done.stdout.splitlines())


NOISY = "print('imported')\n"


@pytest.mark.parametrize("command", [("run", "--plan"), ("run", "--inline"), ("package", "-o", "noisy.zip")])
def test_json_alone_is_on_standard_output(command: tuple[str, ...], penstock: Call, project: Path) -> None:
    name, *more = command
    (project / "noisy.py").write_text(NOISY + (project / "flow.py").read_text())
    done = penstock(name, "noisy.py:sums", *more, "--json")
    assert done.code == 0, done.err
    assert all(isinstance(value, dict) for value in done.json)
    assert "imported" in done.err


def test_resume_prints_json_alone(penstock: Call, project: Path) -> None:
    (project / "noisy.py").write_text(NOISY + (project / "flow.py").read_text())
    penstock("run", "noisy.py:broken", "--inline")
    (project / "noisy.py").write_text(
        NOISY + (project / "flow.py").read_text().replace("raise ValueError", "return len")
    )
    done = penstock("resume", "last", "--inline", "--json")
    assert done.json[-1]["event"] == "run_finished"


OWN_ERRORS = """
import penstock as ps
from penstock.core.error import DataError


@ps.step
def read(number: int) -> int:
    raise DataError(f"row {number} is damaged", where="rows.csv", fix="mend it")


@ps.step
def numbers(count: int) -> list[int]:
    return list(range(count))


@ps.pipeline
def files(count: int = 7):
    return read.map(numbers(count))
"""


def test_an_error_of_ours_is_three_lines_and_a_command_for_each_item(penstock: Call, project: Path) -> None:
    (project / "own.py").write_text(OWN_ERRORS)
    done = penstock("run", "own.py", "--workers", "2")
    assert done.code == 1
    lines = [line for line in done.err.splitlines() if line]
    assert [line.split()[0] for line in lines[:-1]] == ["error", "where", "fix", "log"] * 5
    assert lines[0] == "error  row 0 is damaged"
    assert re.fullmatch(r"log    penstock logs files-\S+ 'read\[0\]'", lines[3])
    assert re.fullmatch(r"\.\.\. and 2 more: penstock show files-\S+ --all", lines[-1])
    assert re.search(r"next  penstock why files-\S+ 'read\[0\]'", done.out)
    assert "DataError: row 3 is damaged" in penstock("logs", "last", "read[3]").out
    out = penstock("show").out
    assert out.count("is damaged") == 5
    assert re.search(r"penstock logs files-\S+ 'read\[4\]'", out)
    assert re.search(r"\.\.\. and 2 more: penstock show files-\S+ --all", out)
    assert penstock("show", "--all").out.count("is damaged") == 7


def test_a_damaged_package_is_three_lines(penstock: Call, project: Path) -> None:
    penstock("package", "flow.py:sums", "-o", "whole.zip")
    with zipfile.ZipFile("whole.zip") as whole, zipfile.ZipFile("damaged.zip", "w") as damaged:
        for info in whole.infolist():
            damaged.writestr(info, whole.read(info) + (b" " if info.filename == "graph.json" else b""))
    done = penstock("run", "damaged.zip")
    assert done.code == 1
    assert done.err.splitlines() == [
        "error  'graph.json' does not match the manifest",
        "where  damaged.zip",
        "fix    make the package again, and do not use this one",
    ]
    assert not (project / ".penstock").exists()


def test_what_was_unpacked_is_used_again_only_as_it_was(penstock: Call, project: Path) -> None:
    penstock("package", "flow.py:sums", "-o", "sums.zip")
    assert penstock("run", "sums.zip", "--inline").code == 0
    assert (project / ".penstock/.gitignore").exists()
    (folder,) = (project / ".penstock/packages").iterdir()
    source = folder / "sources/flow.py"
    whole, marker = source.read_text(), folder.stat().st_ino
    assert penstock("run", "sums.zip", "--inline").code == 0
    assert folder.stat().st_ino == marker
    for spoil in (
        lambda: source.write_text(whole.replace("number * number", "number + 1")),
        lambda: source.unlink(),
        lambda: (folder / "sources/json.py").write_text("1 / 0\n"),
    ):
        spoil()
        done = penstock("run", "sums.zip", "--inline", "--no-cache")
        assert done.code == 0, done.err
        assert "total=14" in done.out
        assert source.read_text() == whole
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]
