"""What a caller may ask of one run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is carried out.

    Parameters
    ----------
    workers : int or None
        Processes at once; None for the setting, 0 for one per core.
    is_cached : bool
        False runs every step, whatever was computed before.
    until : str
        Name of the last step to run, with all it needs; empty for all.
    inline : bool
        Run the steps in this process, one after another (for debuggers).
    """

    workers: int | None = None
    is_cached: bool = True
    until: str = ""
    inline: bool = False
