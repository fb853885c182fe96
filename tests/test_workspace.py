"""The composition root: settings, stores and executors together, in one process and from a profile."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from project_folder import make_project, project  # noqa: F401 - fixtures
from servers import new_bucket_url, new_postgres_url

import penstock as ps
from penstock.core.artifact import artifacts_in
from penstock.core.error import ConfigError, NotFoundError, RunError
from penstock.core.state import CACHED, COMPLETE
from penstock.engine.runtime import RunOptions
from penstock.engine.store import check_store
from penstock.workspace import Workspace

PIPELINE = """
    import pyarrow as pa

    @ps.step
    def table(rows: int) -> pa.Table:
        return pa.table({"x": list(range(rows)), "name": [f"n{i}" for i in range(rows)]})

    @ps.step
    def page(table: ps.Dataset) -> ps.Report:
        return ps.Report(f"<h1>{table.num_rows}</h1>", title="rows")

    @ps.step
    def figures(table: ps.Dataset) -> ps.Metrics:
        return ps.Metrics(rows=table.num_rows)

    @ps.pipeline
    def p(rows: int = 3, workers: int = 7):
        made = table(rows)
        return {"table": made, "page": page(made), "figures": figures(made), "rows": figures(made)["rows"]}
"""


def test_outputs_load_in_any_form(project) -> None:  # noqa: F811
    project.write(PIPELINE)
    run = project.run("p")
    assert run.state == COMPLETE
    output = run.outputs["table"]
    assert output.load().num_rows == 3
    assert output.load(pa.Table).column("x").to_pylist() == [0, 1, 2]
    assert list(output.load(pd.DataFrame)["name"]) == ["n0", "n1", "n2"]
    assert output.load(pl.DataFrame).shape == (3, 2)
    assert output.load(Path).name == "data.parquet"
    assert run.outputs["page"].load().html == "<h1>3</h1>"
    assert run.outputs["figures"].load() == {"rows": 3}
    assert run.outputs["rows"].load() == 3
    assert run.step("table")["output"].load().num_rows == 3
    with pytest.raises(NotFoundError, match="did you mean 'table'"):
        run.outputs["tabel"]
    with pytest.raises(NotFoundError, match="did you mean 'page'"):
        run.step("pgae")
    with pytest.raises(NotFoundError):
        output.load(dict)


def test_run_takes_parameters_by_name_or_as_a_mapping(project) -> None:  # noqa: F811
    project.write(PIPELINE)
    pipeline = project.load("p")
    assert ps.run(pipeline, rows=5).outputs["rows"].load() == 5
    run = ps.run(pipeline, {"workers": 1, "rows": 2}, workers=1, cache=False)
    assert run.record.parameters == {"rows": 2, "workers": 1}
    assert run.outputs["rows"].load() == 2


def test_run_raises_where_a_step_fails(project) -> None:  # noqa: F811
    project.write("""
        @ps.step
        def fails(x: int) -> int:
            raise ValueError("no fares")

        @ps.pipeline
        def p():
            return fails(1)
    """)
    with pytest.raises(RunError, match="no fares") as caught:
        ps.run(project.load("p"))
    assert "penstock resume" in caught.value.fix
    with pytest.raises(RunError):
        ps.resume("last")


def test_package_is_imported_by_another_project(project, tmp_path, monkeypatch) -> None:  # noqa: F811
    project.write("RATE = 21\n", "rates.py")
    project.write("""
        from rates import RATE

        @ps.step
        def answer(x: int) -> int:
            return x * RATE
    """)
    manifest = ps.package(project.load("answer"), tmp_path / "answer.zip")
    assert "sources/rates.py" in manifest.files
    monkeypatch.syspath_prepend(str(tmp_path / "answer.zip" / "sources"))
    import sys

    for name in ("pipeline", "rates"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    sys.path[:] = [entry for entry in sys.path if entry != str(project.root)]
    import pipeline

    assert pipeline.__file__.startswith(str(tmp_path / "answer.zip"))
    assert pipeline.answer(2) == 42


def test_unknown_profile(project) -> None:  # noqa: F811
    (project.root / "penstock.toml").write_text("[profile.team]\nworkers = 2\n")
    assert Workspace.open(project.root, profile="team").settings.workers == 2
    with pytest.raises(ConfigError, match="did you mean 'team'"):
        Workspace.open(project.root, profile="taem")


def test_opening_makes_nothing(project) -> None:  # noqa: F811
    project.write(PIPELINE)
    with Workspace.open(project.root) as workspace, pytest.raises(NotFoundError):
        workspace.run(project.load("p"), {}, options=RunOptions(until="nothing"))
    assert not (project.root / ".penstock").exists()


def test_a_profile_with_postgresql_and_s3(make_project, monkeypatch) -> None:  # noqa: F811
    """The same pipeline, only settings differ: metadata in PostgreSQL, artifacts in S3, two laptops."""
    store, artifacts = new_postgres_url(), new_bucket_url()
    monkeypatch.setenv("TEAM_STORE", store)
    digests = []
    for laptop in ("one", "two"):
        folder = make_project(laptop)
        folder.write(PIPELINE)
        (folder.root / "penstock.toml").write_text(
            f'[profile.team]\nstore = "env:TEAM_STORE"\nartifacts = "{artifacts}"\nworkers = 2\n'
        )
        local = folder.run("p")
        folder.workspace.close()
        folder.workspace = Workspace.open(folder.root, profile="team")
        run = folder.run("p")
        assert run.state == COMPLETE
        assert run.outputs["table"].load().num_rows == 3
        assert store not in str(run.record.properties)
        digests += [next(artifacts_in(r.record.outputs["table"])).digest for r in (local, run)]
        assert not [f for f in check_store(folder.workspace.store, folder.workspace.blobs) if f.severity == "error"]
    assert len(set(digests)) == 1
    assert set(folder.finished().values()) == {CACHED}, "the second laptop reuses what the first one made"
