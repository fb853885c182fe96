from __future__ import annotations

from typing import Any

import pytest

from penstock.engine.runtime import RunOptions
from penstock.engine.runtime.executor.local import THREAD_VARIABLES, size

PIPELINE = """
    @ps.step
    def one(n: int) -> list[int]:
        return [os.getpid(), int(os.environ["OMP_NUM_THREADS"])]

    @ps.step
    def beside(n: int) -> int:
        mine = Path(f"seen-{n}")
        mine.touch()
        while not Path(f"seen-{1 - n}").exists():
            time.sleep(0.001)
        return os.getpid()

    @ps.pipeline
    def chain():
        a = one(1)
        b = one.options(name="b")(2).after(a)
        return a, b, one.options(name="c", cpu=2)(3).after(b)

    @ps.pipeline
    def pair():
        return {"pids": beside.map([0, 1])}
"""


@pytest.fixture
def written(project: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in THREAD_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    project.write(PIPELINE)
    return project


def test_a_warm_worker_takes_the_next_step_and_threads_follow_the_cores(written: Any) -> None:
    run = written.run("chain", RunOptions(workers=2))
    (first, threads), (second, again), (third, more) = (run.outputs[name].load() for name in ("one", "b", "c"))
    assert (threads, again, more) == (1, 1, 2)
    assert first == second != third


def test_a_number_of_threads_that_somebody_chose_is_left_alone(written: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    run = written.run("chain", RunOptions(workers=2))
    assert [run.outputs[name].load()[1] for name in ("one", "b", "c")] == [3, 3, 3]


def test_a_pool_of_one_replaces_its_worker_where_another_is_needed(written: Any) -> None:
    run = written.run("chain", RunOptions(workers=1))
    assert run.state == "complete"
    assert run.outputs["c"].load()[0] != run.outputs["b"].load()[0]


def test_items_run_beside_each_other_in_processes_of_their_own(written: Any) -> None:
    assert len(set(written.run("pair", RunOptions(workers=2)).outputs["pids"].load())) == 2


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3 * 2**29, "1.5 GiB"), (5 * 2**40, "5120.0 GiB")],
)
def test_sizes_for_people(size_bytes: int, text: str) -> None:
    assert size(size_bytes) == text
