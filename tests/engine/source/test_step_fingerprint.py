"""Tests of `penstock.engine.source.step_fingerprint`: distributions, installed steps, generated modules, the cache."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import MakeProject, write_files

from penstock.core.canonical import digest_of
from penstock.core.error import GraphError
from penstock.core.graph import StepRef
from penstock.engine.source.comparison import difference
from penstock.engine.source.project import make_project
from penstock.engine.source.step_fingerprint import fingerprint, fingerprint_steps, requirements_of

STEP = StepRef("pipeline", "step")


def test_digest_is_that_of_the_parts(make: MakeProject) -> None:
    found = fingerprint(make({"pipeline.py": "def step(x): return x\n"}), STEP)
    assert found.digest == digest_of(found.parts)
    assert json.loads(json.dumps(found.parts)) == found.parts
    assert found.parts["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert list(found.parts["symbols"]) == ["pipeline.py:step"]


def test_distributions_of_reached_modules_only(make: MakeProject) -> None:
    project = make(
        {
            "pipeline.py": "import pytest\nfrom a import f\nimport c\ndef step(x): return f(x)\n",
            "a.py": "import yaml\nimport json\ndef f(x):\n    import ruff\n    return x\ndef g(x):\n    import mypy\n",
            "c.py": "import hypothesis\n",
        }
    )
    found = fingerprint(project, STEP)
    assert set(found.parts["distributions"]) == {"pytest", "PyYAML", "ruff"} or set(
        map(str.lower, found.parts["distributions"])
    ) == {"pytest", "pyyaml", "ruff"}
    assert found.parts["distributions"]["pytest"] == pytest.__version__
    assert {"hypothesis", "penstock"} <= set(requirements_of([found]))
    assert "mypy" not in requirements_of([found])


def test_an_absent_module_counts_but_is_no_requirement(make: MakeProject) -> None:
    project = make({"pipeline.py": "try:\n    import nowhere_at_all\nexcept ImportError:\n    pass\ndef step(): ...\n"})
    found = fingerprint(project, STEP)
    assert found.parts["distributions"] == {"nowhere_at_all": "absent"}
    assert list(requirements_of([found])) == ["penstock"]


def test_an_unknown_module_is_an_error(make: MakeProject) -> None:
    with pytest.raises(GraphError, match="the module 'nowhere_at_all' cannot be found"):
        fingerprint(make({"pipeline.py": ""}), StepRef("nowhere_at_all", "f"))


def test_a_module_that_does_not_compile_names_file_and_line(make: MakeProject) -> None:
    project = make({"pipeline.py": "import lib\ndef step(x): return lib.f(x)\n", "lib.py": "a = 1\ndef f(:\n"})
    with pytest.raises(GraphError, match=r"lib\.py does not compile[^$]*lib\.py:2"):
        fingerprint(project, STEP)


def test_a_step_of_an_installed_distribution_keys_by_version(make: MakeProject) -> None:
    found = fingerprint(make({"pipeline.py": ""}), StepRef("yaml", "safe_load"))
    assert [name.lower() for name in found.parts["distributions"]] == ["pyyaml"]
    assert found.parts["modules"] == {}


TWO_STEPS = "def price(x): return x * 100\ndef tax(x): return x * 7\n"


@pytest.mark.parametrize(
    "files",
    [
        {"pipeline.py": f"{TWO_STEPS}def names(): return globals()\nnames()\n"},
        {"pipeline.py": "from lib import *\n", "lib.py": TWO_STEPS},
        {"pipeline.py": f"from lib import *\n{TWO_STEPS}show(x=1)\n", "lib.py": "def show(x): ...\n"},
        {"pipeline.py": f"{TWO_STEPS}exec('price, tax = tax, price')\n"},
        {"pipeline.py": "def price(x): return tax(x - 1)\ndef tax(x): return price(x - 7)\n"},
        {"pipeline.py": "price = len\ntax = sum\nfor name in ('price', 'tax'): vars()[name] = print\n"},
    ],
    ids=["globals", "star", "star in the step's module", "exec", "each calls the other", "values"],
)
def test_two_steps_never_share_a_fingerprint(make: MakeProject, files: dict[str, str]) -> None:
    price, tax = fingerprint_steps(make(files), [StepRef("pipeline", name) for name in ("price", "tax")]).values()
    assert price.digest != tax.digest
    assert "the step is another function" in difference(price.parts, tax.parts)


def test_two_methods_of_a_class_are_two_steps(make: MakeProject) -> None:
    project = make({"pipeline.py": "class Model:\n    def fit(x): return 1\n    def score(x): return 2\n"})
    fit, score = (fingerprint(project, StepRef("pipeline", f"Model.{name}")) for name in ("fit", "score"))
    assert difference(fit.parts, score.parts) == ["the step is another function"]


@pytest.mark.parametrize("module", ["rich.text", "penstock.engine.source.manifest"])
def test_two_steps_of_an_installed_distribution(make: MakeProject, module: str) -> None:
    project = make({"pipeline.py": ""})
    one, other = (fingerprint(project, StepRef(module, name)) for name in ("Text", "Span"))
    assert difference(one.parts, other.parts) == ["the step is another function"]
    assert one.digest != other.digest


def test_the_same_name_in_two_installed_modules(make: MakeProject) -> None:
    project = make({"pipeline.py": ""})
    one, other = (fingerprint(project, StepRef(module, "Text")) for module in ("rich.text", "rich.measure"))
    assert one.digest != other.digest


def test_a_generated_modules_name_is_no_part(make: MakeProject) -> None:
    text = "def step(x):\n    return globals()\n"
    one, other = (
        fingerprint(make({"lib.py": ""}), StepRef(name, "step", f"{name}.py"), {name: text})
        for name in ("penstock_cell_1", "penstock_cell_2")
    )
    assert one.parts["step"] == "<inline>:step"
    assert one.digest == other.digest


def test_a_step_of_editable_penstock_keys_by_the_sources_it_reaches(make: MakeProject) -> None:
    found = fingerprint(make({"pipeline.py": ""}), StepRef("penstock.engine.source.manifest", "Manifest"))
    assert {"penstock/engine/source/manifest.py", "penstock/core/error.py"} <= set(found.parts["modules"])
    assert "penstock/engine/source/closure.py" not in found.parts["modules"]
    assert "penstock" in found.parts["distributions"]


def test_sources_on_the_path_outside_of_the_project_count(
    make: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "lib", {"shared_things/__init__.py": "", "shared_things/clean.py": "A = 1\nB = 1\n"})
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    project = make({"pipeline.py": "from shared_things import clean\ndef step(x): return clean.A\n"})
    before = fingerprint(project, STEP)
    write_files(tmp_path / "lib", {"shared_things/clean.py": "A = 1\nB = 2\n"})
    assert fingerprint(project, STEP).digest == before.digest
    write_files(tmp_path / "lib", {"shared_things/clean.py": "A = 2\nB = 2\n"})
    says = difference(before.parts, fingerprint(project, STEP).parts)
    assert says == ["constant `shared_things.clean.A` in shared_things/clean.py changed"]


def test_a_generated_module_reaches_the_project(make: MakeProject) -> None:
    project = make({"lib.py": "def f(x): return x\n"})
    text = "from lib import f\nRATE = 2\ndef step(x):\n    return f(x) * RATE\n"
    step = StepRef("penstock_cell_1", "step", "penstock_cell_1.py")
    before = fingerprint(project, step, {"penstock_cell_1": text})
    assert set(before.parts["symbols"]) == {"lib.py:f", "<inline>:RATE", "<inline>:step"}
    step = StepRef("penstock_cell_2", "step", "penstock_cell_2.py")
    after = fingerprint(project, step, {"penstock_cell_2": text.replace("RATE = 2", "RATE = 3")})
    assert difference(before.parts, after.parts) == ["constant `RATE` changed"]


def test_a_compiled_module_of_the_project_counts_by_its_bytes(make: MakeProject) -> None:
    from importlib.machinery import EXTENSION_SUFFIXES

    project = make({"pipeline.py": "import fast\ndef step(x): return fast.f(x)\n"})
    binary = project.root / f"fast{EXTENSION_SUFFIXES[0]}"
    binary.write_bytes(b"one")
    before = fingerprint(project, STEP)
    binary.write_bytes(b"two")
    assert difference(before.parts, fingerprint(project, STEP).parts) == [
        f"module {binary.name} changed (it counts as a whole)"
    ]


def test_the_cache_changes_no_fingerprint(make: MakeProject, tmp_path: Path) -> None:
    files = {
        "pipeline.py": "import yaml\nfrom lib import f\nimport penstock\n@f\ndef step(x: int): return f(x)\n",
        "lib.py": "class A: pass\nclass B(A): x: int = 1\ndef f(x): return globals(), B\n",
    }
    project = make(files)
    plain = fingerprint(project, STEP)
    cache = tmp_path / "cache"
    assert fingerprint(project, STEP, cache=cache) == plain
    assert len(list(cache.iterdir())) == 1
    assert fingerprint(project, STEP, cache=cache) == plain
    changed = make({**files, "lib.py": files["lib.py"].replace("= 1", "= 2")})
    assert fingerprint(changed, STEP, cache=cache) == fingerprint(changed, STEP) != plain


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"stamp": "0"}'])
def test_a_damaged_cache_only_costs_time(make: MakeProject, tmp_path: Path, damage: bytes) -> None:
    project = make({"pipeline.py": "def step(x): return x\n"})
    plain = fingerprint(project, STEP, cache=tmp_path)
    for file in tmp_path.glob("source-*.json"):
        file.write_bytes(damage)
    assert fingerprint(project, STEP, cache=tmp_path) == plain


def test_a_cache_that_cannot_be_written_is_left_out(make: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    project = make({"pipeline.py": "def step(x): return x\n"})
    assert fingerprint(project, STEP, cache=tmp_path / "file" / "cache") == fingerprint(project, STEP)


def test_fingerprints_are_equal_in_every_process(make: MakeProject) -> None:
    project = make(
        {
            "pipeline.py": "from lib import *\nS = {'b', 'a', 'c'}\ndef step(x): return S, f(x)\n",
            "lib.py": "def f(x): ...\n",
        }
    )
    code = (
        "from pathlib import Path; from penstock.core.graph import StepRef; import penstock.engine.source as s;"
        f"print(s.fingerprint(s.find_project(Path({str(project.main)!r})), StepRef('pipeline', 'step')).digest)"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {fingerprint(project, STEP).digest}


NAMES = ["f0", "f1", "f2", "f3", "f4"]
CALLS = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)), min_size=len(NAMES))


@given(calls=CALLS, homes=st.lists(st.sampled_from(["a", "b"]), min_size=5, max_size=5), edited=st.sampled_from(NAMES))
def test_a_step_changes_exactly_with_what_it_reaches(
    tmp_path_factory: pytest.TempPathFactory, calls: dict[str, set[str]], homes: list[str], edited: str
) -> None:
    home = dict(zip(NAMES, homes, strict=True))

    def write(root: Path, changed: str) -> None:
        for module in ("a", "b"):
            lines = ["import a, b"]
            for name in NAMES:
                if home[name] == module:
                    used = " + ".join(f"{home[call]}.{call}" for call in sorted(calls[name])) or "0"
                    lines.append(f"def {name}():\n    return {used}, {int(name == changed)}")
            write_files(root, {f"{module}.py": "\n".join(lines) + "\n", "penstock.toml": ""})

    def digests() -> dict[str, str]:
        root = tmp_path_factory.getbasetemp() / "graph"
        found = fingerprint_steps(make_project(root, None), [StepRef(home[name], name) for name in NAMES])
        return {step.qualname: item.digest for step, item in found.items()}

    root = tmp_path_factory.getbasetemp() / "graph"
    write(root, "")
    before = digests()
    write(root, edited)
    after = digests()
    reached = {name: {name} for name in NAMES}
    for _ in NAMES:
        reached = {name: found.union(*(calls[call] for call in found)) for name, found in reached.items()}
    assert {name for name in NAMES if before[name] != after[name]} == {
        name for name in NAMES if edited in reached[name]
    }
