"""Writes the golden TFRecord files with TensorFlow itself (2.16): ``python make.py FOLDER``."""

import json
import sys
from pathlib import Path

import tensorflow as tf

FEATURES = tf.train.Feature
ROWS = [
    {"id": [1], "fare": [1.5], "name": ["Ann"], "tags": ["a", "b"], "image": ["\xff\xd8"], "scores": [0.25, -1.0]},
    {"id": [-(2**63)], "fare": [-0.0], "name": ["Zoë"], "tags": [], "image": ["\xfe"], "scores": []},
    {"id": [2**63 - 1], "fare": None, "name": [""], "tags": ["c"], "image": [""], "scores": [3.0]},
    {"id": [300], "fare": [1e30], "name": ["x" * 300], "tags": None, "image": ["\x00"], "scores": [1.0] * 50},
]


def feature(values):
    if values is None:
        return FEATURES()
    if all(isinstance(value, int) for value in values) and values:
        return FEATURES(int64_list=tf.train.Int64List(value=values))
    if all(isinstance(value, float) for value in values):
        return FEATURES(float_list=tf.train.FloatList(value=values))
    return FEATURES(bytes_list=tf.train.BytesList(value=values))


def serialised(row):
    named = {}
    for name, values in row.items():
        if name == "image":
            values = [value.encode("latin-1") for value in values]
        elif values and isinstance(values[0], str):
            values = [value.encode() for value in values]
        named[name] = (
            FEATURES(bytes_list=tf.train.BytesList(value=values))
            if name == "tags" and values is not None
            else feature(values)
        )
    return tf.train.Example(features=tf.train.Features(feature=named)).SerializeToString(deterministic=True)


def write(path, rows, options=None):
    with tf.io.TFRecordWriter(str(path), options) as writer:
        for row in rows:
            writer.write(serialised(row))


folder = Path(sys.argv[1])
write(folder / "plain.tfrecord", ROWS)
write(folder / "zipped.tfrecord.gz", ROWS, "GZIP")
write(folder / "shards.tfrecord-00000-of-00002", ROWS[:2])
write(folder / "shards.tfrecord-00001-of-00002", ROWS[2:])
(folder / "rows.json").write_text(json.dumps(ROWS, indent=1) + "\n")
