from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import ModelError, UntrustedError
from penstock.core.plugin import load_plugin
from penstock.ml.data import Dataset
from penstock.ml.data.parquet import write_parquet
from penstock.ml.models import Model
from penstock.ml.models.materializer import ModelMaterializer
from penstock.testing.trainer_contract import examples

FEATURES = ["number", "text", "flag"]
SHORT = {
    "sklearn": {"max_iter": 5},
    "xgboost": {"num_boost_round": 5},
}


@pytest.fixture(scope="module", params=["sklearn", "xgboost"])
def model(request: pytest.FixtureRequest) -> Model:
    return fit(request.param)


def fit(framework: str, classes: tuple[Any, ...] = ("no", "yes"), **params: Any) -> Model:
    trainer = load_plugin("penstock.trainers", framework)
    found: Model = trainer.fit(
        examples(classes), label="label", features=FEATURES, params={**SHORT[framework], **params}
    )
    return found


def test_takes_raw_rows_in_any_form(model: Model, tmp_path: Path) -> None:
    import polars as pl

    table = examples(["no", "yes"])
    expected = model.predict_proba(table).tolist()
    write_parquet(table, tmp_path / "a.parquet")
    for rows in (
        table.to_pylist(),
        table.to_pandas(),
        pl.from_arrow(table),
        table.to_reader(max_chunksize=7),
        Dataset(tmp_path),
        table.select(["flag", "label", "text", "number"]),
    ):
        assert model.predict_proba(rows).tolist() == expected
    assert model.predict_proba(table.to_pylist()[3]).tolist() == expected[3:4]


def test_answers_with_class_names(model: Model) -> None:
    answers = model.predict({"number": 5.0, "text": "y", "flag": True})
    assert answers.tolist() == ["yes"]
    assert model.predict_proba([]).shape == (0, 2)
    assert model.predict(examples(["no", "yes"]).slice(0, 0)).tolist() == []


@pytest.mark.parametrize("classes", [(False, True), (0, 1), (3, 5, 8)])
@pytest.mark.parametrize("framework", ["sklearn", "xgboost"])
def test_class_names_keep_their_type(framework: str, classes: tuple[Any, ...], tmp_path: Path) -> None:
    fitted = fit(framework, classes)
    fitted.save(tmp_path)
    loaded = Model.load(tmp_path)
    assert loaded == fitted
    found = {*loaded.predict(examples(classes)).tolist()}
    assert found <= set(classes)
    assert {type(name) for name in found} == {type(classes[0])}


LOAD = """
import sys
from pathlib import Path
from penstock.ml.models import Model
from penstock.testing.trainer_contract import examples
print(Model.load(Path(sys.argv[1])).predict_proba(examples(["no", "yes"])).tolist())
"""


def test_a_fresh_process_predicts_the_same(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    done = subprocess.run([sys.executable, "-c", LOAD, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == model.predict_proba(examples(["no", "yes"])).tolist()


TRAIN = """
import sys
from pathlib import Path
from penstock.core.plugin import load_plugin
from penstock.testing.trainer_contract import examples
trainer = load_plugin("penstock.trainers", sys.argv[2])
model = trainer.fit(examples(["no", "yes"]), label="label", features=["number", "text", "flag"])
model.save(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("framework", ["sklearn", "xgboost"])
def test_two_processes_train_the_same_bytes(framework: str, tmp_path: Path) -> None:
    contents = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, "-c", TRAIN, str(folder), framework]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"})
        contents.append({path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert contents[0] == contents[1]


def test_the_folder_says_what_it_is(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    data = json.loads((tmp_path / "model.json").read_text())
    assert data["flavour"] == model.flavour
    assert data["class_names"] == ["no", "yes"]
    assert data["signature"]["label"] == "label"
    assert data["signature"]["features"][1] == {"name": "text", "type": "category", "categories": ["x", "y", "z"]}
    assert any(requirement.startswith("numpy==") for requirement in data["requirements"])


def test_a_missing_feature(model: Model) -> None:
    with pytest.raises(ModelError, match="lack number, flag"):
        model.predict([{"text": "x"}])


@pytest.mark.parametrize(
    ("content", "what"),
    [(None, "no model.json"), ("{", "no JSON"), ('{"schema": 99}', "schema 99"), ("{}", "schema None")],
)
def test_folders_that_hold_no_model(content: str | None, what: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "model.json").write_text(content)
    with pytest.raises(ModelError, match=what):
        Model.load(tmp_path)


def test_an_unknown_flavour(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    path = tmp_path / "model.json"
    path.write_text(path.read_text().replace(f'"flavour":"{model.flavour}"', '"flavour":"sklaern"'))
    with pytest.raises(ModelError, match="no flavour 'sklaern'; did you mean 'sklearn'"):
        Model.load(tmp_path)


def test_files_that_changed_are_not_loaded(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    (native,) = (tmp_path / "native").iterdir()
    content = native.read_bytes()
    native.write_bytes(content[:1000])
    with pytest.raises(ModelError, match=f"native/{native.name}' changed"):
        Model.load(tmp_path)
    native.unlink()
    with pytest.raises(ModelError, match="is missing"):
        Model.load(tmp_path)
    native.write_bytes(content)
    (tmp_path / "native" / "more").write_text("")
    with pytest.raises(ModelError, match="native/more' was added"):
        Model.load(tmp_path)


class Strange:
    """An estimator that skops cannot know."""

    def predict_proba(self, X: Any) -> Any:
        import numpy as np

        return np.tile([0.25, 0.75], (len(X), 1))


def test_foreign_types_load_with_trust_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "strange_module", sys.modules[__name__])
    monkeypatch.setattr(Strange, "__module__", "strange_module")
    model = fit("sklearn")
    strange = Model(model.flavour, model.signature, model.class_names, (), Strange())
    strange.save(tmp_path)
    with pytest.raises(UntrustedError, match=r"strange_module\.Strange") as caught:
        Model.load(tmp_path)
    assert "trust=True" in caught.value.fix
    with pytest.raises(UntrustedError, match="no other step could take it") as refused:
        ModelMaterializer().save(strange, tmp_path / "stored")
    assert "a File" in refused.value.fix
    loaded = Model.load(tmp_path, trust=True)
    assert loaded.predict_proba(pa.table({name: [None] for name in FEATURES})).tolist() == [[0.25, 0.75]]
