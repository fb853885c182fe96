from __future__ import annotations

from penstock.core.record import NO_ITEM, ExecutionRecord, run_lease
from penstock.core.state import COMMITTED, EXECUTION_STATES, FINISHED, RUN_STATES, RUNNING


def test_the_label_names_the_item_of_a_mapped_step() -> None:
    assert ExecutionRecord("r", "train").label == "train"
    assert ExecutionRecord("r", "train", 0).label == "train[0]"
    assert ExecutionRecord("r", "train").item == NO_ITEM


def test_every_state_but_running_is_final() -> None:
    assert set(EXECUTION_STATES) - {RUNNING} == FINISHED
    assert COMMITTED < FINISHED
    assert set(RUN_STATES) <= set(EXECUTION_STATES)


def test_the_name_of_a_runs_lease() -> None:
    assert run_lease("taxi-1") == "run:taxi-1"
