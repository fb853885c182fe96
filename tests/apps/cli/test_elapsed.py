from dataclasses import replace

import pytest

from penstock.apps.cli.elapsed import execution_seconds, group_time, run_seconds, run_time
from penstock.core.record import ExecutionRecord, RunRecord

RUN = RunRecord("taxi-1", "taxi", "complete", created_us=1, finished_us=2, duration_s=1.5)


@pytest.mark.parametrize(
    ("run", "seconds", "text"),
    [
        (RUN, 1.5, "1.50 s"),
        (replace(RUN, state="running", finished_us=0), None, ""),
        (replace(RUN, state="abandoned"), None, ""),
        (replace(RUN, state="canceled", duration_s=0.0), None, ""),
    ],
)
def test_runs(run: RunRecord, seconds: float | None, text: str) -> None:
    assert (run_seconds(run), run_time(run)) == (seconds, text)


def test_executions() -> None:
    done = ExecutionRecord("taxi-1", "train", 0, state="complete", duration_s=2.0)
    left = ExecutionRecord("taxi-1", "train", 1, state="abandoned")
    runs = ExecutionRecord("taxi-1", "train", 2, state="running", started_us=1)
    assert [execution_seconds(one) for one in (done, left, runs)] == [2.0, None, None]
    assert group_time([done, done, left]) == "4.00 s"
    assert group_time([left]) == ""
    assert group_time([done, runs]).endswith(" min")
