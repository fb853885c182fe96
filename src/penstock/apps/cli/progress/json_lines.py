"""Events as JSON, one object per line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from penstock.apps.cli.output import say

PUBLIC = frozenset({"run_started", "step_started", "step_finished", "run_finished"})


class JsonLines:
    """Prints the events that scripts may rely on; those for live displays are left out."""

    def __enter__(self) -> JsonLines:
        return self

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Print one event."""
        if event["event"] in PUBLIC:
            say(json.dumps(event, ensure_ascii=False, default=str), stream=sys.stdout)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to leave."""
