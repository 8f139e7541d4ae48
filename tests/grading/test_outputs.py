"""Outputs made of what a process says, which may be anything."""

from __future__ import annotations

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste.grading.outputs import Outputs, cleaned
from klasteryste.grading.sandbox.wire import OUTPUTS, MalformedError
from tests.grading.sandbox.test_wire import JSON

PRINTED = {"type": "stream", "content": {"name": "stdout", "text": "a"}}


def notebook(count: int = 2) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1") for _ in range(count)])


def put_out(*messages: dict, kept: int = 100_000) -> list[nbformat.NotebookNode]:
    """Return the outputs that messages about one cell make."""
    made = notebook(1)
    outputs = Outputs(made, kept)
    outputs.begin(0)
    for message in messages:
        outputs.take(0, message)
    outputs.end(0, "more")
    nbformat.validate(made)
    return made.cells[0].outputs


def display(text: str, name: str | None = None, kind: str = "display_data") -> dict:
    transient = {"display_id": name} if name else {}
    content = {"data": {"text/plain": text}, "metadata": {}, "transient": transient}
    return {"type": kind, "content": content}


def test_every_kind_becomes_an_output():
    outputs = put_out(
        PRINTED,
        display("shown"),
        {
            "type": "execute_result",
            "content": {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 3},
        },
        {"type": "error", "content": {"ename": "E", "evalue": "v", "traceback": ["t"]}},
    )
    assert [each.output_type for each in outputs] == ["stream", "display_data", "execute_result", "error"]
    assert outputs[2].execution_count == 3


def test_what_is_printed_in_pieces_is_joined():
    error = {"type": "stream", "content": {"name": "stderr", "text": "b"}}
    outputs = put_out(PRINTED, PRINTED, error, PRINTED, display("x"), PRINTED, PRINTED)
    assert [each.get("text", "x") for each in outputs] == ["aa", "b", "a", "x", "aa"]


def test_outputs_are_cleared_and_displays_updated_as_in_jupyter():
    clear = {"type": "clear_output", "content": {"wait": True}}
    assert [each.text for each in put_out(PRINTED, clear, PRINTED)] == ["a"]
    outputs = put_out(display("old", "d"), display("new", "d", "update_display_data"))
    assert [each.data["text/plain"] for each in outputs] == ["new"]


def test_too_much_is_dropped_and_said():
    outputs = put_out(*[display("x" * 400) for _ in range(100)], kept=2000)
    assert [each.output_type for each in outputs] == ["display_data"] * 2 + ["stream"]
    assert outputs[-1].text == "\n[more]\n"
    assert put_out(None)[0].text == "\n[more]\n"


def test_very_many_empty_outputs_are_too_much_as_well():
    assert len(put_out(*[display("") for _ in range(10_000)], kept=100_000)) < 500


def test_all_cells_together_are_limited():
    made = notebook(50)
    outputs = Outputs(made, 1000)
    for index in range(50):
        outputs.begin(index)
        outputs.take(index, display("x" * 600))
        outputs.end(index, "more")
    assert sum(cell.outputs[0].output_type == "display_data" for cell in made.cells) < 15


@pytest.mark.parametrize(
    "message",
    [
        {}, {"type": "comm_open", "content": {}}, {"type": "stream", "content": []},
        {"type": "stream", "content": {"name": "stdout", "text": 1}},
        {"type": "error", "content": {"ename": "a", "evalue": "b", "traceback": "c"}},
        {"type": "display_data", "content": {"data": {"text/plain": {"a": 1}}}},
        {"type": "display_data", "content": {"data": {"no mime type": "x"}}},
        {"type": "display_data", "content": {"data": []}},
        {"type": "display_data", "content": {"data": {}, "metadata": 7}},
        {"type": "display_data", "content": {"data": {"a/json": eval("[" * 60 + "]" * 60)}}},
        {"type": ["stream"], "content": {}},
    ],
)  # fmt: skip
def test_what_no_kernel_sends_is_refused(message):
    with pytest.raises(MalformedError):
        cleaned(message)


def test_text_that_cannot_be_written_is_replaced():
    (output,) = put_out({"type": "stream", "content": {"name": "stdout", "text": "a\ud800b"}})
    assert output.text == "a?b"


def test_what_does_not_belong_is_left_out():
    kind, content = cleaned(
        {"type": "stream", "content": {"name": "etc/passwd", "text": "x", "more": 1}, "more": 1}
    )
    assert (kind, content) == ("stream", {"name": "stdout", "text": "x"})
    _, content = cleaned({"type": "execute_result", "content": {"data": {}, "execution_count": "1"}})
    assert content["execution_count"] is None


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(OUTPUTS),
                "content": st.fixed_dictionaries(
                    {},
                    optional={
                        "name": JSON,
                        "text": JSON,
                        "data": st.dictionaries(st.sampled_from(["text/plain", "a/json", "x"]), JSON),
                        "metadata": JSON,
                        "transient": st.fixed_dictionaries({"display_id": st.sampled_from(["a", "b"])}),
                        "wait": JSON,
                        "execution_count": JSON,
                        "ename": JSON,
                        "evalue": JSON,
                        "traceback": st.lists(st.text()),
                    },
                ),
            }
        ),
        max_size=8,
    )
)
def test_whatever_is_said_the_notebook_stays_one(messages):
    made = notebook()
    outputs = Outputs(made, 5000)
    for at, message in enumerate(messages):
        index = at % 2
        if at < 2:
            outputs.begin(index)
        try:
            outputs.take(index, message)
        except MalformedError:
            continue
    for index in (0, 1):
        outputs.end(index, "more")
    nbformat.validate(made)
    nbformat.writes(made).encode()
