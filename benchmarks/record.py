"""What a benchmark measured, as a JSON file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any


def write_record(path: Path, figures: Sequence[Any], samples: Mapping[str, Sequence[Any]]) -> None:
    """Write figures and every sample behind them, with the machine they were taken on; all are dataclasses."""
    machine = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
    runs = {name: [asdict(sample) for sample in taken] for name, taken in samples.items()}
    found = {"machine": machine, "figures": [asdict(figure) for figure in figures], "samples": runs}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")
