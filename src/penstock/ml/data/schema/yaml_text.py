"""Trees as YAML that people like to read: one line where it fits, else one line per entry; same tree, same bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDTH = 100
# Safe without quotes in every place and version of YAML: words that begin with a letter, or several of them of which
# one has a letter. What YAML would read as something else is sorted out below.
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_WORD = rf"[{_LETTER}0-9_./+%()&'-]+"
_PLAIN = re.compile(rf"[{_LETTER}_]{_WORD[:-1]}*(?: {_WORD})*|(?=.* .*[{_LETTER}])[0-9]{_WORD[:-1]}*(?: {_WORD})+")
_NOT_TEXT = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|nan|inf)")
# Everything that could not be seen, or would change how a line looks, is escaped; the ranges are fixed so that the
# bytes do not depend on the Unicode tables of the Python at hand.
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufe00-\ufe0f'
    "\ufeff\ufff0-\uffff\U000e0000-\U000fffff\U00100000-\U0010ffff]"
)
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def yaml_text(tree: Mapping[str, Any], header: Sequence[str] = ()) -> str:
    """A tree as a YAML document that ends with a line break.

    Parameters
    ----------
    tree : mapping
        Of mappings, lists, texts, numbers, truth values and None. Entries of the root, and those of a map among them,
        are written as blocks.
    header : sequence of str
        Comment lines.
    """
    lines = [f"# {line}".rstrip() for line in header]
    for key, value in tree.items():
        if lines:
            lines.append("")
        lines.extend(_root(key, value))
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else _float(value) if isinstance(value, float) else str(value)


def _root(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield f"{flow(key)}:"
        for name, item in value.items():
            yield from _entry(f"{flow(str(name))}:", item, "  ")
    else:
        yield from _entry(f"{flow(key)}:", value, "")


def _entry(lead: str, value: Any, indent: str) -> Iterator[str]:
    """A value after its key or dash: in the same line where that fits, else in lines of its own."""
    line = f"{indent}{lead} {flow(value)}"
    if len(line) <= _WIDTH or not value or not isinstance(value, (Mapping, list, tuple)):
        yield line
        return
    lines = (part for name, item in _parts(value) for part in _entry(name, item, indent + "  "))
    if lead == "-":
        # The first entry of a map stands beside the dash.
        yield f"{indent}- {next(lines).lstrip()}"
    else:
        yield f"{indent}{lead}"
    yield from lines


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((f"{flow(str(name))}:", item) for name, item in value.items())
    else:
        yield from (("-", item) for item in value)


def _string(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text):
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in _SHORT:
        return _SHORT[found[0]]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    # YAML 1.1 sees a number in 1.0e-05, and a text in 1e-05.
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
