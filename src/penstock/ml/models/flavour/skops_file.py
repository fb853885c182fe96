"""skops files without what differs from one writing to the next: object ids, their order, and times."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

SCHEMA_FILE = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def canonical_skops(data: bytes) -> bytes:
    """The same file with ids counted from 1 in the order of the schema, sorted entries and fixed times.

    Parameters
    ----------
    data : bytes
        What ``skops.io.dumps`` gave. It names objects and their files after memory addresses.

    Returns
    -------
    bytes
        Loads as before; the same object gives the same bytes.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(contents.pop(SCHEMA_FILE))
    numbers: dict[int, int] = {}
    renamed: dict[str, str] = {}
    schema = _renumber(schema, numbers, renamed)
    files = {renamed.get(name, name): content for name, content in contents.items()}
    files[SCHEMA_FILE] = json.dumps(schema, indent=1).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, files[name], compresslevel=6)
    return target.getvalue()


def _renumber(node: Any, numbers: dict[int, int], renamed: dict[str, str]) -> Any:
    """The node with ids replaced by their number of first appearance, depth first."""
    if isinstance(node, list):
        return [_renumber(item, numbers, renamed) for item in node]
    if not isinstance(node, dict):
        return node
    if "__id__" in node:
        numbers.setdefault(node["__id__"], len(numbers) + 1)
    found = {key: _renumber(value, numbers, renamed) for key, value in node.items()}
    if "__id__" in node:
        found["__id__"] = numbers[node["__id__"]]
    name = node.get("file")
    if isinstance(name, str) and "__loader__" in node:
        found["file"] = renamed.setdefault(name, f"{len(renamed) + 1}.{name.rpartition('.')[2]}")
    return found
