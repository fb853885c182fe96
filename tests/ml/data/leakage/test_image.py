from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from penstock.core.error import DataError
from penstock.ml.data.leakage import Leakage, LeakageOptions, find_leakage
from penstock.ml.data.split import split_row


def scene(seed: int, shift: int = 0) -> Image.Image:
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 255, (6, 6, 3), np.uint8)).resize((64, 64), Image.Resampling.BICUBIC)
    return Image.fromarray(np.roll(np.asarray(coarse), shift, axis=1))


def encoded(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def near(found: Leakage) -> list[float]:
    return [finding.strength for finding in found.findings if finding.kind == "near_duplicate_images"]


def test_encoded_images_paths_and_hashes(tmp_path: Path) -> None:
    images = [scene(i // 2, i % 2) for i in range(60)]
    split = ["train", "eval"] * 30
    for i, image in enumerate(images):
        image.save(tmp_path / f"{i}.png")
    paths = [str(tmp_path / f"{i}.png") for i in range(60)]
    contents = pa.array([encoded(image) for image in images])
    for column in (pa.array(paths), contents):
        assert near(find_leakage(pa.table({"i": column, "s": split}), splits="s"))[0] > 0.9
        apart = ["train"] * 30 + ["eval"] * 30
        assert near(find_leakage(pa.table({"i": column, "s": apart}), splits="s")) == []
    relative = pa.table({"i": [f"{i}.png" for i in range(60)], "s": split})
    assert near(find_leakage(relative, splits="s")) == []
    assert near(find_leakage(relative, splits="s", options=LeakageOptions(image_folder=str(tmp_path))))[0] > 0.9
    hashes = pa.table({"perceptual_hash": ["00" * 16, "00" * 15 + "01", "ff" * 16, "ff" * 16], "s": ["a", "b"] * 2})
    assert near(find_leakage(hashes, splits="s")) == [1.0]


def test_files_that_are_no_images(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no image")
    table = pa.table({"i": [str(tmp_path / "a.png")] * 4, "s": ["a", "b"] * 2})
    with pytest.raises(DataError, match="no image of column 'i' can be read"):
        find_leakage(table, splits="s", options=LeakageOptions(images="i"))
    absent = pa.table({"i": ["nowhere.png"] * 4, "s": ["a", "b"] * 2})
    assert near(find_leakage(absent, splits="s")) == []


def test_pairs_are_named_the_most_alike_first(tmp_path: Path) -> None:
    split = ["train", "eval"] * 30
    hashes = [f"{'0' * 24}{i // 2 * 7:07x}{i % 2}" for i in range(60)]
    hashes[3] = hashes[2]
    rows = pa.table({"perceptual_hash": hashes, "path": [f"{i}.png" for i in range(60)], "s": split})
    (finding,) = [one for one in find_leakage(rows, splits="s").findings if one.kind == "near_duplicate_images"]
    pairs = finding.details["pairs"]
    assert len(pairs) == 20
    assert pairs[0] == {"image": "3.png", "like": "2.png", "unlike bits": 0}
    assert [pair["unlike bits"] for pair in pairs[1:]] == [1] * 19
    page = Leakage([finding]).page()
    assert tuple(page.panels[0].tables[-1].columns) == ("image", "like", "unlike bits")
    unnamed = find_leakage(rows.drop_columns(["path"]), splits="s").findings
    assert all("pairs" not in one.details for one in unnamed)


@pytest.mark.heavy(budget_s=60)
def test_a_random_split_of_photographs_is_found_and_one_by_blocks_is_not(real_data: Path) -> None:
    files = sorted((real_data / "rock_paper_scissors").glob("*/*.jpg"))
    rows = [{"path": str(file), "label": file.parent.name} for file in files]
    at_random = [split_row(row, {"train": 0.8, "eval": 0.2}) for row in rows]
    place: dict[str, int] = {}
    blocks = []
    sizes = {name: sum(row["label"] == name for row in rows) for name in ("rock", "paper", "scissors")}
    for row in rows:
        place[row["label"]] = place.get(row["label"], 0) + 1
        blocks.append("train" if place[row["label"]] <= 0.8 * sizes[row["label"]] else "eval")
    table = pa.Table.from_pylist(rows)
    found = find_leakage(table.append_column("s", pa.array(at_random)), label="label", splits="s")
    assert [(one.feature, one.kind) for one in found.findings] == [("path", "near_duplicate_images")]
    assert found.findings[0].strength > 0.6
    assert find_leakage(table.append_column("s", pa.array(blocks)), label="label", splits="s").findings == ()
