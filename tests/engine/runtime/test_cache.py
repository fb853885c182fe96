"""The cache never lies: what changed runs again, what did not is reused, and `why` says so."""

from __future__ import annotations

import shutil

import pyarrow as pa
import pytest

from penstock.core.artifact import artifacts_in
from penstock.core.state import CACHED, COMPLETE, FAILED
from penstock.engine.runtime import RunOptions

PIPELINE = """
    import clean

    @ps.step
    def load(rows: int) -> list[int]:
        return list(range(rows))

    @ps.step
    def parse(values: list[int]) -> list[float]:
        return [clean.parse_fare(value) for value in values]

    @ps.step
    def total(values: list[float]) -> float:
        return sum(values)

    @ps.step
    def count(values: list[int]) -> int:
        return len(values)

    @ps.pipeline
    def p(rows: int = 3):
        raw = load(rows)
        return {"total": total(parse(raw)), "count": count(raw)}
"""
CLEAN = "from rates import RATE\n\ndef parse_fare(value):\n    return value * RATE\n\ndef unused():\n    return 1\n"
RATES = "RATE = 2.0\nOTHER = 1\n"


def _write(project) -> None:
    project.write(PIPELINE)
    project.write(CLEAN, "clean.py")
    project.write(RATES, "rates.py")


def _ran(project) -> set[str]:
    return {step for step, status in project.finished().items() if status == COMPLETE}


def test_second_run_is_all_hits(project) -> None:
    _write(project)
    first = project.run("p")
    assert _ran(project) == {"load", "parse", "total", "count"}
    second = project.run("p")
    assert set(project.finished().values()) == {CACHED}
    assert second.outputs["total"].load() == first.outputs["total"].load() == 6.0
    (why,) = project.workspace.explain(second.id, "parse")
    assert f"{first.id}/parse" in why.headline


def test_constant_two_imports_away_reruns_exactly_what_reaches_it(project) -> None:
    _write(project)
    project.run("p")
    project.write(RATES.replace("2.0", "3.0"), "rates.py")
    run = project.run("p")
    assert _ran(project) == {"parse", "total"}
    assert run.outputs["total"].load() == 9.0
    (why,) = project.workspace.explain(run.id, "parse")
    assert any("RATE" in line and "rates.py" in line for line in why.lines)
    (why,) = project.workspace.explain(run.id, "total")
    assert why.lines == ("input 'values' changed",) or "values" in why.lines[0]


def test_changed_function_is_named(project) -> None:
    _write(project)
    project.run("p")
    project.write(CLEAN.replace("value * RATE", "value * RATE + 0"), "clean.py")
    run = project.run("p")
    assert _ran(project) == {"parse"}, "the result is the same, so what follows is reused"
    (why,) = project.workspace.explain(run.id, "parse")
    assert "function `clean.parse_fare` in clean.py changed" in why.lines


def test_comments_formatting_and_unrelated_code_rerun_nothing(project) -> None:
    _write(project)
    project.run("p")
    project.write("# a comment\n" + CLEAN.replace("return 1", "return 2"), "clean.py")
    project.write("RATE   =   (2.0)  # per mile\nOTHER = 5\n", "rates.py")
    project.write(PIPELINE.replace("def total(values: list[float])", "def total(\n        values: list[float],\n    )"))
    project.run("p")
    assert set(project.finished().values()) == {CACHED}


def test_changed_parameter_is_named(project) -> None:
    _write(project)
    project.run("p")
    run = project.run("p", rows=4)
    (why,) = project.workspace.explain(run.id, "load")
    assert why.lines == ("parameter 'rows' changed from 3 to 4",)


def test_policy_is_no_part_of_the_key(project) -> None:
    _write(project)
    project.run("p")
    project.write(PIPELINE.replace("@ps.step\n    def parse", "@ps.step(retries=3, timeout_s=50)\n    def parse"))
    project.run("p")
    assert set(project.finished().values()) == {CACHED}


def test_no_cache_runs_everything_and_what_it_made_is_reused(project) -> None:
    _write(project)
    project.run("p")
    run = project.run("p", RunOptions(is_cached=False))
    assert len(_ran(project)) == 4
    (why,) = project.workspace.explain(run.id, "load")
    assert "--no-cache" in why.lines[0]
    project.run("p")
    assert set(project.finished().values()) == {CACHED}


def test_a_declared_file_is_found_from_any_folder(project, monkeypatch, tmp_path_factory) -> None:
    project.write("""
        @ps.step(files=["words.txt"])
        def read(x: int) -> str:
            return Path(__file__).with_name("words.txt").read_text()

        @ps.pipeline
        def p():
            return read(1)
    """)
    words = project.root / "words.txt"
    words.write_text("a")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert project.run("p").outputs["output"].load() == "a"
    words.write_text("b")
    assert project.run("p").outputs["output"].load() == "b"


def test_declared_environment_and_files(project, monkeypatch) -> None:
    project.write("""
        @ps.step(env=["REGION"], files=["vocabulary.txt"])
        def read(x: int) -> str:
            return os.environ["REGION"] + Path("vocabulary.txt").read_text()

        @ps.pipeline
        def p():
            return read(1)
    """)
    vocabulary = project.root / "vocabulary.txt"
    vocabulary.write_text("a")
    monkeypatch.setenv("REGION", "north")
    project.run("p")
    assert project.run("p").outputs["output"].load() == "northa"
    assert project.finished() == {"read": CACHED}
    vocabulary.write_text("b")
    run = project.run("p")
    assert run.outputs["output"].load() == "northb"
    assert project.workspace.explain(run.id, "read")[0].lines == ("file vocabulary.txt changed",)
    monkeypatch.setenv("REGION", "south")
    run = project.run("p")
    assert run.outputs["output"].load() == "southb"
    assert project.workspace.explain(run.id, "read")[0].lines == ("environment variable REGION changed",)


def test_path_parameter_counts_by_content(project) -> None:
    project.write("""
        @ps.step
        def size(file: Path) -> int:
            return len(file.read_text())

        @ps.pipeline
        def p(file: Path):
            return size(file)
    """)
    (project.root / "a.txt").write_text("one")
    (project.root / "b.txt").write_text("one")
    project.run("p", file="a.txt")
    project.run("p", file="b.txt")
    assert project.finished() == {"size": CACHED}
    (project.root / "b.txt").write_text("three")
    assert project.run("p", file="b.txt").outputs["output"].load() == 5


def test_missing_path_is_a_failed_step_with_the_closest_name(project) -> None:
    project.write("""
        @ps.step
        def size(file: Path) -> int:
            return 1

        @ps.pipeline
        def p(file: Path):
            return size(file)
    """)
    (project.root / "trips.csv").write_text("one")
    run = project.run("p", file="trip.csv")
    assert run.state == FAILED
    assert "trips.csv" in project.error(run, "size")["fix"]


def test_cache_false_runs_every_time(project) -> None:
    project.write("""
        @ps.step(cache=False)
        def now(x: int) -> float:
            return time.time()

        @ps.pipeline
        def p():
            return now(1)
    """)
    assert project.run("p").outputs["output"].load() != project.run("p").outputs["output"].load()


def test_external_fingerprint(project) -> None:
    project.write("""
        def version(name: str) -> str:
            return Path(name).read_text()

        @ps.step(fingerprint=version)
        def fetch(name: str) -> str:
            return Path(name).read_text()

        @ps.pipeline
        def p():
            return fetch("version")
    """)
    version = project.root / "version"
    version.write_text("1")
    project.run("p")
    project.run("p")
    assert project.finished() == {"fetch": CACHED}
    version.write_text("2")
    assert project.run("p").outputs["output"].load() == "2"
    version.write_text("")
    project.run("p")
    project.run("p")
    assert project.finished() == {"fetch": COMPLETE}, "an empty fingerprint is never reused"


ARTIFACTS = """
    import pyarrow as pa

    @ps.step
    def make(rows: int) -> pa.Table:
        return pa.table({"x": list(range(rows))})

    @ps.step
    def rows(table: pa.RecordBatchReader) -> int:
        return table.read_all().num_rows

    @ps.pipeline
    def p(rows_wanted: int = 3):
        table = make(rows_wanted)
        return {"table": table, "rows": rows(table)}
"""


def test_lost_artifact_is_made_again(project) -> None:
    project.write(ARTIFACTS)
    first = project.run("p")
    (ref,) = artifacts_in(first.record.outputs["table"])
    project.workspace.blobs.delete(ref.digest)
    second = project.run("p")
    assert project.finished() == {"make": COMPLETE, "rows": CACHED}
    assert second.record.outputs == first.record.outputs
    assert isinstance(second.outputs["table"].load(pa.Table), pa.Table)


def test_forms_convert(project) -> None:
    project.write(ARTIFACTS)
    run = project.run("p")
    assert run.outputs["rows"].load() == 3
    assert run.outputs["table"].load().num_rows == 3


def test_workspace_may_be_copied(project, tmp_path, monkeypatch) -> None:
    project.write(ARTIFACTS)
    project.run("p")
    project.workspace.close()
    shutil.copytree(project.root, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    copied = type(project)(tmp_path / "copy")
    copied.run("p")
    assert set(copied.finished().values()) == {CACHED}
    copied.workspace.close()


TWINS = """
    {head}

    @ps.step
    def price(x: int) -> int:
        return x * 100

    @ps.step
    def tax(x: int) -> int:
        return x * 7

    @ps.pipeline
    def p(x: int = 1):
        return {{"price": price(x), "tax": tax(x)}}
"""


@pytest.mark.parametrize("head", ["KNOWN = sorted(globals())", "from lib import *", "exec('RATE = 1')"])
def test_steps_of_a_module_that_counts_as_a_whole_keep_apart(project, head) -> None:
    project.write(TWINS.format(head=head))
    project.write("RATE = 1\n", "lib.py")
    for state in (COMPLETE, CACHED):
        run = project.run("p")
        assert project.finished() == {"price": state, "tax": state}
        assert {name: output.load() for name, output in run.outputs.items()} == {"price": 100, "tax": 7}


def test_steps_of_an_installed_package_keep_apart(project, tmp_path, monkeypatch) -> None:
    site = tmp_path / "site-packages"
    (site / "twin_steps").mkdir(parents=True)
    body = "import penstock as ps\n" + "".join(
        f"@ps.step\ndef {name}(x: int) -> int:\n    return x * {rate}\n" for name, rate in (("price", 100), ("tax", 7))
    )
    (site / "twin_steps" / "__init__.py").write_text(body)
    (site / "twin_steps-1.0.dist-info").mkdir()
    (site / "twin_steps-1.0.dist-info" / "RECORD").write_text("twin_steps/__init__.py,,\n")
    (site / "twin_steps-1.0.dist-info" / "METADATA").write_text("Name: twin-steps\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(site))
    project.write("""
        from twin_steps import price, tax

        @ps.pipeline
        def p(x: int = 1):
            return {"price": price(x), "tax": tax(x)}
    """)
    for state in (COMPLETE, CACHED):
        run = project.run("p", RunOptions(inline=True))
        assert project.finished() == {"price": state, "tax": state}
        assert {name: output.load() for name, output in run.outputs.items()} == {"price": 100, "tax": 7}
