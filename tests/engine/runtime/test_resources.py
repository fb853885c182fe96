from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from penstock.core.graph import Policy
from penstock.engine.runtime.resources import Capacity, Resources

GIB = 2**30


def resources(workers: int = 4, gpu: float = 1.0, memory_bytes: int = 8 * GIB) -> Resources:
    return Resources(Capacity(workers, gpu, memory_bytes))


def test_cores_are_counted() -> None:
    found = resources(workers=4)
    assert found.take("a", Policy(cpu=3))
    assert not found.take("b", Policy(cpu=2))
    assert found.take("c", Policy(cpu=1))
    found.give_back("a")
    assert found.take("b", Policy(cpu=2))


def test_memory_and_accelerators_are_counted() -> None:
    found = resources()
    assert found.take("a", Policy(memory_bytes=5 * GIB, gpu=0.5))
    assert not found.take("b", Policy(memory_bytes=4 * GIB))
    assert not found.take("b", Policy(gpu=0.6))
    assert found.take("b", Policy(memory_bytes=3 * GIB, gpu=0.5))


def test_processes_are_counted_whatever_they_reserve() -> None:
    found = resources(workers=2)
    assert found.take("a", Policy(cpu=0))
    assert found.has_slot
    assert found.take("b", Policy(cpu=0))
    assert not found.has_slot
    found.give_back("a")
    assert found.has_slot


def test_what_wants_more_than_there_is_runs_alone() -> None:
    for policy in (Policy(cpu=99), Policy(gpu=99, cpu=0), Policy(memory_bytes=2**60, cpu=0)):
        found = resources()
        assert found.take("small", Policy(cpu=0.5, gpu=0.1, memory_bytes=1))
        assert not found.take("big", policy)
        found.give_back("small")
        assert found.take("big", policy)


def test_giving_back_twice_or_nothing_is_harmless() -> None:
    found = resources(workers=1)
    found.give_back("a")
    assert found.take("a", Policy())
    found.give_back("a")
    found.give_back("a")
    assert found.take("b", Policy())
    assert not found.take("c", Policy())


def test_unlimited_accelerators() -> None:
    found = resources(gpu=math.inf)
    assert found.take("a", Policy(gpu=1e6))
    assert found.take("b", Policy(gpu=1e6))


policies = st.builds(Policy, cpu=st.floats(0, 20), gpu=st.floats(0, 4), memory_bytes=st.integers(0, 16 * GIB))


@given(st.lists(st.tuples(policies, st.integers(0, 5)), max_size=30))
def test_never_more_than_there_is_and_something_always_fits(wishes: list[tuple[Policy, int]]) -> None:
    found = resources()
    taken: dict[str, Policy] = {}
    for index, (policy, leaves) in enumerate(wishes):
        if found.has_slot and found.take(f"t{index}", policy):
            taken[f"t{index}"] = policy
        else:
            assert taken
        assert len(taken) <= 4
        assert sum(min(p.cpu, 4) for p in taken.values()) <= 4
        assert sum(min(p.gpu, 1) for p in taken.values()) <= 1
        assert sum(min(p.memory_bytes, 8 * GIB) for p in taken.values()) <= 8 * GIB
        for name in list(taken)[:leaves]:
            found.give_back(name)
            del taken[name]
