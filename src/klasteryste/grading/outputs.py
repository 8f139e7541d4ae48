"""What a process says that a cell put out, made into a notebook's outputs; none of it is taken on trust."""

from __future__ import annotations

import itertools
import re
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_output

from klasteryste.grading.sandbox.wire import OUTPUTS, MalformedError

_MIME_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,120}")
_OVERHEAD = 200
"""What a message takes besides its content, in bytes, so that very many empty ones are too much as well."""
_DEPTH = 50
"""How deep JSON may be nested."""
_CELLS = 10
"""How many cells may put out as much as a cell may."""


class Outputs:
    """Puts the messages about a notebook's cells into its outputs, as nbclient does with a kernel's.

    Parameters
    ----------
    notebook : NotebookNode
        Its cells' outputs are changed in place.
    kept : int
        How many bytes are kept of a cell's outputs; what comes after that is dropped.
    """

    def __init__(self, notebook: NotebookNode, kept: int) -> None:
        self._client = NotebookClient(notebook)
        self._notebook = notebook
        self._kept = kept
        self._left = _CELLS * kept
        self._size = 0
        self._dropped = False

    def begin(self, index: int) -> None:
        """Begin with a cell."""
        self._notebook.cells[index].outputs = []
        self._client.clear_before_next_output = False
        self._size = 0
        self._dropped = False

    def take(self, index: int, message: dict[str, Any] | None) -> None:
        """Add what a message says to a cell's outputs; None stands for a message too long to be read.

        Raises
        ------
        MalformedError
            If it is none that a kernel sends.
        """
        if message is None:
            self._dropped = True
            return
        kind, content = cleaned(message)
        size = _OVERHEAD + _size(content)
        if self._size + size > self._kept or size > self._left:
            self._dropped = True
            return
        self._size += size
        self._left -= size
        said = {"msg_type": kind, "header": {"msg_type": kind}, "parent_header": {}, "content": content}
        try:
            self._client.process_message(said, self._notebook.cells[index], index)
        except Exception as error:
            raise MalformedError(f"an output that nbclient cannot take: {error}") from error

    def end(self, index: int, remark: str) -> None:
        """End with a cell: join what was printed in pieces, and say so if something was dropped."""
        cell = self._notebook.cells[index]
        joined: list[NotebookNode] = []
        for name, group in itertools.groupby(cell.outputs, lambda each: each.get("name")):
            outputs = list(group)
            if name is None or len(outputs) == 1:
                joined += outputs
            else:
                joined.append(new_output("stream", name=name, text="".join(each.text for each in outputs)))
        cell.outputs[:] = joined
        if self._dropped:
            cell.outputs.append(new_output("stream", name="stdout", text=f"\n[{remark}]\n"))


def cleaned(message: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the kind and the content of a message, with only what belongs there.

    Raises
    ------
    MalformedError
        If it is no message about an output.
    """
    kind, content = message.get("type"), message.get("content")
    if kind not in OUTPUTS or not isinstance(content, dict):
        raise MalformedError(f"a message of kind {kind!r}"[:80])
    if kind == "stream":
        name = content.get("name")
        return kind, {"name": "stderr" if name == "stderr" else "stdout", "text": _text(content.get("text"))}
    if kind == "error":
        return kind, {
            "ename": _text(content.get("ename")),
            "evalue": _text(content.get("evalue")),
            "traceback": [_text(line) for line in _list(content.get("traceback"))],
        }
    if kind == "clear_output":
        return kind, {"wait": content.get("wait") is True}
    data = {mime: _shown(mime, value) for mime, value in _dict(content.get("data")).items()}
    kept: dict[str, Any] = {"data": data, "metadata": _plain(_dict(content.get("metadata") or {}))}
    if kind == "execute_result":
        count = content.get("execution_count")
        kept["execution_count"] = count if type(count) is int and 0 <= count < 1 << 31 else None
    name = _dict(content.get("transient") or {}).get("display_id")
    if isinstance(name, str):
        kept["transient"] = {"display_id": name}
    return kind, kept


def _shown(mime: str, value: Any) -> Any:
    if not _MIME_TYPE.fullmatch(mime):
        raise MalformedError("a kind of data that is none")
    return _plain(value) if mime.endswith("json") else _text(value)


def _plain(value: Any, depth: int = 0) -> Any:
    """Return JSON whose every text can be written."""
    if depth > _DEPTH:
        raise MalformedError("data nested too deep")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, depth + 1) for each in value]
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedError("no text where text belongs")
    return value.encode(errors="replace").decode()


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedError("no list where a list belongs")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError("no object where an object belongs")
    return value


def _size(value: Any) -> int:
    """Return about how many bytes a value takes."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return 64 + sum(len(key) + _size(each) for key, each in value.items())
    if isinstance(value, list):
        return 64 + sum(map(_size, value))
    return 8
