"""NumPy's arrays and scalars, and SciPy's sparse matrices, across the boundary."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from klasteryste.grading.boundary.codec import (
    CLASSES,
    Decoder,
    Encoder,
    Node,
    Refused,
    int_of,
    kind_of_class,
    register,
    text_of,
)

_DTYPE = re.compile(
    r"[<>|=]?(b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[SU]\d{1,7}|[mM]8(\[\d{0,4}[a-zA-Zμ]{1,7}\])?|O)"
)
_FIELDS = 256


def write_dtype(dtype: np.dtype[Any]) -> Node:
    """Return the node of a data type.

    Raises
    ------
    Refused
        If arrays of it do not cross.
    """
    if dtype.names is not None:
        if dtype.subdtype is not None or len(dtype.names) > _FIELDS:
            raise Refused.because("dtype", dtype)
        return [[name, write_dtype(dtype[name])] for name in dtype.names]
    name = dtype.str
    if dtype.subdtype is not None or not _DTYPE.fullmatch(name) or type(dtype).__module__ != "numpy.dtypes":
        raise Refused.because("dtype", dtype)
    return name


def read_dtype(node: Node) -> np.dtype[Any]:
    """Return the data type of a node."""
    if type(node) is list:
        if not node or len(node) > _FIELDS:
            raise Refused("a data type")
        return np.dtype([(text_of(name), read_dtype(part)) for name, part in node])
    if not _DTYPE.fullmatch(text_of(node)):
        raise Refused(f"the data type {node[:40]!r}")
    return np.dtype(node)


def write_array(encoder: Encoder, value: np.ndarray[Any, Any], depth: int) -> Node:
    """Return the node of an array of any whitelisted data type."""
    dtype = write_dtype(value.dtype)
    order = "F" if value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    shape = list(value.shape)
    if value.dtype.hasobject:
        if value.dtype.names is not None:
            raise Refused.because("dtype", dtype)
        return ["np.o", shape, encoder.items("l", value.ravel(order="C").tolist(), depth)]
    return ["np.a", dtype, shape, order, encoder.buffer(value.tobytes(order=order))]  # type: ignore[arg-type]


def read_array(decoder: Decoder, node: list[Node], depth: int) -> np.ndarray[Any, Any]:
    """Return the array of a node."""
    slot = decoder.reserve()
    dtype, shape = read_dtype(node[1]), _shape(node[2])
    data = decoder.buffer(node[4])
    if dtype.hasobject or node[3] not in ("C", "F") or _size(shape) * dtype.itemsize != len(data):
        raise Refused("an array whose size is not what it says")
    flat = np.frombuffer(data, dtype) if len(data) else np.empty(0, dtype)
    if not len(data) and _size(shape):  # texts of no length
        flat = np.zeros(_small(_size(shape)), dtype)
    _check(flat)
    value = flat.reshape(shape, order=node[3]).copy(order=node[3])
    decoder.fill(slot, value)
    return value


def _read_objects(decoder: Decoder, node: list[Node], depth: int) -> np.ndarray[Any, Any]:
    slot = decoder.reserve()
    shape, items = _shape(node[1]), decoder.items(node[2], depth)
    if _size(shape) != len(items):
        raise Refused("an array whose size is not what it says")
    flat = np.empty(len(items), object)
    for place, item in enumerate(items):
        flat[place] = item
    value = flat.reshape(shape)
    decoder.fill(slot, value)
    return value


def _shape(node: Node) -> tuple[int, ...]:
    shape = tuple(int_of(length) for length in node)
    if len(shape) > 32 or any(length < 0 for length in shape):
        raise Refused("a shape")
    return shape


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _small(size: int) -> int:
    if size > 1_000_000:
        raise Refused("an array of nothing, a million times")
    return size


def _check(flat: np.ndarray[Any, Any]) -> None:
    """Refuse bytes that are no value of their type: a truth beyond 0 and 1, a letter beyond Unicode."""
    if flat.dtype.names is not None:
        for name in flat.dtype.names:
            _check(np.ascontiguousarray(flat[name]))
    elif flat.dtype.kind == "b" and flat.size and flat.view(np.uint8).max() > 1:
        raise Refused("a truth value that is neither")
    elif flat.dtype.kind == "U" and flat.size and flat.dtype.itemsize:
        letters = flat.astype(flat.dtype.newbyteorder("="), copy=False).view(np.uint32)
        if letters.max() > 0x10FFFF or ((letters >= 0xD800) & (letters <= 0xDFFF)).any():
            raise Refused("a letter that is not Unicode")


def _masked(encoder: Encoder, value: Any, depth: int) -> Node:
    mask = np.ma.getmaskarray(value)
    parts = (np.asarray(value.data), mask, value.fill_value if value.dtype.names is None else None)
    return encoder.items("np.m", parts, depth)


def _read_masked(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slot = decoder.reserve()
    # To compare with a masked array is to compare with what it shows, which may be nothing.
    decoder.world.admit("masked")
    data, mask, fill_value = decoder.items(node, depth)
    return decoder.fill(slot, np.ma.MaskedArray(_array(data), _array(mask), fill_value=fill_value))


def _array(value: Any) -> np.ndarray[Any, Any]:
    if type(value) is not np.ndarray:
        raise Refused("no array where one must be")
    return value


def _matrix(encoder: Encoder, value: Any, depth: int) -> Node:
    return encoder.items("np.x", (np.asarray(value),), depth)


def _read_matrix(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slot = decoder.reserve()
    (data,) = decoder.items(node, depth)
    return decoder.fill(slot, np.asmatrix(_array(data)))


def _records(encoder: Encoder, value: Any, depth: int) -> Node:
    plain = np.dtype([(name, value.dtype[name]) for name in value.dtype.names])
    return encoder.items("np.r", (np.ascontiguousarray(value).view(np.ndarray).astype(plain),), depth)


def _read_records(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slot = decoder.reserve()
    (data,) = decoder.items(node, depth)
    return decoder.fill(slot, _array(data).view(np.recarray))


def _scalar(encoder: Encoder, value: Any, depth: int) -> Node:
    dtype = write_dtype(value.dtype)
    if value.dtype.kind in "fiub" and value.dtype.itemsize <= 8:
        return ["np.s", dtype, encoder.value(value.item(), depth + 1)]
    return ["np.v", write_array(encoder, np.asarray(value), depth)]


def _read_scalar(decoder: Decoder, node: list[Node], depth: int) -> Any:
    dtype = read_dtype(node[1])
    item = decoder.value(node[2], depth + 1)
    if type(item) not in (bool, int, float) or dtype.kind not in "fiub":
        raise Refused("a scalar")
    return dtype.type(item)


def _read_other_scalar(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slots = len(decoder._slots)
    array = read_array(decoder, node[1], depth)
    del decoder._slots[slots:]
    if array.shape != ():
        raise Refused("a scalar")
    return array[()]


def _write_dtype(encoder: Encoder, value: np.dtype[Any], depth: int) -> Node:
    return ["np.d", write_dtype(value)]


register("np.a", np.ndarray, write_array, read_array, shared=True)
register("np.o", np.ndarray, write_array, _read_objects, shared=True)
register("np.m", np.ma.MaskedArray, _masked, _read_masked, shared=True)
register("np.x", np.matrix, _matrix, _read_matrix, shared=True)
register("np.r", np.recarray, _records, _read_records, shared=True)
register("np.mc", type(np.ma.masked), lambda e, v, d: ["np.mc"], lambda c, n, d: np.ma.masked)
for _name in (
    "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "longlong",
    "ulonglong", "intc", "uintc", "float16", "float32", "float64", "longdouble", "complex64", "complex128",
    "clongdouble",
    "str_", "bytes_", "datetime64", "timedelta64",
):  # fmt: skip
    _type = getattr(np, _name)
    register("np.s", _type, _scalar, _read_scalar)
    CLASSES[f"{_type.__module__}.{kind_of_class(_type)}"] = _type
register("np.v", np.void, _scalar, _read_other_scalar)
for _type in {type(np.dtype(code)) for code in "?bhilqBHILQefdgFDGSUmMO"} | {type(np.dtype([("a", "i4")]))}:
    register("np.d", _type, _write_dtype, lambda c, n, d: read_dtype(n[1]))
for _type in (
    np.ndarray, np.ma.MaskedArray, np.matrix, np.recarray, np.generic, np.number, np.integer, np.floating,
    np.inexact, np.signedinteger, np.unsignedinteger, np.complexfloating, np.dtype, np.linalg.LinAlgError,
):  # fmt: skip
    CLASSES[f"{_type.__module__}.{kind_of_class(_type)}"] = _type


_SPARSE = {
    f"{form}_{noun}": form for form in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")
    for noun in ("matrix", "array")
}  # fmt: skip


def _sparse(encoder: Encoder, value: Any, depth: int) -> Node:
    entries = value.tocoo()
    parts = (list(value.shape), entries.data, entries.coords[0], entries.coords[1])
    return encoder.items("np.sp", (type(value).__name__, *parts), depth)


def _read_sparse(decoder: Decoder, node: list[Node], depth: int) -> Any:
    from scipy import sparse

    slot = decoder.reserve()
    name, shape, data, rows, columns = decoder.items(node, depth)
    form: Any = _SPARSE[name]
    whole = sparse.coo_array if name.endswith("array") else sparse.coo_matrix
    height, width = _shape(shape)
    entries = whole((_array(data), (_array(rows), _array(columns))), shape=(height, width))
    return decoder.fill(slot, entries.asformat(form))


def _register_sparse() -> None:
    from scipy import sparse

    for name in _SPARSE:
        register("np.sp", getattr(sparse, name), _sparse, _read_sparse, shared=True)


_register_sparse()
