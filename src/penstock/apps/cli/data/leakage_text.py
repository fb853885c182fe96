"""Findings of a search for leakage as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from penstock.apps.cli.data.safe_text import listed, safe_text, wrapped
from penstock.apps.cli.format import many
from penstock.apps.cli.terminal import Painter, width
from penstock.ml.data.leakage.leakage import ALL_COLUMNS, CERTAIN, LIKELY

if TYPE_CHECKING:
    from penstock.ml.data.leakage import Leakage

_INDENT = " " * 6


def leakage_lines(found: Leakage, painter: Painter) -> Iterable[str]:
    """What was searched, the findings with the strongest first, and a count.

    Parameters
    ----------
    found : Leakage
    painter : Painter
    """
    yield _searched(found)
    # Several columns of which the same is to be said share one block.
    blocks: dict[tuple[float, str, str, str], list[str]] = {}
    for finding in found.findings:
        said = finding.strength, finding.kind, finding.why, finding.fix
        name = "all columns" if finding.feature == ALL_COLUMNS else finding.feature
        blocks.setdefault(said, []).append(name)
    for (strength, kind, why, fix), names in blocks.items():
        style = "red" if strength >= CERTAIN else "yellow" if strength >= LIKELY else "dim"
        columns = listed(names, painter, indent=_INDENT)
        yield f"{painter.paint(f'{strength:.2f}', style)}  {columns}  {kind.replace('_', ' ')}"
        yield from wrapped(safe_text(why, is_unicode=painter.is_unicode), width(), indent=_INDENT)
        first, *rest = wrapped(safe_text(fix, is_unicode=painter.is_unicode), width() - 5, indent="")
        yield f"{_INDENT}{painter.dim('fix')}  {first}"
        yield from (f"{_INDENT}     {line}" for line in rest)
    if found.findings:
        strong = len(found.at_least(LIKELY))
        yield f"{many(len(found.findings), 'finding')}, {strong} of them likely or certain (from {LIKELY} on)"
    else:
        yield painter.paint("no leakage found", "green")


def _searched(found: Leakage) -> str:
    parts = [f"{found.num_rows:,} row{'' if found.num_rows == 1 else 's'}"]
    parts.append(f"label {safe_text(found.label)}" if found.label else "no label (--label)")
    if found.splits:
        parts.append("splits " + " and ".join(f"{safe_text(name)} ({rows:,})" for name, rows in found.splits.items()))
    return ", ".join(parts)
