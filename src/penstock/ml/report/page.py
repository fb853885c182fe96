"""One self-contained page: a verdict, a row of tiles, and a panel for each thing looked at."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

_NUMBER = re.compile(r"[-<>~]? ?([0-9∞]|NaN|$)")

FILE_NAME = "report.html"
"""Name of a page inside of an artifact."""

Level = Literal["", "ok", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the overview.

    Parameters
    ----------
    label, value : str
    level : str
        Colours it: ``ok``, ``info``, ``warning`` or ``error``.
    link : str
        A state of the page to go to: ``#tag=anomaly``.
    """

    label: str
    value: str
    level: Level = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table that is more than text.

    Parameters
    ----------
    text : str
    level : str
        Colours it.
    share : float, optional
        From 0 to 1: the length of a bar behind the text.
    panel : str
        Name of the panel that it leads to.
    """

    text: str
    level: Level = ""
    share: float | None = None
    panel: str = ""


@dataclass(frozen=True, slots=True)
class Cells:
    """A table.

    Parameters
    ----------
    columns : sequence of str
        Header; none for a list of facts, whose first cell is the name.
    rows : sequence of sequence of str or Cell
    caption : str
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a panel or page.

    Parameters
    ----------
    text : str
    level : str
    detail : str
        More, in smaller type.
    code : str
        Something to copy: SQL, a command. It is folded away.
    table : Cells, optional
        The evidence.
    fix : str
        What can be done.
    """

    text: str
    level: Level = "info"
    detail: str = ""
    code: str = ""
    table: Cells | None = None
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One thing looked at: a feature, a finding, a comparison.

    Parameters
    ----------
    name : str
        What the search field finds.
    kind : str
        Small text beside the name: ``numeric``.
    tags : sequence of str
        What the filter offers: ``numeric``, ``anomaly``.
    notes : sequence of Note
    tables : sequence of Cells
    figures : sequence of mapping
        From `penstock.ml.report.figure`; drawn when they come into view.
    strength : float
        Panels are sorted by it on request, strongest first.
    """

    name: str
    kind: str = ""
    tags: Sequence[str] = ()
    notes: Sequence[Note] = ()
    tables: Sequence[Cells] = ()
    figures: Sequence[Mapping[str, Any]] = ()
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """A report.

    Parameters
    ----------
    title, subtitle : str
    tiles : sequence of Tile
    notes : sequence of Note
        The verdict, and what concerns the whole.
    tables : sequence of Cells
        Overview.
    figures : sequence of mapping
        Overview, too.
    panels : sequence of Panel
    order : str
        What the order of the panels is called.
    """

    title: str
    subtitle: str = ""
    tiles: Sequence[Tile] = ()
    notes: Sequence[Note] = ()
    tables: Sequence[Cells] = ()
    figures: Sequence[Mapping[str, Any]] = ()
    panels: Sequence[Panel] = ()
    order: str = "as in the data"


def render(page: Page) -> str:
    """A page as one HTML document without any reference to the outside.

    The same page gives the same text. The drawing library travels inside, compressed, so that a document has
    about 2 MB; it is left out where no panel has a figure.
    """
    drawn = [*page.figures, *(figure for panel in page.panels for figure in panel.figures)]
    figures = [dict(figure) for figure in drawn]
    return str(
        _template().render(
            page=page,
            tags=_tags(page.panels),
            words=_words,
            places={panel.name: place for place, panel in reversed(list(enumerate(page.panels)))},
            has_log=any(panel.figures for panel in page.panels),
            has_strength=any(panel.strength for panel in page.panels),
            figures=_script_json(figures),
            library=_library() if figures else "",
            style=_text("page.css"),
            script=_text("page.js"),
        )
    )


def save(page: Page, path: Path | str) -> None:
    """Write the document of a page into a file."""
    Path(path).write_text(render(page), encoding="utf-8")


def frame(page: Page, *, height_px: int = 640) -> str:
    """A page inside a frame, for notebooks: its styles and scripts touch nothing around it."""
    from html import escape

    document = escape(render(page), quote=True)
    style = f"width:100%;height:{height_px}px;border:1px solid #8884;border-radius:8px"
    return f'<iframe title="{escape(page.title)}" style="{style}" srcdoc="{document}"></iframe>'


def _tags(panels: Sequence[Panel]) -> dict[str, int]:
    """Tags in the order of their first appearance, anomalies before all, with how many panels have them."""
    counts: dict[str, int] = {"anomaly": 0} if any("anomaly" in panel.tags for panel in panels) else {}
    for panel in panels:
        for tag in dict.fromkeys(panel.tags):
            counts[tag] = counts.get(tag, 0) + 1
    return counts


def _words(cells: Cells) -> frozenset[int]:
    """Columns that hold more than numbers, which are set flush left."""
    return frozenset(
        place
        for place in range(1, len(cells.columns))
        if not all(_NUMBER.match(text) for row in cells.rows if (text := _text_of(row[place])))
    )


def _text_of(cell: str | Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(_drawable(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _drawable(value: Any) -> Any:
    """Numbers that JSON has no word for become gaps in the drawing."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _drawable(item) for key, item in value.items()}
    return [_drawable(item) for item in value] if isinstance(value, (list, tuple)) else value


@cache
def _library() -> str:
    # Importing Plotly takes longer than a whole page does; its file is all that is needed.
    found = find_spec("plotly")
    folder = Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else Path()
    script = (folder / "package_data" / "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(script, compresslevel=4, mtime=0)).decode()


@cache
def _template() -> Any:
    from jinja2 import Environment

    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_text("page.html"))


@cache
def _text(name: str) -> str:
    return (files("penstock.ml.report") / "asset" / name).read_text(encoding="utf-8")
