"""networkx' graphs across the boundary."""

from __future__ import annotations

from typing import Any

import networkx as nx

from klasteryste.grading.boundary.codec import (
    CLASSES,
    Decoder,
    Encoder,
    Node,
    Refused,
    kind_of_class,
    register,
)

_KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph)
}


def _write(encoder: Encoder, graph: Any, depth: int) -> Node:
    nodes = [part for node, data in graph.nodes(data=True) for part in (node, dict(data))]
    edges: list[Any] = []
    if graph.is_multigraph():
        for tail, head, key, data in graph.edges(keys=True, data=True):
            edges += (tail, head, key, dict(data))
    else:
        for tail, head, data in graph.edges(data=True):
            edges += (tail, head, dict(data))
    return [
        "nx.g", type(graph).__name__, encoder.value(dict(graph.graph), depth + 1),
        encoder.items("l", nodes, depth), encoder.items("l", edges, depth),
    ]  # fmt: skip


def _read(decoder: Decoder, node: list[Node], depth: int) -> Any:
    graph = decoder.fill(decoder.reserve(), _KINDS[node[1]]())
    attributes = decoder.value(node[2], depth + 1)
    nodes, edges = decoder.items(node[3], depth), decoder.items(node[4], depth)
    if type(attributes) is not dict or any(type(data) is not dict for data in nodes[1::2]):
        raise Refused("a graph")
    graph.graph.update(attributes)
    graph.add_nodes_from(zip(nodes[::2], nodes[1::2], strict=True))
    if len(graph) != len(nodes) // 2:
        raise Refused("a graph with a node that comes twice")
    width = 4 if graph.is_multigraph() else 3
    rows = list(zip(*(edges[place::width] for place in range(width)), strict=True)) if edges else []
    if any(tail not in graph or head not in graph or type(data) is not dict for tail, head, *_, data in rows):
        raise Refused("a graph")
    graph.add_edges_from(rows)
    if graph.number_of_edges() != len(rows):
        raise Refused("a graph with an edge that comes twice")
    return graph


_VIEWS: dict[str, Any] = {}


def _write_view(encoder: Encoder, view: Any, depth: int) -> Node:
    return ["nx.v", type(view).__name__, encoder.value(view._graph, depth + 1)]


def _read_view(decoder: Decoder, node: list[Node], depth: int) -> Any:
    graph = decoder.value(node[2], depth + 1)
    view = _VIEWS[node[1]]
    if type(graph) not in _KINDS.values():
        raise Refused("a view of what is no graph")
    return view(graph)


def _write_nodes(encoder: Encoder, view: Any, depth: int) -> Node:
    parts = [part for node, data in view._nodes.items() for part in (node, dict(data))]
    return ["nx.n", encoder.items("l", parts, depth)]


def _read_nodes(decoder: Decoder, node: list[Node], depth: int) -> Any:
    parts = decoder.items(node[1], depth)
    graph = nx.Graph()
    graph.add_nodes_from(zip(parts[::2], parts[1::2], strict=True))
    return graph.nodes


for _type in _KINDS.values():
    register("nx.g", _type, _write, _read, shared=True)
    CLASSES[f"{_type.__module__}.{kind_of_class(_type)}"] = _type
register("nx.n", type(nx.Graph().nodes), _write_nodes, _read_nodes)
for _graph in (nx.Graph(), nx.DiGraph(), nx.MultiGraph(), nx.MultiDiGraph()):
    for _view in (
        _graph.edges,
        _graph.degree,
        getattr(_graph, "in_degree", None),
        getattr(_graph, "out_degree", None),
    ):
        if _view is not None:
            _VIEWS[type(_view).__name__] = type(_view)
            register("nx.v", type(_view), _write_view, _read_view)
# `G.nodes(data=True)`, `G.edges(data=True)` and the like hold pairs and triples, and are compared as lists.
for _type in {
    type(_graph.edges(data=True)) for _graph in (nx.Graph(), nx.DiGraph(), nx.MultiGraph(), nx.MultiDiGraph())
} | {type(nx.Graph().nodes(data=True))}:  # fmt: skip
    register("nx.l", _type, lambda e, v, d: e.items("nx.l", v, d), lambda c, n, d: c.items(n, d))
for _name in ("NetworkXError", "NetworkXNoPath", "NodeNotFound", "NetworkXNotImplemented"):
    CLASSES[f"networkx.exception.{_name}"] = getattr(nx, _name)
