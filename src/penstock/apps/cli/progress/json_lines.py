"""Events as JSON, one object per line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from types import TracebackType
from typing import Any

from penstock.apps.cli.output import say, strict_json

PUBLIC = frozenset({"run_started", "step_started", "step_finished", "run_finished"})


class JsonLines:
    """Prints the events that scripts may rely on; those for live displays are left out.

    What steps print in this process goes to standard error meanwhile, so that each line stays one object.
    """

    def __init__(self) -> None:
        self._stream = sys.stdout
        self._redirection = redirect_stdout(sys.stderr)

    def __enter__(self) -> JsonLines:
        self._redirection.__enter__()
        return self

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Print one event."""
        if event["event"] in PUBLIC:
            say(strict_json(event, default=str), stream=self._stream)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give standard output back."""
        self._redirection.__exit__(kind, error, trace)
