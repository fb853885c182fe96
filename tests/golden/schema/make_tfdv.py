"""Writes `tfdv.json`: statistics of hand-made tables and what TFDV 1.16.1 infers from them and makes of a schema.

Run it where TFDV is installed (Python 3.11, ``pip install tensorflow-data-validation==1.16.1 dill``):
``python make_tfdv.py OUT.json``.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pyarrow as pa
import tensorflow_data_validation as tfdv
from google.protobuf import json_format, text_format
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import schema_pb2


def lists(values, kind=None):
    return pa.array(
        [None if value is None else value if isinstance(value, list) else [value] for value in values], kind
    )


N = 40
TABLES = {
    "flat": {
        "int": lists(list(range(N))),
        "int_nulls": lists([None, *range(1, N)]),
        "flag": lists([at % 2 for at in range(N)]),
        "ones": lists([1] * N),
        "zeros": lists([0] * N),
        "float": lists([at / 7 for at in range(N)]),
        "few": lists([("b", "a", "é", "z'")[at % 4] for at in range(N)]),
        "few_nulls": lists([None if at % 5 == 0 else ("x", "y")[at % 2] for at in range(N)]),
        "word_bool": lists([("true", "false")[at % 2] for at in range(N)]),
        "set_bool": lists([("SET", "CLEAR")[at % 2] for at in range(N)]),
        "only_empty": lists([""] * N),
        "zero_text": lists(["0"] * N),
        "digits": lists([str(at % 7 - 3) for at in range(N)]),
        "blank_digits": lists([(" 1", "2 ", "+3")[at % 3] for at in range(N)]),
        "decimals": lists([("1.5", "2.5", "3")[at % 3] for at in range(N)]),
        "huge_digits": lists([("9223372036854775808", "1")[at % 2] for at in range(N)]),
        "yes_no": lists([("yes", "no")[at % 2] for at in range(N)]),
        "a.b": lists([("p", "q")[at % 2] for at in range(N)]),
        "nan": lists([float("nan")] * N),
        "inf": lists([float("inf"), *([0.5] * (N - 1))]),
        "all_null": pa.array([None] * N, pa.null()),
        "typed_null": pa.array([None] * N, pa.list_(pa.float32())),
        "binary": lists([b"\xff\xfe" + bytes([at]) for at in range(N)], pa.list_(pa.binary())),
    },
    "vocabulary": {
        f"v{size}": lists([f"w{at % size}" for at in range(2400)]) for size in (2, 100, 101, 400, 401, 1000, 1200)
    },
    "lists": {
        "pairs": lists([[1, 2]] * N),
        "varied": lists([[1] * (at % 3 + 1) for at in range(N)]),
        "empty_some": lists([[1] * (at % 3) for at in range(N)]),
        "empty_all": pa.array([[]] * N, pa.list_(pa.int64())),
        "words": lists([["a", "b"], ["c"]] * (N // 2)),
        "pairs_nulls": lists([None if at == 3 else [1.0, 2.0] for at in range(N)]),
        "nested": pa.array([[[1, 2], [3, 4]]] * N),
        "nested_varied": pa.array([[[1] * (at % 2 + 1)] * (at % 3 + 1) for at in range(N)]),
        "nested_null": pa.array([[[1], None] if at % 2 else [[1], [2]] for at in range(N)]),
    },
    "structs": {
        "trip": pa.array(
            [[{"fare": [1.5], "stops": [{"name": ["a"]}, {"name": ["b"]}]}, {"fare": None, "stops": []}]] * N,
            pa.list_(
                pa.struct(
                    [
                        ("fare", pa.list_(pa.float64())),
                        ("stops", pa.list_(pa.struct([("name", pa.list_(pa.string()))]))),
                    ]
                )
            ),
        ),
        "one": pa.array([[{"x": [at]}] for at in range(N)], pa.list_(pa.struct([("x", pa.list_(pa.int64()))]))),
        "plain": lists(list(range(N))),
    },
    "one_row": {"a": lists([7]), "b": lists(["x"]), "c": lists([0.5])},
    "weighted": {
        "w": lists([0.25 * (at % 3) for at in range(N)]),
        "rare": lists([None if at % 3 else "r" for at in range(N)]),
        "word": lists([("u", "v")[at % 2] for at in range(N)]),
    },
    "categorical": {"code": lists([at % 3 + 5 for at in range(N)]), "other": lists([at % 3 for at in range(N)])},
    "changed": {
        "int": lists([float(at) for at in range(N)]),
        "int_nulls": lists([None, None, *range(2, N)]),
        "flag": lists([at % 3 for at in range(N)]),
        "float": lists([None, *(at / 7 for at in range(1, N))]),
        "few": lists([("b", "a", "new", "other")[at % 4] for at in range(N)]),
        "few_nulls": lists([None if at % 2 == 0 else "x" for at in range(N)]),
        "word_bool": lists([("true", "maybe")[at % 2] for at in range(N)]),
        "digits": lists([("1", "one")[at % 2] for at in range(N)]),
        "new": lists([("k", "l")[at % 2] for at in range(N)]),
        "ones": lists([[1, 1]] * N),
        "zeros": lists([None] * N, pa.list_(pa.int64())),
        "yes_no": lists([b"\xff"] * N, pa.list_(pa.binary())),
        "a.b": lists([["p", "q"]] * N),
    },
}
OPTIONS = {
    "weighted": lambda: tfdv.StatsOptions(weight_feature="w"),
    "categorical": lambda: tfdv.StatsOptions(
        schema=text_format.Parse(
            'feature { name: "code" type: INT int_domain { is_categorical: true } }', schema_pb2.Schema()
        )
    ),
}
BOUNDED = """
feature { name: "int" type: INT presence { min_count: 50 } int_domain { min: 3 max: 10 } }
feature { name: "float" type: FLOAT float_domain { min: 1 max: 2 } presence { min_fraction: 0.999 min_count: 1 } }
feature { name: "few" type: BYTES string_domain { value: "a" value: "b" } value_count { min: 2 max: 3 } }
feature { name: "few_nulls" type: BYTES domain: "shared" distribution_constraints { min_domain_mass: 0.9 } }
feature { name: "yes_no" type: BYTES domain: "shared" distribution_constraints { min_domain_mass: 0.1 } }
feature { name: "nan" type: FLOAT float_domain { disallow_nan: true disallow_inf: true } }
feature { name: "inf" type: FLOAT float_domain { disallow_nan: true disallow_inf: true } }
feature { name: "gone" type: INT presence { min_count: 1 } }
feature { name: "optional" type: INT }
feature { name: "digits" type: BYTES int_domain { min: 0 max: 1 } unique_constraints { min: 9 max: 3 } }
feature { name: "decimals" type: BYTES float_domain { min: 2 } unique_constraints { min: 1 max: 30 } }
feature { name: "flag" type: INT bool_domain { } unique_constraints { min: 1 max: 2 } }
feature { name: "zeros" type: BYTES }
feature { name: "ones" type: INT lifecycle_stage: ALPHA int_domain { min: 5 } }
feature { name: "word_bool" type: BYTES bool_domain { true_value: "true" } shape { dim { size: 2 } } }
string_domain { name: "shared" value: "x" }
default_environment: "TRAINING"
"""


def statistics_of(name):
    batch = pa.RecordBatch.from_arrays(list(TABLES[name].values()), list(TABLES[name]))
    options = OPTIONS.get(name, tfdv.StatsOptions)()
    return stats_impl.generate_statistics_in_memory(batch, options)


def as_json(message):
    return json_format.MessageToDict(message)


def main(out):
    np.random.seed(0)
    statistics = {name: statistics_of(name) for name in TABLES}
    flat = tfdv.infer_schema(statistics["flat"])
    bounded = text_format.Parse(BOUNDED, schema_pb2.Schema())
    found = {
        "version": tfdv.__version__,
        "statistics": {name: as_json(item) for name, item in statistics.items()},
        "inferred": {name: as_json(tfdv.infer_schema(item)) for name, item in statistics.items()},
        "inferred_without_shape": {
            name: as_json(tfdv.infer_schema(item, infer_feature_shape=False)) for name, item in statistics.items()
        },
        "inferred_of_400": as_json(tfdv.infer_schema(statistics["vocabulary"], max_string_domain_size=400)),
        "text": text_format.MessageToString(flat),
        "bounded": BOUNDED,
        "updated": {
            f"{old}, {new}": as_json(tfdv.update_schema(schema, statistics[new]))
            for old, schema, new in (
                ("flat", flat, "changed"),
                ("flat", flat, "flat"),
                ("bounded", bounded, "flat"),
                ("bounded", bounded, "changed"),
                ("lists", tfdv.infer_schema(statistics["lists"]), "flat"),
                ("structs", tfdv.infer_schema(statistics["structs"]), "structs"),
            )
        },
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
