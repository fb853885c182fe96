"""What may run at once: processes, cores, accelerators and memory of the executor."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.core.graph import Policy


@dataclass(frozen=True, slots=True)
class Capacity:
    """Upper bounds; a step that wants more than there is runs alone.

    Parameters
    ----------
    workers : int
        Processes.
    gpu : float
    memory_bytes : int
    """

    workers: int
    gpu: float
    memory_bytes: int


class Resources:
    """Reservations against a capacity.

    Parameters
    ----------
    capacity : Capacity
    is_immediate : bool
        Whether handing out a task runs it at once (inline).
    """

    def __init__(self, capacity: Capacity, *, is_immediate: bool = False) -> None:
        self.capacity = capacity
        self.is_immediate = is_immediate
        self._taken: dict[str, tuple[float, float, int]] = {}

    @property
    def has_slot(self) -> bool:
        """Whether another process may start at all."""
        return len(self._taken) < self.capacity.workers

    def take(self, task: str, policy: Policy) -> bool:
        """Reserve what a task needs; says whether it fits now."""
        wanted = (
            min(policy.cpu, float(self.capacity.workers)),
            min(policy.gpu, self.capacity.gpu),
            min(policy.memory_bytes, self.capacity.memory_bytes),
        )
        limits = (float(self.capacity.workers), self.capacity.gpu, self.capacity.memory_bytes)
        used = [sum(amounts) for amounts in zip(*self._taken.values(), strict=True)] or [0.0, 0.0, 0]
        if any(have + want > limit for have, want, limit in zip(used, wanted, limits, strict=True)):
            return False
        self._taken[task] = wanted
        return True

    def give_back(self, task: str) -> None:
        """End a reservation."""
        self._taken.pop(task, None)
