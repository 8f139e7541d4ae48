"""pandas' tables, columns, indexes and scalars across the boundary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api import extensions

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
from klasteryste.grading.boundary.plain import read_tz, write_tz

_UNITS = ("s", "ms", "us", "ns")


# --- arrays: what a column or an index holds ----------------------------------------------------------


def _values(encoder: Encoder, data: Any, depth: int) -> Node:
    """Return the node of the values of a column or an index."""
    if isinstance(data, np.ndarray):
        return ["n", encoder.value(np.asarray(data), depth + 1)]
    write = _WRITERS.get(type(data.dtype))
    if write is None:
        if isinstance(data, extensions.ExtensionArray) and isinstance(data.to_numpy(), np.ndarray):
            return write_masked(encoder, data, depth)
        raise Refused.because("dtype", data.dtype)
    return write(encoder, data, depth)


def _read_values(decoder: Decoder, node: Node, depth: int) -> Any:
    if type(node) is not list or not node or node[0] not in _READERS:
        raise Refused("a column")
    return _READERS[node[0]](decoder, node, depth)


def _numpy(decoder: Decoder, node: list[Node], depth: int) -> Any:
    value = decoder.value(node[1], depth + 1)
    if type(value) is not np.ndarray or value.ndim != 1:
        raise Refused("a column that is no array")
    return value


def _write_categorical(encoder: Encoder, data: Any, depth: int) -> Node:
    categories = write_index(encoder, data.categories, depth + 1)
    return ["c", categories, encoder.value(np.asarray(data.codes), depth + 1), bool(data.ordered)]


def _read_categorical(decoder: Decoder, node: list[Node], depth: int) -> Any:
    categories = read_index(decoder, node[1], depth + 1)
    codes = _numpy(decoder, ["n", node[2]], depth)
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories, bool(node[3])))


def _write_times(encoder: Encoder, data: Any, depth: int) -> Node:
    zone = write_tz(data.dtype.tz) if isinstance(data.dtype, pd.DatetimeTZDtype) else None
    plain = np.asarray(data.tz_convert(None) if zone is not None else data)
    return ["t", encoder.value(plain, depth + 1), zone]


def _read_times(decoder: Decoder, node: list[Node], depth: int) -> Any:
    plain = _numpy(decoder, ["n", node[1]], depth)
    if plain.dtype.kind not in "mM":
        raise Refused("a column of times")
    zone = read_tz(node[2])
    data = pd.array(plain)
    return data if zone is None else data.tz_localize("UTC").tz_convert(zone)


def _write_periods(encoder: Encoder, data: Any, depth: int) -> Node:
    return ["p", encoder.value(data.asi8, depth + 1), data.freqstr]


def _read_periods(decoder: Decoder, node: list[Node], depth: int) -> Any:
    ordinals = _numpy(decoder, ["n", node[1]], depth)
    return pd.PeriodIndex.from_ordinals(ordinals.astype("i8"), freq=text_of(node[2])).array  # type: ignore[attr-defined]


def _write_intervals(encoder: Encoder, data: Any, depth: int) -> Node:
    return [
        "v", write_index(encoder, pd.Index(data.left), depth + 1),
        write_index(encoder, pd.Index(data.right), depth + 1), data.closed,
    ]  # fmt: skip


def _read_intervals(decoder: Decoder, node: list[Node], depth: int) -> Any:
    left, right = read_index(decoder, node[1], depth + 1), read_index(decoder, node[2], depth + 1)
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=text_of(node[3]))  # type: ignore[arg-type]


def write_masked(encoder: Encoder, data: Any, depth: int) -> Node:
    """Return the node of whole numbers, numbers or truths of which some are missing."""
    name = str(data.dtype)
    if name not in _MASKED:
        raise Refused.because("dtype", data.dtype)
    mask = np.asarray(data.isna())
    plain = data.to_numpy(_MASKED[name], na_value=0)
    return ["m", name, encoder.value(plain, depth + 1), encoder.value(mask, depth + 1)]


def _read_masked(decoder: Decoder, node: list[Node], depth: int) -> Any:
    plain, mask = _numpy(decoder, ["n", node[2]], depth), _numpy(decoder, ["n", node[3]], depth)
    if plain.dtype != np.dtype(_MASKED[text_of(node[1])]) or mask.dtype != bool or len(mask) != len(plain):
        raise Refused("a column with gaps")
    kind_ = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}.get(
        plain.dtype.kind, pd.arrays.IntegerArray
    )
    return kind_(plain, mask)


_MASKED = {
    "boolean": "bool", "Int8": "int8", "Int16": "int16", "Int32": "int32", "Int64": "int64", "UInt8": "uint8",
    "UInt16": "uint16", "UInt32": "uint32", "UInt64": "uint64", "Float32": "float32", "Float64": "float64",
}  # fmt: skip


def _write_texts(encoder: Encoder, data: Any, depth: int) -> Node:
    texts = [None if pd.isna(text) else text for text in data]
    return ["s", encoder.items("l", texts, depth), data.dtype.storage, data.dtype.na_value is pd.NA]


def _read_texts(decoder: Decoder, node: list[Node], depth: int) -> Any:
    texts = decoder.items(node[1], depth)
    if node[2] not in ("python", "pyarrow") or any(type(text) not in (str, type(None)) for text in texts):
        raise Refused("a column of texts")
    dtype = pd.StringDtype(node[2], na_value=pd.NA if node[3] is True else np.nan)
    return pd.array(texts, dtype=dtype)


_WRITERS: dict[type, Any] = {
    pd.CategoricalDtype: _write_categorical,
    pd.DatetimeTZDtype: _write_times,
    pd.PeriodDtype: _write_periods,
    pd.IntervalDtype: _write_intervals,
    pd.StringDtype: _write_texts,
    **{type(np.dtype(code)): _write_times for code in ("M8[ns]", "m8[ns]")},
}
_READERS: dict[str, Any] = {
    "n": _numpy,
    "c": _read_categorical,
    "t": _read_times,
    "p": _read_periods,
    "v": _read_intervals,
    "m": _read_masked,
    "s": _read_texts,
}


# --- indexes ------------------------------------------------------------------------------------------


def write_index(encoder: Encoder, value: Any, depth: int) -> Node:
    """Return the node of an index of any kind."""
    if isinstance(value, pd.RangeIndex):
        return ["pd.r", value.start, value.stop, value.step, encoder.value(value.name, depth + 1)]
    if isinstance(value, pd.MultiIndex):
        names = encoder.items("l", value.names, depth)
        levels = [write_index(encoder, level, depth + 1) for level in value.levels]
        return ["pd.m", names, levels, [encoder.value(np.asarray(codes), depth + 1) for codes in value.codes]]
    frequency = getattr(value, "freq", None)
    steps = None if frequency is None or isinstance(value, pd.PeriodIndex) else frequency.freqstr
    data = value.array if isinstance(value.array, extensions.ExtensionArray) else value.to_numpy()
    data = value.to_numpy() if type(data).__name__ == "NumpyExtensionArray" else data
    return ["pd.i", _values(encoder, data, depth), encoder.value(value.name, depth + 1), steps]


def read_index(decoder: Decoder, node: Node, depth: int) -> Any:
    """Return the index of a node."""
    value = decoder.value(node, depth)
    if not isinstance(value, pd.Index):
        raise Refused("no index where one must be")
    return value


def _read_range(decoder: Decoder, node: list[Node], depth: int) -> Any:
    start, stop, step = (int_of(part) for part in node[1:4])
    return pd.RangeIndex(start, stop, step, name=decoder.value(node[4], depth + 1))


def _read_multi(decoder: Decoder, node: list[Node], depth: int) -> Any:
    names = decoder.items(node[1], depth)
    levels = [read_index(decoder, level, depth + 1) for level in node[2]]
    codes = [_numpy(decoder, ["n", part], depth) for part in node[3]]
    return pd.MultiIndex(levels, codes, names=names)


def _read_index(decoder: Decoder, node: list[Node], depth: int) -> Any:
    values = _read_values(decoder, node[1], depth)
    dtype = values.dtype if isinstance(values, np.ndarray) else None
    index = pd.Index(values, dtype=dtype, name=decoder.value(node[2], depth + 1))
    if node[3] is not None:
        if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
            raise Refused("steps of what is no time")
        index.freq = pd.tseries.frequencies.to_offset(text_of(node[3]))  # type: ignore[misc]
    return index


# --- columns and tables -------------------------------------------------------------------------------


def _write_series(encoder: Encoder, value: Any, depth: int) -> Node:
    return [
        "pd.s", write_index(encoder, value.index, depth + 1), _values(encoder, _data(value), depth),
        encoder.value(value.name, depth + 1), encoder.value(dict(value.attrs), depth + 1),
    ]  # fmt: skip


def _data(column: Any) -> Any:
    return column.to_numpy() if type(column.array).__name__ == "NumpyExtensionArray" else column.array


def _read_series(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slot = decoder.reserve()
    index, values = read_index(decoder, node[1], depth + 1), _read_values(decoder, node[2], depth)
    if len(index) != len(values):
        raise Refused("a column that is longer or shorter than its index")
    dtype = values.dtype if isinstance(values, np.ndarray) else None
    value = pd.Series(values, index=index, dtype=dtype, name=decoder.value(node[3], depth + 1))
    attributes = decoder.value(node[4], depth + 1)
    if attributes:
        value.attrs = attributes
    return decoder.fill(slot, value)


def _write_frame(encoder: Encoder, value: Any, depth: int) -> Node:
    index, columns = (
        write_index(encoder, value.index, depth + 1),
        write_index(encoder, value.columns, depth + 1),
    )
    dtypes = set(value.dtypes)
    data: Node
    if len(dtypes) == 1 and isinstance(next(iter(dtypes)), np.dtype) and next(iter(dtypes)).kind in "fiub":
        data = ["one", encoder.value(value.to_numpy(), depth + 1)]
    else:
        data = ["each", *(_values(encoder, _data(column), depth) for _, column in value.items())]
    return ["pd.f", index, columns, data, encoder.value(dict(value.attrs), depth + 1)]


def _read_frame(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slot = decoder.reserve()
    index, columns = read_index(decoder, node[1], depth + 1), read_index(decoder, node[2], depth + 1)
    kind_of_data, *parts = node[3]
    if kind_of_data == "one":
        data = decoder.value(parts[0], depth + 1)
        if type(data) is not np.ndarray or data.shape != (len(index), len(columns)):
            raise Refused("a table that is not as large as it says")
        value = pd.DataFrame(data, index=index, columns=columns)
    else:
        each = [_read_values(decoder, part, depth) for part in parts]
        if len(each) != len(columns) or any(len(column) != len(index) for column in each):
            raise Refused("a table that is not as large as it says")
        # Through columns with a type of their own: pandas would guess another for texts and times.
        whole = {
            place: pd.Series(
                column, index=index, dtype=column.dtype if isinstance(column, np.ndarray) else None
            )
            for place, column in enumerate(each)
        }
        value = pd.DataFrame(whole, index=index)
        value.columns = columns
    attributes = decoder.value(node[4], depth + 1)
    if attributes:
        value.attrs = attributes
    return decoder.fill(slot, value)


# --- scalars ------------------------------------------------------------------------------------------


def _write_time(encoder: Encoder, value: Any, depth: int) -> Node:
    return ["pd.t", value.as_unit(value.unit)._value, value.unit, write_tz(value.tzinfo), value.fold]


def _read_time(decoder: Decoder, node: list[Node], depth: int) -> Any:
    if node[2] not in _UNITS:
        raise Refused("a time")
    plain = pd.Timestamp(np.datetime64(int_of(node[1]), node[2]))
    zone = read_tz(node[3])
    return plain if zone is None else plain.tz_localize("UTC").tz_convert(zone)


def _write_span(encoder: Encoder, value: Any, depth: int) -> Node:
    return ["pd.d", value._value, value.unit]


def _read_span(decoder: Decoder, node: list[Node], depth: int) -> Any:
    if node[2] not in _UNITS:
        raise Refused("a span of time")
    return pd.Timedelta(np.timedelta64(int_of(node[1]), node[2]))


def _read_interval(decoder: Decoder, node: list[Node], depth: int) -> Any:
    left, right, closed = decoder.items(node, depth)
    return pd.Interval(left, right, closed)


def _write_dtype(encoder: Encoder, value: Any, depth: int) -> Node:
    """Return the node of a type of columns: an empty column of it."""
    return ["pd.y", _values(encoder, pd.Series([], dtype=value).array, depth)]


def _read_dtype(decoder: Decoder, node: list[Node], depth: int) -> Any:
    return _read_values(decoder, node[1], depth).dtype


register("pd.s", pd.Series, _write_series, _read_series, shared=True)
register("pd.f", pd.DataFrame, _write_frame, _read_frame, shared=True)
register("pd.r", pd.RangeIndex, write_index, _read_range)
register("pd.m", pd.MultiIndex, write_index, _read_multi)
for _type in (
    pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.IntervalIndex, pd.CategoricalIndex,
):  # fmt: skip
    register("pd.i", _type, write_index, _read_index)
register("pd.t", pd.Timestamp, _write_time, _read_time)
register("pd.d", pd.Timedelta, _write_span, _read_span)
register("pd.p", pd.Period, lambda e, v, d: ["pd.p", v.ordinal, v.freqstr],
         lambda c, n, d: pd.Period(ordinal=int_of(n[1]), freq=text_of(n[2])))  # fmt: skip
register("pd.v", pd.Interval, lambda e, v, d: e.items("pd.v", (v.left, v.right, v.closed), d), _read_interval)
register("pd.nat", type(pd.NaT), lambda e, v, d: ["pd.nat"], lambda c, n, d: pd.NaT)
register("pd.na", type(pd.NA), lambda e, v, d: ["pd.na"], lambda c, n, d: pd.NA)
_TYPES: list[Any] = [
    "str", "string", "datetime64[ns]", "timedelta64[ns]", "category", "period[D]", "interval[int64]",
    "datetime64[ns, UTC]", *_MASKED,
]  # fmt: skip
for _array_type in {type(pd.array([], dtype=name)) for name in _TYPES}:
    register(
        "pd.a",
        _array_type,
        lambda e, v, d: ["pd.a", _values(e, v, d)],
        lambda c, n, d: _read_values(c, n[1], d),
    )
for _dtype in (
    pd.CategoricalDtype, pd.DatetimeTZDtype, pd.PeriodDtype, pd.IntervalDtype, pd.StringDtype,
    *(type(pd.array([], dtype=name).dtype) for name in _TYPES[-len(_MASKED) :]),
):  # fmt: skip
    register("pd.y", _dtype, _write_dtype, _read_dtype)
_CLASSES: list[type] = [
    pd.Series, pd.DataFrame, pd.Index, pd.RangeIndex, pd.MultiIndex, pd.DatetimeIndex, pd.CategoricalIndex,
    pd.IntervalIndex, pd.PeriodIndex, pd.TimedeltaIndex, pd.Timestamp, pd.Timedelta, pd.Period, pd.Interval,
    pd.Categorical, pd.CategoricalDtype, pd.StringDtype, pd.Int64Dtype, pd.Float64Dtype, pd.BooleanDtype,
]  # fmt: skip
for _class in _CLASSES:
    CLASSES[f"{_class.__module__}.{kind_of_class(_class)}"] = _class
