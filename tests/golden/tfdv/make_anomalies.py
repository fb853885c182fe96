"""Asks TFDV 1.16.1 for the anomalies of a table of cases and writes them to `anomalies/cases.json`.

TFDV's validator is compiled code that takes and gives serialised messages; its Python layer passes them through and
needs 150 packages. This script calls the compiled validator directly, so that a small environment is enough
(Python 3.11)::

    pip install --no-deps tensorflow-data-validation==1.16.1 tensorflow-metadata==1.16.1 protobuf==4.25.8 \
        googleapis-common-protos absl-py
    python tests/golden/tfdv/make_anomalies.py

Each case runs in a process of its own: the validator ends the process where it meets statistics it does not expect.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import sys
from pathlib import Path
from types import ModuleType

from anomaly_cases import CASES, Case

OUTPUT = Path(__file__).parent / "anomalies" / "cases.json"


def main() -> None:
    """Run all cases and write the file."""
    cases = {case.name: as_json(case, answer(case)) for case in CASES}
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({"tfdv": "1.16.1", "cases": cases}, indent=1, sort_keys=True) + "\n")
    print(f"{len(cases)} cases in {OUTPUT}")


def answer(case: Case) -> dict | None:
    """Anomalies as JSON; None where the validator ended its process."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=lambda: sender.send(validate(case)))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return None
    finally:
        process.join()


def validate(case: Case) -> dict:
    """What the compiled validator says."""
    from google.protobuf import json_format
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    texts = [case.previous, case.serving, case.version]
    result = extension().validation.ValidateFeatureStatistics(
        serialized(case.statistics), schema_of(case).SerializeToString(), case.environment.encode(),
        *[serialized(dataset) if dataset else b"" for dataset in texts], b"", b"", False,
    )  # fmt: skip
    anomalies = anomalies_pb2.Anomalies()
    anomalies.ParseFromString(result)
    anomalies.ClearField("baseline")
    return json_format.MessageToDict(anomalies)


def serialized(dataset: dict) -> bytes:
    """One data set's statistics from JSON."""
    from google.protobuf import json_format
    from tensorflow_metadata.proto.v0 import statistics_pb2

    return json_format.ParseDict(dataset, statistics_pb2.DatasetFeatureStatistics()).SerializeToString()


def schema_of(case: Case):
    """The case's schema as a message."""
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2

    return text_format.Parse(case.schema, schema_pb2.Schema())


def as_json(case: Case, anomalies: dict | None) -> dict:
    """The case and its answer; both sides' schema is read from here."""
    from google.protobuf import json_format

    found = {
        "schema": json_format.MessageToDict(schema_of(case)),
        "statistics": case.statistics,
        "previous": case.previous,
        "serving": case.serving,
        "version": case.version,
        "environment": case.environment,
        "ours": case.ours,
        "why": case.why,
    }
    return {"anomalies": anomalies} | {key: value for key, value in found.items() if value}


def extension() -> ModuleType:
    """The compiled module inside of the wheel, without its package."""
    name = "tensorflow_data_validation_extension"
    folders = [Path(entry) / "tensorflow_data_validation" / "pywrap" / f"{name}.so" for entry in sys.path]
    path = next(path for path in folders if path.exists())
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
