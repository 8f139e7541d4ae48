"""matplotlib's figures across the boundary: rebuilt as figures that hold the same data.

A test of a figure looks at lines, bars, points, labels, limits, ticks and texts. Those cross, and the figure
that a test gets is a real one, on which every method works.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot
from matplotlib._pylab_helpers import Gcf
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, PathPatch, Polygon, Rectangle, Wedge
from matplotlib.path import Path
from matplotlib.text import Annotation, Text

from klasteryste.grading.boundary.codec import Decoder, Encoder, Node, Refused, int_of, register

_ARTISTS = 5_000
_SCALES = ("linear", "log", "symlog", "logit")


def _colour(value: Any) -> Any:
    """Return a colour as it was given: a name, or numbers."""
    try:
        rgba = mpl.colors.to_rgba(value)
        return value if type(value) is str else tuple(float(part) for part in rgba)
    except (ValueError, TypeError):
        return None


def _array(value: Any) -> Any:
    """Return data as an array of numbers that crosses, whatever the units were."""
    plain = np.ma.filled(np.ma.asarray(value), np.nan) if np.ma.isMaskedArray(value) else np.asarray(value)
    return plain if plain.dtype.kind in "fiubMmUSO" else np.asarray(plain, float)


# --- what an axes holds -------------------------------------------------------------------------------


def _line(line: Any) -> dict[str, Any]:
    return {
        "x": _array(line.get_xdata(orig=True)), "y": _array(line.get_ydata(orig=True)),
        "label": str(line.get_label()), "color": _colour(line.get_color()),
        "linestyle": str(line.get_linestyle()), "linewidth": float(line.get_linewidth()),
        "marker": str(line.get_marker()), "markersize": float(line.get_markersize()),
        "alpha": line.get_alpha(), "zorder": float(line.get_zorder()), "visible": bool(line.get_visible()),
    }  # fmt: skip


def _patch(patch: Any) -> dict[str, Any]:
    told = {
        "label": str(patch.get_label()), "facecolor": _colour(patch.get_facecolor()),
        "edgecolor": _colour(patch.get_edgecolor()), "linewidth": float(patch.get_linewidth()),
        "alpha": patch.get_alpha(), "hatch": patch.get_hatch(), "visible": bool(patch.get_visible()),
    }  # fmt: skip
    if isinstance(patch, Rectangle):
        size = (*patch.get_xy(), patch.get_width(), patch.get_height(), patch.angle)
        return told | {"sort": "rectangle", "size": [float(part) for part in size]}
    if isinstance(patch, Wedge):
        size = (*patch.center, patch.r, patch.theta1, patch.theta2)
        return told | {"sort": "wedge", "size": [float(part) for part in size]}
    if isinstance(patch, Circle):
        return told | {"sort": "circle", "size": [float(part) for part in (*patch.center, patch.radius)]}
    path = patch.get_path()
    sort = "polygon" if isinstance(patch, Polygon) else "path"
    return told | {"sort": sort, "points": np.asarray(path.vertices, float), "codes": path.codes}


def _collection(collection: Any) -> dict[str, Any]:
    array = collection.get_array()
    told: dict[str, Any] = {
        "label": str(collection.get_label()), "array": None if array is None else _array(array),
        "face": np.asarray(collection.get_facecolor(), float),
        "edge": np.asarray(collection.get_edgecolor(), float),
        "width": np.asarray(collection.get_linewidth(), float), "alpha": collection.get_alpha(),
        "visible": bool(collection.get_visible()), "cmap": collection.get_cmap().name,
        "clim": [None if part is None else float(part) for part in collection.get_clim()],
    }  # fmt: skip
    if isinstance(collection, QuadMesh):
        return told | {"sort": "mesh", "points": np.asarray(collection.get_coordinates(), float)}
    paths = [np.asarray(path.vertices, float) for path in collection.get_paths()]
    if isinstance(collection, PathCollection):
        points = _array(collection.get_offsets())
        sizes = np.asarray(collection.get_sizes(), float)
        return told | {"sort": "points", "points": points, "sizes": sizes, "paths": paths}
    if isinstance(collection, LineCollection):
        return told | {"sort": "lines", "paths": paths}
    return told | {"sort": "areas", "paths": paths}


def _text(text: Any) -> dict[str, Any]:
    told = {
        "x": text.get_position()[0], "y": text.get_position()[1], "text": str(text.get_text()),
        "size": float(text.get_fontsize()), "color": _colour(text.get_color()),
        "weight": text.get_fontweight(), "rotation": float(text.get_rotation()),
        "visible": bool(text.get_visible()),
    }  # fmt: skip
    if isinstance(text, Annotation):
        told["at"] = list(text.xy)
    return told


def _image(image: Any) -> dict[str, Any]:
    return {
        "data": _array(image.get_array()), "extent": [float(part) for part in image.get_extent()],
        "cmap": image.get_cmap().name, "clim": [float(part) for part in image.get_clim()],
        "origin": image.origin, "label": str(image.get_label()),
    }  # fmt: skip


def _axis(axis: Any) -> dict[str, Any]:
    return {
        "label": axis.get_label_text(), "scale": axis.get_scale(),
        "limits": [float(part) for part in axis.get_view_interval()],
        "ticks": np.asarray(axis.get_majorticklocs(), float), "fixed": _is_fixed(axis),
        "texts": [label.get_text() for label in axis.get_majorticklabels()],
        "visible": bool(axis.get_visible()), "grid": bool(axis._major_tick_kw.get("gridOn", False)),
        "inverted": bool(axis.get_inverted()),
    }  # fmt: skip


def _is_fixed(axis: Any) -> bool:
    formatter = type(axis.get_major_formatter()).__name__
    return formatter in ("FixedFormatter", "StrCategoryFormatter", "FuncFormatter")


def _axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    patches, lines = list(axes.patches), list(axes.lines)
    bars = [
        {
            "members": [patches.index(patch) for patch in container if patch in patches],
            "label": str(container.get_label()), "orientation": container.orientation,
        }
        for container in axes.containers if isinstance(container, BarContainer)
    ]  # fmt: skip
    return {
        "place": [float(part) for part in axes.get_position(original=True).bounds],
        "label": str(axes.get_label()),
        "titles": [axes.get_title(loc=place) for place in ("left", "center", "right")],
        "x": _axis(axes.xaxis), "y": _axis(axes.yaxis), "frame": bool(axes.axison),
        "aspect": axes.get_aspect() if isinstance(axes.get_aspect(), str) else float(axes.get_aspect()),
        "lines": [_line(line) for line in lines], "patches": [_patch(patch) for patch in patches],
        "collections": [_collection(collection) for collection in axes.collections],
        "images": [_image(image) for image in axes.images if isinstance(image, AxesImage)],
        "texts": [_text(text) for text in axes.texts], "bars": bars,
        "errors": sum(isinstance(container, ErrorbarContainer) for container in axes.containers),
        "legend": None if legend is None else {
            "texts": [text.get_text() for text in legend.get_texts()], "title": legend.get_title().get_text(),
        },
        "visible": bool(axes.get_visible()),
    }  # fmt: skip


def _figure(encoder: Encoder, figure: Any, depth: int) -> Node:
    told = {
        "size": [float(part) for part in figure.get_size_inches()], "dpi": float(figure.dpi),
        "title": figure.get_suptitle(), "xlabel": figure.get_supxlabel(), "ylabel": figure.get_supylabel(),
        "axes": [_axes(axes) for axes in figure.axes], "texts": [_text(text) for text in figure.texts],
        "colour": _colour(figure.get_facecolor()),
    }  # fmt: skip
    return ["mpl.f", encoder.value(told, depth + 1)]


# --- the same, from what was told ---------------------------------------------------------------------


def _read_figure(decoder: Decoder, node: list[Node], depth: int) -> Any:
    slot = decoder.reserve()
    told = decoder.value(node[1], depth + 1)
    figure = Figure(figsize=tuple(told["size"]), dpi=min(float(told["dpi"]), 600))
    figure.set_facecolor(told["colour"] or "white")
    if (
        sum(len(axes[kind]) for axes in told["axes"] for kind in ("lines", "patches", "collections"))
        > _ARTISTS
    ):
        raise Refused("a figure with too many parts")
    for axes in told["axes"]:
        _draw(figure.add_axes(axes["place"], label=str(axes["label"])), axes)
    for put, text in ((figure.suptitle, "title"), (figure.supxlabel, "xlabel"), (figure.supylabel, "ylabel")):
        if told[text]:
            put(str(told[text]))
    shown = {told["title"], told["xlabel"], told["ylabel"]}
    for text in told["texts"]:
        if text["text"] not in shown:
            figure.text(text["x"], text["y"], str(text["text"]))
    return decoder.fill(slot, figure)


def _draw(axes: Any, told: dict[str, Any]) -> None:
    for way, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if told[way]["scale"] not in _SCALES:
            raise Refused("a scale")
        getattr(axes, f"set_{way}scale")(told[way]["scale"])
        axis.set_visible(told[way]["visible"])
    for line in told["lines"]:
        axes.add_line(
            Line2D(
                line["x"], line["y"], label=line["label"], color=line["color"] or "none",
                linestyle=line["linestyle"], linewidth=line["linewidth"], marker=_marker(line["marker"]),
                markersize=line["markersize"], alpha=line["alpha"], zorder=line["zorder"],
                visible=line["visible"],
            )
        )  # fmt: skip
    patches = [axes.add_patch(_read_patch(patch)) for patch in told["patches"]]
    for bar in told["bars"]:
        members = [patches[int_of(place)] for place in bar["members"]]
        axes.add_container(BarContainer(members, label=bar["label"], orientation=bar["orientation"]))
    for collection in told["collections"]:
        axes.add_collection(_read_collection(collection), autolim=False)
    for image in told["images"]:
        shown = axes.imshow(
            image["data"],
            extent=image["extent"],
            cmap=_cmap(image["cmap"]),
            origin=image["origin"],
            aspect="auto",
        )
        shown.set_clim(*image["clim"])
        shown.set_label(image["label"])
    for text in told["texts"]:
        options = {
            "fontsize": text["size"], "color": text["color"], "rotation": text["rotation"],
            "weight": text["weight"], "visible": text["visible"],
        }  # fmt: skip
        if "at" in text:
            axes.annotate(str(text["text"]), tuple(text["at"]), (text["x"], text["y"]), **options)
        else:
            axes.text(text["x"], text["y"], str(text["text"]), **options)
    for title, place in zip(told["titles"], ("left", "center", "right"), strict=True):
        axes.set_title(str(title), loc=place)
    axes.set_aspect(told["aspect"])
    axes.set_xlabel(str(told["x"]["label"]))
    axes.set_ylabel(str(told["y"]["label"]))
    axes.set_xlim(*told["x"]["limits"])
    axes.set_ylim(*told["y"]["limits"])
    for way in ("x", "y"):
        ticks = told[way]["ticks"]
        if told[way]["fixed"] and len(told[way]["texts"]) == len(ticks):
            getattr(axes, f"set_{way}ticks")(ticks, [str(text) for text in told[way]["texts"]])
        else:
            getattr(axes, f"set_{way}ticks")(ticks)
        if told[way]["grid"]:
            axes.grid(True, axis=way)
    axes.set_xlim(*told["x"]["limits"])
    axes.set_ylim(*told["y"]["limits"])
    if told["legend"] is not None:
        texts = [str(text) for text in told["legend"]["texts"]]
        legend = axes.legend(handles=[Line2D([], [], label=text) for text in texts], labels=texts)
        legend.set_title(str(told["legend"]["title"]))
    if not told["frame"]:
        axes.set_axis_off()
    axes.set_visible(told["visible"])


def _marker(marker: str) -> str:
    return marker if marker in Line2D.markers else "None"


def _cmap(name: str) -> str:
    return name if name in mpl.colormaps else "viridis"


def _read_patch(told: dict[str, Any]) -> Patch:
    options = {
        "label": told["label"], "facecolor": told["facecolor"] or "none",
        "edgecolor": told["edgecolor"] or "none", "linewidth": told["linewidth"], "alpha": told["alpha"],
        "visible": told["visible"], "hatch": told["hatch"],
    }  # fmt: skip
    if told["sort"] == "rectangle":
        x, y, width, height, angle = told["size"]
        return Rectangle((x, y), width, height, angle=angle, **options)
    if told["sort"] == "wedge":
        x, y, radius, begin, end = told["size"]
        return Wedge((x, y), radius, begin, end, **options)
    if told["sort"] == "circle":
        x, y, radius = told["size"]
        return Circle((x, y), radius, **options)
    if told["sort"] == "polygon":
        return Polygon(told["points"], **options)
    return PathPatch(Path(told["points"], told["codes"]), **options)


def _read_collection(told: dict[str, Any]) -> Any:
    options = {"label": told["label"], "linewidths": told["width"], "alpha": told["alpha"]}
    if told["sort"] == "points":
        collection: Any = PathCollection(
            [Path(points) for points in told["paths"]], told["sizes"], offsets=told["points"], **options
        )
    elif told["sort"] == "lines":
        collection = LineCollection(told["paths"], **options)
    elif told["sort"] == "mesh":
        collection = QuadMesh(told["points"], label=told["label"])
    else:
        collection = PolyCollection(told["paths"], **options)
    collection.set_facecolor(told["face"])
    collection.set_edgecolor(told["edge"])
    collection.set_cmap(_cmap(told["cmap"]))
    if told["array"] is not None:
        collection.set_array(told["array"])
        collection.set_clim(*told["clim"])
    collection.set_visible(told["visible"])
    return collection


def redraw(old: Any, new: Any) -> None:
    """Make a figure or an axes what another is."""
    if isinstance(old, Axes):
        told = _axes(new)
        old.clear()
        _draw(old, told)
        return
    if len(old.axes) != len(new.axes):
        old.clear()
        for axes in new.axes:
            old.add_axes(axes.get_position(original=True).bounds)
    for before, after in zip(old.axes, new.axes, strict=True):
        redraw(before, after)
    if new.get_suptitle():
        old.suptitle(new.get_suptitle())


def adopt(figures: list[Any]) -> None:
    """Make figures those that pyplot has open, the last one current."""
    pyplot.close("all")
    for number, figure in enumerate(figures, start=1):
        if not isinstance(figure, Figure):
            raise Refused("no figure where one must be")
        Gcf._set_new_active_manager(FigureCanvasAgg.new_manager(figure, number))


# --- an axes, or a part of one, crosses with its figure -----------------------------------------------


def _write_axes(encoder: Encoder, axes: Any, depth: int) -> Node:
    return ["mpl.a", encoder.value(axes.figure, depth + 1), axes.figure.axes.index(axes)]


def _read_axes(decoder: Decoder, node: list[Node], depth: int) -> Any:
    figure = decoder.value(node[1], depth + 1)
    if not isinstance(figure, Figure):
        raise Refused("an axes without a figure")
    return figure.axes[int_of(node[2])]


def _write_artist(encoder: Encoder, artist: Any, depth: int) -> Node:
    axes = artist.axes if hasattr(artist, "axes") else None
    if axes is None:
        raise Refused("a part of no figure")
    for name in ("lines", "patches", "collections", "images", "texts"):
        members = list(getattr(axes, name))
        if artist in members:
            return ["mpl.p", encoder.value(axes, depth + 1), name, members.index(artist)]
    raise Refused("a part of a figure that does not cross")


def _read_artist(decoder: Decoder, node: list[Node], depth: int) -> Any:
    axes = decoder.value(node[1], depth + 1)
    if not isinstance(axes, Axes) or node[2] not in ("lines", "patches", "collections", "images", "texts"):
        raise Refused("a part of no figure")
    return getattr(axes, node[2])[int_of(node[3])]


def _write_bars(encoder: Encoder, bars: Any, depth: int) -> Node:
    axes = bars[0].axes if len(bars) else None
    if axes is None:
        raise Refused("bars of no figure")
    return ["mpl.b", encoder.value(axes, depth + 1), axes.containers.index(bars)]


def _read_bars(decoder: Decoder, node: list[Node], depth: int) -> Any:
    axes = decoder.value(node[1], depth + 1)
    if not isinstance(axes, Axes):
        raise Refused("bars of no figure")
    return axes.containers[int_of(node[2])]


register("mpl.f", Figure, _figure, _read_figure, shared=True)
register("mpl.a", Axes, _write_axes, _read_axes)
for _type in (
    Line2D, Rectangle, Wedge, Circle, Polygon, PathPatch, PathCollection, PolyCollection, LineCollection,
    QuadMesh, AxesImage, Text, Annotation,
):  # fmt: skip
    register("mpl.p", _type, _write_artist, _read_artist)
register("mpl.b", BarContainer, _write_bars, _read_bars)
