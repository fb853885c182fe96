"""The table of cases for `make_anomalies.py`: schema, statistics, and where Penstock answers otherwise on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One validation.

    Parameters
    ----------
    name : str
    schema : str
        Text form of the message.
    statistics, previous, serving, version : dict
        JSON of DatasetFeatureStatistics.
    ours : dict, optional
        Feature to types, where Penstock's answer differs on purpose; ``why`` says for what reason.
    """

    name: str
    schema: str
    statistics: Json
    environment: str = ""
    previous: Json = field(default_factory=dict)
    serving: Json = field(default_factory=dict)
    version: Json = field(default_factory=dict)
    ours: Json = field(default_factory=dict)
    why: str = ""


def data(*features: Json, rows: int = 10, **more: Any) -> Json:
    return {"numExamples": rows, "features": list(features), **more}


def common(present: int = 10, missing: int = 0, low: int = 1, high: int = 1, **more: Any) -> Json:
    total = {"numNonMissing": present, "numMissing": missing, "minNumValues": low, "maxNumValues": high}
    return {**total, "avgNumValues": (low + high) / 2, "totNumValues": present * (low + high) // 2, **more}


def number(kind: str = "INT", low: Any = 0, high: Any = 9, name: str = "f", **more: Any) -> Json:
    extra = {key: more.pop(key) for key in ("customStats", "validationDerivedSource") if key in more}
    parts = {"commonStats": more.pop("common", common()), "min": low, "max": high, **more}
    return {"name": name, "type": kind, "numStats": parts, **extra}


def text(values: dict[str, float], name: str = "f", kind: str = "STRING", **more: Any) -> Json:
    extra = {key: more.pop(key) for key in ("customStats", "validationDerivedSource") if key in more}
    total = int(sum(values.values()))
    parts = {"commonStats": more.pop("common", common(total)), "unique": len(values), **more}
    return {"name": name, "type": kind, "stringStats": {**parts, "rankHistogram": ranks(values)}, **extra}


def ranks(values: dict[str, float]) -> Json:
    buckets = [
        {"lowRank": at, "highRank": at, "label": label, "sampleCount": count}
        for at, (label, count) in enumerate(values.items())
    ]
    return {"buckets": buckets}


def bars(*buckets: tuple[Any, Any, float], kind: str = "STANDARD", nan: int = 0) -> Json:
    parts = [{"lowValue": low, "highValue": high, "sampleCount": count} for low, high, count in buckets]
    return {"type": kind, "buckets": parts, "numNan": nan}


def levels(*counts: tuple[int, int, int]) -> Json:
    parts = [{"numNonMissing": 10, "numMissing": miss, "minNumValues": low, "maxNumValues": high}
             for miss, low, high in counts]  # fmt: skip
    return common(presenceAndValencyStats=parts, low=counts[0][1], high=counts[0][2])


def language(tokens: list[Json], name: str = "f", **more: Any) -> Json:
    body = {"@type": "type.googleapis.com/tensorflow.metadata.v0.NaturalLanguageStatistics"}
    statistic = {"name": "nl_statistics", "any": {**body, **more, "tokenStatistics": tokens}}
    return text({"a": 10}, name=name, customStats=[statistic])


def custom(name: str, *statistics: Json) -> Json:
    return {"name": name, "customStats": list(statistics)}


def spread(name: str, counts: dict[str, float]) -> Json:
    return {"name": name, "rankHistogram": ranks(counts)}


def feature(body: str, kind: str = "INT", name: str = "f") -> str:
    return f'feature {{ name: "{name}" type: {kind} {body} }}\n'


SPARSE = 'sparse_feature { name: "s" index_feature { name: "i" } value_feature { name: "v" } }'
WEIGHTED = 'weighted_feature { name: "w" feature { step: "v" } weight_feature { step: "k" } }'
TOKEN = {"stringToken": "a", "fractionOfSequences": 0.5, "perSequenceMinFrequency": 1, "perSequenceMaxFrequency": 3}
INT_TOKEN = {"intToken": "7", "fractionOfSequences": 0.5, "perSequenceMinFrequency": 1, "perSequenceMaxFrequency": 3}
AUNT = {"deriverName": "d", "sourcePath": [{"step": ["a"]}]}


def nl(body: str) -> str:
    return feature(f"natural_language_domain {{ {body} }}", "BYTES")


def presence(body: str) -> str:
    return feature(f"presence {{ {body} }}")


def drift(body: str, kind: str = "BYTES") -> str:
    return feature(f"drift_comparator {{ {body} }}", kind)


def weighted(name: str = "f", present: float = 5.0, missing: float = 5.0, **more: Any) -> Json:
    part = {"numNonMissing": present, "numMissing": missing, "avgNumValues": 1.0, "totNumValues": present}
    return number(name=name, common=common(weightedCommonStats=part), **more)


PREVIOUS = data(text({"a": 5, "b": 5}))
CURRENT = data(text({"a": 8, "b": 1, "c": 1}))
FLOATS = data(number("FLOAT", 0, 10, histograms=[bars((0, 5, 8), (5, 10, 2))]))
OLD_FLOATS = data(number("FLOAT", 0, 10, histograms=[bars((0, 5, 5), (5, 10, 5))]))
STRUCT = {"name": "s", "type": "STRUCT", "structStats": {"commonStats": common()}}


def path(*steps: str, **more: Any) -> Json:
    made = number(**more)
    del made["name"]
    return {**made, "path": {"step": list(steps)}}


PATH_STRUCT = {"path": {"step": ["s"]}, "type": "STRUCT", "structStats": {"commonStats": common()}}

CASES = (
    # Presence
    Case("all is well", presence("min_fraction: 1.0 min_count: 1"), data(number())),
    Case("no rows", presence("min_count: 1"), data(rows=0)),
    Case("low fraction", presence("min_fraction: 0.9"), data(number(common=common(8, 2)))),
    Case("low fraction holds", presence("min_fraction: 0.8"), data(number(common=common(8, 2)))),
    Case("full fraction", presence("min_fraction: 1.0"), data(number(common=common(9, 1)))),
    Case(
        "full fraction within rounding",
        presence("min_fraction: 1.0"),
        data(number(common=common(2**53, 1)), rows=2**53),
    ),
    Case("low count", presence("min_count: 9"), data(number(common=common(8, 2)))),
    Case("low count and fraction", presence("min_count: 9 min_fraction: 1"), data(number(common=common(8, 2)))),
    Case("not present", presence("min_count: 1"), data(number(common=common(0, 10)))),
    Case("not present, not required", presence("min_count: 0"), data(number(common=common(0, 10)))),
    Case(
        "not present in another environment",
        'default_environment: "train" ' + feature('presence { min_count: 1 } not_in_environment: "serve"'),
        data(number(common=common(0, 10))),
        environment="serve",
    ),
    Case(
        "group presence is not checked",
        feature("group_presence { required: true }"),
        data(number(common=common(0, 10))),
    ),
    # Columns
    Case("missing column", presence("min_fraction: 0.1") + feature("", name="g"), data(number(name="g"))),
    Case("missing column, not required", feature("") + feature("", name="g"), data(number(name="g"))),
    Case("missing column, deprecated", feature("presence { min_count: 1 } deprecated: true"), data()),
    Case("missing column, planned", feature("presence { min_count: 1 } lifecycle_stage: PLANNED"), data()),
    Case("missing column, alpha", feature("presence { min_count: 1 } lifecycle_stage: ALPHA"), data()),
    Case("missing column, beta", feature("presence { min_count: 1 } lifecycle_stage: BETA"), data()),
    Case("missing column, production", feature("presence { min_count: 1 } lifecycle_stage: PRODUCTION"), data()),
    Case("missing column, debug", feature("presence { min_count: 1 } lifecycle_stage: DEBUG_ONLY"), data()),
    Case("missing column, disabled", feature("presence { min_count: 1 } lifecycle_stage: DISABLED"), data()),
    Case("missing column, derived", feature("presence { min_count: 1 } lifecycle_stage: VALIDATION_DERIVED"), data()),
    Case(
        "missing column, other environment",
        'default_environment: "train" default_environment: "serve" '
        + feature('presence { min_count: 1 } not_in_environment: "serve"'),
        data(),
        environment="serve",
    ),
    Case(
        "missing column, in environment",
        'default_environment: "train" ' + feature('presence { min_count: 1 } in_environment: "serve"'),
        data(),
        environment="serve",
    ),
    Case("missing column, unknown environment", feature("presence { min_count: 1 }"), data(), environment="serve"),
    Case("new column", feature(""), data(number(), number(name="g"))),
    Case(
        "new column in environment",
        'default_environment: "train" ' + feature('not_in_environment: "serve"'),
        data(number()),
        environment="serve",
    ),
    Case("new struct is one anomaly", "", data(STRUCT, number(name="s.a"), number(name="s.b"))),
    Case("new column without statistics", "", data({"name": "g", "type": "INT"})),
    Case("deprecated feature is not checked", feature("deprecated: true int_domain { max: 3 }"), data(number())),
    Case("planned feature is not checked", feature("lifecycle_stage: PLANNED int_domain { max: 3 }"), data(number())),
    Case("disabled feature is not checked", feature("lifecycle_stage: DISABLED int_domain { max: 3 }"), data(number())),
    # Types
    Case("float for int", feature(""), data(number("FLOAT"))),
    Case("string for float", feature("", "FLOAT"), data(text({"1.5": 9, "$2": 1}))),
    Case("string for int in two ways", feature("int_domain { max: 3 }"), data(text({"7": 9, "x": 1}))),
    Case(
        "bytes for bytes",
        feature("", "BYTES"),
        data({"name": "f", "type": "BYTES", "bytesStats": {"commonStats": common(), "maxNumBytesInt": 5}}),
    ),
    Case(
        "bytes with a string domain",
        feature('string_domain { value: "a" }', "BYTES"),
        data({"name": "f", "type": "BYTES", "bytesStats": {"commonStats": common()}}),
    ),
    Case("domain of another type", feature("float_domain { min: 0 }"), data(number())),
    Case("named domain on a number", 'string_domain { name: "d" } ' + feature('domain: "d"'), data(number())),
    # Schema itself
    Case("no name", "feature { type: INT }", data(number(name=""))),
    Case("no name, no such column", "feature { type: INT }", data(number(name="g"))),
    Case("no type", 'feature { name: "f" }', data(number())),
    Case("no type with string domain", 'feature { name: "f" string_domain { value: "a" } }', data(text({"a": 10}))),
    Case("unknown type", feature("", "TYPE_UNKNOWN"), data(number())),
    Case("fraction below 0", presence("min_fraction: -0.5"), data(number())),
    Case("fraction above 1", presence("min_fraction: 1.5"), data(number(common=common(9, 1)))),
    Case("value count below 0", feature("value_count { min: -1 }"), data(number())),
    Case("value count crossed", feature("value_count { min: 3 max: 2 }"), data(number())),
    Case(
        "value counts below 0",
        feature("value_counts { value_count { min: -1 } value_count { min: 3 max: 2 } }"),
        data(number(common=levels((0, 1, 1), (0, 3, 3)))),
    ),
    Case("shape of 0", feature("shape { dim { size: 0 } }"), data(number())),
    Case("constraints on an int domain", feature("int_domain { } distribution_constraints { }"), data(number())),
    Case(
        "constraints on a float domain",
        feature("float_domain { } distribution_constraints { }", "FLOAT"),
        data(number("FLOAT")),
    ),
    Case("constraints on a bool domain", feature("bool_domain { } distribution_constraints { }"), data(number(high=1))),
    Case(
        "constraints on a struct",
        feature("struct_domain { } distribution_constraints { }", "STRUCT", "s"),
        data(STRUCT),
    ),
    Case(
        "constraints on a URL", feature("url_domain { } distribution_constraints { }", "BYTES"), data(text({"a": 10}))
    ),
    Case(
        "constraints without a domain",
        feature("distribution_constraints { min_domain_mass: 0.5 }", "BYTES"),
        data(text({"a": 10})),
    ),
    Case("named domain is missing", feature('domain: "d"', "BYTES"), data(text({"a": 10}))),
    Case("time of day", feature("time_of_day_domain { }"), data(number())),
    Case(
        "time, mid, url",
        feature("time_domain { }") + feature("mid_domain { }", "BYTES", "m") + feature("url_domain { }", "BYTES", "u"),
        data(number(), text({"a": 10}, name="m"), text({"a": 10}, name="u")),
    ),
    Case(
        "equal boolean values",
        feature('bool_domain { true_value: "a" false_value: "a" }', "BYTES"),
        data(text({"a": 10})),
        ours={"f": ["INVALID_DOMAIN_SPECIFICATION"]},
        why="TFDV finds it and drops the finding",
    ),
    Case(
        "repeated values",
        feature('string_domain { value: "a" value: "a" }', "BYTES"),
        data(text({"a": 10})),
        ours={"f": ["INVALID_DOMAIN_SPECIFICATION"]},
        why="TFDV finds it and drops the finding",
    ),
    # Boolean
    Case("bool", feature("bool_domain { }"), data(number(high=1))),
    Case("bool small int", feature("bool_domain { }"), data(number(low=-1, high=1))),
    Case("bool big int", feature("bool_domain { }"), data(number(high=2))),
    Case("bool small and big int", feature("bool_domain { }"), data(number(low=-1, high=2))),
    Case(
        "bool unexpected string",
        feature('bool_domain { true_value: "y" false_value: "n" }', "BYTES"),
        data(text({"y": 5, "x": 3, "n": 2})),
    ),
    Case(
        "bool strings",
        feature('bool_domain { true_value: "y" false_value: "n" }', "BYTES"),
        data(text({"y": 5, "n": 5})),
    ),
    Case("bool float low", feature("bool_domain { }", "FLOAT"), data(number("FLOAT", 0.5, 1))),
    Case("bool float high", feature("bool_domain { }", "FLOAT"), data(number("FLOAT", 0, 2.5))),
    Case(
        "bool float",
        feature("bool_domain { }", "FLOAT"),
        data(number("FLOAT", 0, 1, histograms=[bars((0, 0.5, 5), (0.5, 1, 5))])),
    ),
    Case(
        "bool float nan",
        feature("bool_domain { }", "FLOAT"),
        data(number("FLOAT", 0, 1, histograms=[bars((0, 1, 9), nan=1)])),
    ),
    Case(
        "bool float between",
        feature("bool_domain { }", "FLOAT"),
        data(number("FLOAT", 0, 1, histograms=[bars((0, 0.3, 3), (0.3, 0.6, 4), (0.6, 1, 3), kind="QUANTILES")])),
    ),
    Case(
        "bool int with values",
        feature('bool_domain { true_value: "y" false_value: "n" }'),
        data(number(high=1)),
        ours={"f": ["BOOL_TYPE_INVALID_CONFIG"]},
        why="1.16.1 knows the type and never raises it",
    ),
    Case(
        "bool string without values",
        feature("bool_domain { }", "BYTES"),
        data(text({"y": 10})),
        ours={"f": ["BOOL_TYPE_INVALID_CONFIG"]},
        why="1.16.1 knows the type and never raises it",
    ),
    # Text
    Case("enum", feature('string_domain { value: "a" value: "b" }', "BYTES"), data(text({"a": 6, "b": 4}))),
    Case("enum unexpected", feature('string_domain { value: "a" }', "BYTES"), data(text({"a": 6, "b": 3, "c": 1}))),
    Case(
        "enum unexpected, small",
        feature('string_domain { value: "a" }', "BYTES"),
        data(text({"a": 999, "b\n": 1}), rows=1000),
    ),
    Case(
        "enum, named domain",
        'string_domain { name: "d" value: "a" } ' + feature('domain: "d"', "BYTES"),
        data(text({"a": 6, "b": 4})),
    ),
    Case(
        "enum within mass",
        feature('string_domain { value: "a" } distribution_constraints { min_domain_mass: 0.6 }', "BYTES"),
        data(text({"a": 6, "b": 4})),
    ),
    Case(
        "enum beyond mass",
        feature('string_domain { value: "a" } distribution_constraints { min_domain_mass: 0.7 }', "BYTES"),
        data(text({"a": 6, "b": 4})),
    ),
    Case(
        "enum invalid utf8",
        feature('string_domain { value: "a" }', "BYTES"),
        data(text({"a": 6, "b": 4}, invalidUtf8Count=2)),
    ),
    Case("invalid utf8 without domain", feature("", "BYTES"), data(text({"a": 10}, invalidUtf8Count=2))),
    # Numbers
    Case("int range holds", feature("int_domain { min: 0 max: 9 }"), data(number())),
    Case("int big", feature("int_domain { max: 8 }"), data(number())),
    Case("int small", feature("int_domain { min: 1 }"), data(number())),
    Case("int small and big", feature("int_domain { min: 1 max: 8 }"), data(number())),
    Case("int beyond 64 bits", feature("int_domain { min: 1 max: 8 }"), data(number(high=1e19))),
    Case("int of strings", feature("int_domain { min: 1 max: 8 }", "BYTES"), data(text({"0": 5, "9": 5}))),
    Case("int of strings, not", feature("int_domain { }", "BYTES"), data(text({"1": 5, "x": 5}))),
    Case("int of strings, holds", feature("int_domain { min: 1 max: 8 }", "BYTES"), data(text({"1": 5, " 8": 5}))),
    Case(
        "int categorical",
        feature("int_domain { is_categorical: true min: 1 max: 8 }"),
        data(text({"0": 5, "9": 5}, kind="INT")),
    ),
    Case("float range holds", feature("float_domain { min: 0 max: 9 }", "FLOAT"), data(number("FLOAT"))),
    Case(
        "float range in 32 bits",
        feature("float_domain { max: 0.1 }", "FLOAT"),
        data(number("FLOAT", 0, 0.10000000000000003)),
    ),
    Case("float big", feature("float_domain { max: 8.25 }", "FLOAT"), data(number("FLOAT", 0, 1234567.5))),
    Case("float small", feature("float_domain { min: 0.5 }", "FLOAT"), data(number("FLOAT", -0.25, 1))),
    Case("float small and big", feature("float_domain { min: 1 max: 8 }", "FLOAT"), data(number("FLOAT"))),
    Case("float of strings", feature("float_domain { min: 1 max: 8 }", "BYTES"), data(text({"0.5": 5, "9": 5}))),
    Case("float of strings, not", feature("float_domain { }", "BYTES"), data(text({"1.5": 5, "$2": 5}))),
    Case(
        "float of strings, nan",
        feature("float_domain { disallow_nan: true }", "BYTES"),
        data(text({"1.5": 5, "nan": 5})),
    ),
    Case(
        "float nan",
        feature("float_domain { disallow_nan: true }", "FLOAT"),
        data(number("FLOAT", histograms=[bars((0, 9, 9), nan=1)])),
    ),
    Case(
        "float nan is allowed",
        feature("float_domain { }", "FLOAT"),
        data(number("FLOAT", histograms=[bars((0, 9, 9), nan=1)])),
    ),
    Case("float inf", feature("float_domain { disallow_inf: true }", "FLOAT"), data(number("FLOAT", 0, "Infinity"))),
    Case(
        "float minus inf",
        feature("float_domain { disallow_inf: true }", "FLOAT"),
        data(number("FLOAT", "-Infinity", 0)),
    ),
    Case("float inf is allowed", feature("float_domain { }", "FLOAT"), data(number("FLOAT", 0, "Infinity"))),
    # Number of values
    Case("few values", feature("value_count { min: 2 }"), data(number(common=common(low=1, high=3)))),
    Case("no values", feature("value_count { min: 1 }"), data(number(common=common(low=0, high=3)))),
    Case("many values", feature("value_count { max: 2 }"), data(number(common=common(low=1, high=3)))),
    Case("few and many values", feature("value_count { min: 2 max: 2 }"), data(number(common=common(low=1, high=3)))),
    Case("values hold", feature("value_count { min: 1 max: 3 }"), data(number(common=common(low=1, high=3)))),
    Case(
        "values per level",
        feature("value_counts { value_count { min: 2 max: 2 } value_count { min: 1 max: 1 } }"),
        data(number(common=levels((0, 1, 3), (0, 0, 2)))),
    ),
    Case(
        "values per level hold",
        feature("value_counts { value_count { max: 3 } value_count { min: 1 } }"),
        data(number(common=levels((0, 1, 3), (0, 1, 2)))),
    ),
    Case(
        "nested beyond value count",
        feature("value_count { min: 1 max: 3 }"),
        data(number(common=levels((0, 1, 3), (0, 1, 2)))),
    ),
    Case(
        "levels differ",
        feature("value_counts { value_count { max: 3 } }"),
        data(number(common=levels((0, 1, 3), (0, 1, 2)))),
    ),
    # Shape
    Case("shape holds", feature("shape { dim { size: 4 } }"), data(number(common=levels((0, 2, 2), (0, 2, 2))))),
    Case("scalar shape", feature("shape { }"), data(number())),
    Case("shape missing", feature("shape { }"), data(number(common=common(9, 1)))),
    Case("shape varies", feature("shape { dim { size: 2 } }"), data(number(common=common(low=1, high=2)))),
    Case("shape differs", feature("shape { dim { size: 2 } }"), data(number(common=common(low=3, high=3)))),
    Case(
        "shape missing inside", feature("shape { dim { size: 4 } }"), data(number(common=levels((0, 2, 2), (1, 2, 2))))
    ),
    # Unique
    Case("unique holds", feature("unique_constraints { min: 2 max: 3 }", "BYTES"), data(text({"a": 5, "b": 5}))),
    Case("unique low", feature("unique_constraints { min: 3 max: 9 }", "BYTES"), data(text({"a": 5, "b": 5}))),
    Case("unique high", feature("unique_constraints { min: 1 max: 1 }", "BYTES"), data(text({"a": 5, "b": 5}))),
    Case("unique of a number", feature("unique_constraints { min: 1 max: 1 }"), data(number())),
    Case(
        "unique without maximum",
        feature("unique_constraints { min: 1 }", "BYTES"),
        data(text({"a": 5, "b": 5})),
        ours={},
        why="TFDV takes a maximum that is not given for 0",
    ),
    # Comparators
    Case("L-infinity", drift("infinity_norm { threshold: 0.1 }"), CURRENT, previous=PREVIOUS),
    Case("L-infinity holds", drift("infinity_norm { threshold: 0.5 }"), CURRENT, previous=PREVIOUS),
    Case("L-infinity, nothing to compare", drift("infinity_norm { threshold: 0.1 }"), CURRENT),
    Case(
        "L-infinity skew",
        feature("skew_comparator { infinity_norm { threshold: 0.1 } }", "BYTES"),
        CURRENT,
        serving=PREVIOUS,
    ),
    Case(
        "L-infinity of numbers",
        drift("infinity_norm { threshold: 0.1 }", "FLOAT"),
        FLOATS,
        previous=OLD_FLOATS,
        ours={"f": ["INVALID_SCHEMA_SPECIFICATION"]},
        why="TFDV measures 0.0, whatever the data",
    ),
    Case("divergence of strings", drift("jensen_shannon_divergence { threshold: 0.01 }"), CURRENT, previous=PREVIOUS),
    Case(
        "divergence of numbers",
        drift("jensen_shannon_divergence { threshold: 0.01 }", "FLOAT"),
        FLOATS,
        previous=OLD_FLOATS,
    ),
    Case(
        "divergence holds", drift("jensen_shannon_divergence { threshold: 0.9 }", "FLOAT"), FLOATS, previous=OLD_FLOATS
    ),
    Case(
        "divergence without histograms",
        drift("jensen_shannon_divergence { threshold: 0.1 }", "FLOAT"),
        data(number("FLOAT")),
        previous=data(number("FLOAT")),
        ours={"f": ["STATS_NOT_AVAILABLE"]},
        why="TFDV passes over a comparison that it cannot make",
    ),
    Case(
        "normalized absolute difference",
        drift("normalized_abs_difference { threshold: 0.01 }"),
        CURRENT,
        previous=PREVIOUS,
    ),
    Case(
        "normalized absolute difference holds",
        drift("normalized_abs_difference { threshold: 0.9 }"),
        CURRENT,
        previous=PREVIOUS,
    ),
    Case(
        "all comparators, both ways",
        drift(
            "infinity_norm { threshold: 0.1 } jensen_shannon_divergence { threshold: 0.01 } "
            "normalized_abs_difference { threshold: 0.01 }"
        ).replace(
            "type:",
            "skew_comparator { infinity_norm { threshold: 0.1 } jensen_shannon_divergence { threshold: 0.9 } } type:",
        ),
        CURRENT,
        previous=PREVIOUS,
        serving=PREVIOUS,
    ),
    Case("control missing", drift("infinity_norm { threshold: 0.1 }"), CURRENT, previous=data(number(name="g"))),
    Case(
        "control missing in serving",
        feature("skew_comparator { jensen_shannon_divergence { threshold: 0.1 } }", "BYTES"),
        CURRENT,
        serving=data(number(name="g")),
    ),
    Case(
        "control missing, absolute difference",
        drift("normalized_abs_difference { threshold: 0.1 }"),
        CURRENT,
        previous=data(number(name="g")),
    ),
    Case("comparator without threshold", drift("infinity_norm { }"), CURRENT, previous=data(number(name="g"))),
    # Data set
    Case(
        "few rows against before",
        "dataset_constraints { num_examples_drift_comparator { min_fraction_threshold: 1.0 } }",
        data(rows=10),
        previous=data(rows=40),
    ),
    Case(
        "many rows against before",
        "dataset_constraints { num_examples_drift_comparator { max_fraction_threshold: 1.0 } }",
        data(rows=10),
        previous=data(rows=3),
    ),
    Case(
        "rows against an empty one",
        "dataset_constraints { num_examples_drift_comparator { max_fraction_threshold: 1.0 } }",
        data(rows=10),
        previous=data(rows=0, name="before"),
    ),
    Case(
        "rows against a version",
        "dataset_constraints { num_examples_version_comparator { "
        "min_fraction_threshold: 1.0 max_fraction_threshold: 1.0 } }",
        data(rows=10),
        version=data(rows=40),
    ),
    Case(
        "rows hold",
        "dataset_constraints { min_examples_count: 10 max_examples_count: 10 "
        "num_examples_drift_comparator { min_fraction_threshold: 1.0 max_fraction_threshold: 1.0 } }",
        data(rows=10),
        previous=data(rows=10),
    ),
    Case("few rows", "dataset_constraints { min_examples_count: 11 }", data(rows=10)),
    Case("many rows", "dataset_constraints { min_examples_count: 1 max_examples_count: 9 }", data(rows=10)),
    Case(
        "many rows, only a maximum",
        "dataset_constraints { max_examples_count: 9 }",
        data(rows=10),
        ours={"": ["DATASET_HIGH_NUM_EXAMPLES"]},
        why="TFDV looks at the maximum only where there is a minimum",
    ),
    Case(
        "few rows twice",
        "dataset_constraints { min_examples_count: 11 num_examples_drift_comparator { min_fraction_threshold: 1.0 } }",
        data(rows=10),
        previous=data(rows=40),
    ),
    # Sparse and weighted features
    Case(
        "sparse holds",
        SPARSE,
        data(
            custom(
                "s",
                {"name": "missing_value", "num": 0},
                spread("missing_index", {"i": 0}),
                spread("max_length_diff", {"i": 0}),
            )
        ),
    ),
    Case("sparse missing value", SPARSE, data(custom("s", {"name": "missing_value", "num": 3}))),
    Case("sparse missing index", SPARSE, data(custom("s", spread("missing_index", {"i": 2, "j": 0})))),
    Case(
        "sparse length",
        SPARSE,
        data(custom("s", spread("max_length_diff", {"i": 2}), spread("min_length_diff", {"i": -1}))),
    ),
    Case("sparse collision", SPARSE + feature("", name="s"), data(number(name="s"))),
    Case("sparse collision, deprecated", SPARSE + feature("deprecated: true", name="s"), data(number(name="s"))),
    Case(
        "sparse deprecated",
        SPARSE.replace('name: "s"', 'name: "s" lifecycle_stage: DEPRECATED'),
        data(custom("s", {"name": "missing_value", "num": 3})),
    ),
    Case(
        "weighted holds",
        WEIGHTED,
        data(
            custom(
                "w",
                {"name": "missing_value", "num": 0},
                {"name": "missing_weight", "num": 0},
                {"name": "max_weight_length_diff", "num": 0},
            )
        ),
    ),
    Case("weighted missing value", WEIGHTED, data(custom("w", {"name": "missing_value", "num": 3}))),
    Case("weighted missing weight", WEIGHTED, data(custom("w", {"name": "missing_weight", "num": 3}))),
    Case(
        "weighted length",
        WEIGHTED,
        data(custom("w", {"name": "min_weight_length_diff", "num": -2}, {"name": "max_weight_length_diff", "num": 1})),
    ),
    Case("weighted collision", WEIGHTED + feature("", name="w"), data(number(name="w"))),
    Case(
        "weighted and sparse collision",
        WEIGHTED + SPARSE.replace('"s"', '"w"'),
        data(custom("w", {"name": "missing_value", "num": 3})),
    ),
    Case(
        "weighted deprecated",
        WEIGHTED.replace('name: "w"', 'name: "w" lifecycle_stage: DEPRECATED'),
        data(custom("w", {"name": "missing_value", "num": 3})),
        ours={},
        why="TFDV checks weighted features that are not active",
    ),
    # Language
    Case(
        "language holds",
        nl("coverage { min_coverage: 0.5 min_avg_token_length: 2 }"),
        data(language([], featureCoverage=0.5, avgTokenLength=2)),
    ),
    Case("language coverage", nl("coverage { min_coverage: 0.5 }"), data(language([], featureCoverage=0.25))),
    Case(
        "language token length", nl("coverage { min_avg_token_length: 3.5 }"), data(language([], avgTokenLength=2.25))
    ),
    Case(
        "language too few", nl('token_constraints { string_value: "a" min_per_sequence: 2 }'), data(language([TOKEN]))
    ),
    Case(
        "language too many", nl('token_constraints { string_value: "a" max_per_sequence: 2 }'), data(language([TOKEN]))
    ),
    Case(
        "language small fraction",
        nl('token_constraints { string_value: "a" min_fraction_of_sequences: 0.75 }'),
        data(language([TOKEN])),
    ),
    Case(
        "language large fraction",
        nl("token_constraints { int_value: 7 max_fraction_of_sequences: 0.25 }"),
        data(language([INT_TOKEN])),
    ),
    Case(
        "language tokens hold",
        nl(
            'token_constraints { string_value: "a" min_per_sequence: 1 max_per_sequence: 3 '
            "min_fraction_of_sequences: 0.5 max_fraction_of_sequences: 0.5 }"
        ),
        data(language([TOKEN])),
    ),
    Case(
        "language without token",
        nl('token_constraints { string_value: "b" min_per_sequence: 1 }'),
        data(language([TOKEN])),
    ),
    Case("language without statistics", nl("coverage { min_coverage: 0.5 }"), data(text({"a": 10}))),
    Case("language without constraints", nl(""), data(text({"a": 10}))),
    # Images
    Case(
        "images unsupported",
        feature("image_domain { minimum_supported_image_fraction: 0.85 }", "BYTES"),
        data(text({"a": 10}, customStats=[spread("image_format_histogram", {"jpeg": 5, "UNKNOWN": 2, "png": 1})])),
    ),
    Case(
        "images supported",
        feature("image_domain { minimum_supported_image_fraction: 0.5 }", "BYTES"),
        data(text({"a": 10}, customStats=[spread("image_format_histogram", {"jpeg": 5, "UNKNOWN": 2, "png": 1})])),
    ),
    Case(
        "images without histogram",
        feature("image_domain { minimum_supported_image_fraction: 0.85 }", "BYTES"),
        data(text({"a": 10})),
        ours={"f": ["STATS_NOT_AVAILABLE"]},
        why="TFDV passes over a constraint",
    ),
    Case(
        "images too big",
        feature("image_domain { max_image_byte_size: 4 }", "BYTES"),
        data({"name": "f", "type": "BYTES", "bytesStats": {"commonStats": common(), "maxNumBytesInt": 5}}),
    ),
    Case(
        "images of a size",
        feature("image_domain { max_image_byte_size: 5 }", "BYTES"),
        data({"name": "f", "type": "BYTES", "bytesStats": {"commonStats": common(), "maxNumBytesInt": 5}}),
    ),
    # Domains found in statistics; derived features
    Case(
        "semantic domain",
        feature("", "BYTES"),
        data(text({"a": 10}, customStats=[{"name": "domain_info", "str": "mid_domain {}"}])),
    ),
    Case(
        "semantic domain is there already",
        feature("url_domain { }", "BYTES"),
        data(text({"a": 10}, customStats=[{"name": "domain_info", "str": "mid_domain {}"}])),
    ),
    Case(
        "semantic domain twice",
        feature("", "BYTES"),
        data(text({"a": 10}, customStats=[{"name": "domain_info", "str": "mid_domain {}"}] * 2)),
    ),
    Case(
        "semantic domain without sense",
        feature("", "BYTES"),
        data(text({"a": 10}, customStats=[{"name": "domain_info", "str": "no_such_domain {}"}])),
    ),
    Case(
        "derived, not in schema",
        feature(""),
        data(number(validationDerivedSource=AUNT)),
    ),
    Case(
        "derived, wrong stage",
        feature('validation_derived_source { deriver_name: "d" } lifecycle_stage: PRODUCTION'),
        data(number(validationDerivedSource=AUNT)),
    ),
    Case(
        "derived, right stage",
        feature('validation_derived_source { deriver_name: "d" } lifecycle_stage: VALIDATION_DERIVED'),
        data(number(validationDerivedSource=AUNT)),
    ),
    # Structs
    Case(
        "inside of a struct",
        'feature { name: "s" type: STRUCT struct_domain { feature { name: "a" type: INT int_domain { max: 3 } } '
        'feature { name: "b" type: INT presence { min_count: 1 } } } }',
        data(STRUCT, number(name="s.a")),
    ),
    Case(
        "inside of a struct, by path",
        'feature { name: "s" type: STRUCT struct_domain { feature { name: "a.b" type: INT int_domain { max: 3 } } } }',
        data(PATH_STRUCT, path("s", "a.b"), path("s", "c")),
    ),
    Case(
        "inside of a deprecated struct",
        'feature { name: "s" type: STRUCT deprecated: true struct_domain { feature { name: "a" type: INT int_domain { '
        "max: 3 } } } }",
        data(STRUCT, number(name="s.a")),
    ),
    Case("dots in a name", feature("int_domain { max: 3 }", name="a.b"), data(number(name="a.b"))),
    Case(
        "odd names",
        feature("int_domain { max: 3 }", name="(a)") + feature("int_domain { max: 3 }", name="it's"),
        data(number(name="(a)"), number(name="it's")),
    ),
    # Weights
    Case("weighted presence", presence("min_fraction: 0.6 min_count: 6"), data(weighted(), weightedNumExamples=10.0)),
    Case(
        "weighted presence, not all features",
        presence("min_fraction: 0.6") + feature("", name="g"),
        data(weighted(), number(name="g"), weightedNumExamples=10.0),
    ),
    Case(
        "weighted strings",
        feature('string_domain { value: "a" }', "BYTES"),
        data(
            text(
                {"a": 6, "b": 4},
                common=common(weightedCommonStats={"numNonMissing": 20.0, "totNumValues": 20.0}),
                weightedStringStats={"rankHistogram": ranks({"a": 15, "c": 5})},
            ),
            weightedNumExamples=20.0,
        ),
    ),
    Case(
        "weighted rows",
        "dataset_constraints { min_examples_count: 15 }" + feature(""),
        data(weighted(), weightedNumExamples=20.0),
    ),
    Case(
        "weighted L-infinity",
        drift("infinity_norm { threshold: 0.1 }"),
        data(
            text(
                {"a": 6, "b": 4},
                common=common(weightedCommonStats={"numNonMissing": 20.0, "totNumValues": 20.0}),
                weightedStringStats={"rankHistogram": ranks({"a": 15, "b": 5})},
            ),
            weightedNumExamples=20.0,
        ),
        previous=data(
            text(
                {"a": 6, "b": 4},
                common=common(weightedCommonStats={"numNonMissing": 20.0}),
                weightedStringStats={"rankHistogram": ranks({"a": 10, "b": 10})},
            ),
            weightedNumExamples=20.0,
        ),
    ),
    # Several at once
    Case(
        "several reasons",
        feature("presence { min_fraction: 1 } int_domain { min: 1 max: 8 } value_count { max: 1 }"),
        data(number(common=common(9, 1, high=2))),
    ),
)
