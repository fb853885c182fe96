"""What a schema's record keeps as plain JSON, typed, so that the text format can be read and written."""

from __future__ import annotations

from typing import Literal

import msgspec

from penstock.ml.data.metadata.path import DerivedFeatureSource, Path
from penstock.ml.data.metadata.schema import FixedShape, SchemaMessage
from penstock.ml.data.schema.field import FieldKind


class DefaultValue(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation.DefaultValue`."""

    float_value: float | None = None
    int_value: int | None = None
    bytes_value: bytes | None = None
    uint_value: int | None = None


class DenseTensor(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation.DenseTensor`."""

    column_name: str | None = None
    shape: FixedShape | None = None
    default_value: DefaultValue | None = None


class VarLenSparseTensor(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation.VarLenSparseTensor`."""

    column_name: str | None = None


class SparseTensor(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation.SparseTensor`."""

    dense_shape: FixedShape | None = None
    index_column_names: tuple[str, ...] = ()
    value_column_name: str | None = None
    already_sorted: bool | None = None


class Partition(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation.RaggedTensor.Partition`."""

    uniform_row_length: int | None = None
    row_length: str | None = None


class RaggedTensor(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation.RaggedTensor`."""

    feature_path: Path | None = None
    partition: tuple[Partition, ...] = ()
    row_partition_dtype: Literal["UNSPECIFIED", "INT64", "INT32"] | None = None


class TensorRepresentation(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentation`: how a feature becomes a tensor."""

    dense_tensor: DenseTensor | None = None
    varlen_sparse_tensor: VarLenSparseTensor | None = None
    sparse_tensor: SparseTensor | None = None
    ragged_tensor: RaggedTensor | None = None


class TensorRepresentationGroup(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`TensorRepresentationGroup`: representations by the tensor's name."""

    tensor_representation: dict[str, TensorRepresentation] = msgspec.field(default_factory=dict)


class AllowlistDeriver(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`AllowlistDeriver`."""

    allowed_bytes_value: tuple[bytes, ...] = ()
    placeholder_value: bytes | None = None


class ArgmaxTopK(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`ArgmaxTopK`."""

    k: int | None = None


class ReduceOp(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`ReduceOp`."""

    op_name: str | None = None


class SliceSql(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`SliceSql`."""

    expression: str | None = None
    feature_value_type: (
        Literal["VALUE_TYPE_DEFAULT", "VALUE_TYPE_INTEGER", "VALUE_TYPE_FLOAT", "VALUE_TYPE_UNSUPPORTED"] | None
    ) = None
    drop_struct_name: bool | None = None
    int64_default_feature_value: int | None = msgspec.field(default=None, name="int64DefaultFeatureValue")
    float_default_feature_value: float | None = None
    string_default_feature_value: str | None = None


class ImageQualityDeriver(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`ImageQualityDeriver`."""

    model_name: str | None = None


class DerivedFeatureConfig(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """`DerivedFeatureConfig`: how validation derived a feature."""

    allowlist: AllowlistDeriver | None = None
    argmax_top_k: ArgmaxTopK | None = None
    reduce_op: ReduceOp | None = None
    slice_sql: SliceSql | None = None
    image_quality: ImageQualityDeriver | None = None


_TYPED: dict[tuple[type, str], FieldKind] = {
    (SchemaMessage, "tensor_representation_group"): FieldKind(
        "tensor_representation_group", "tensorRepresentationGroup", "map", record=TensorRepresentationGroup
    ),
    (DerivedFeatureSource, "config"): FieldKind("config", "config", "record", record=DerivedFeatureConfig),
}


def typed_field(kind: type, field: FieldKind) -> FieldKind | None:
    """What is known of a field that the record ``kind`` keeps as plain JSON; None for other fields."""
    return _TYPED.get((kind, field.name))
