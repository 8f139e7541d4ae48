"""The student's shell against a Jupyter kernel: the same cells, the same outputs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from klasteryste.grading.outputs import Outputs
from klasteryste.grading.sandbox.namespaces import WORK
from klasteryste.grading.sandbox.slot import Zygote

from .conftest import SMALL, Cells

CELLS = (
    "1 + 1",
    "_ + _1, In[1], Out[1]",
    "print('ąčęėįšųūž „…“ –'); 'ž'",
    "import sys\nprint('out'); print('err', file=sys.stderr); 3",
    "import warnings; warnings.warn('careful')",
    "1 / 0",
    "def f(x):\n    return g(x)\n\ndef g(x):\n    raise ValueError('ne\\ntaip')\n\nf(1)",
    "if True print(1)",
    "from IPython.display import display, HTML, Markdown, clear_output\n"
    "display(HTML('<b>x</b>')); display(Markdown('*x*'), {'a': 1})",
    "print('gone'); clear_output(); print('stays')",
    "print('gone'); clear_output(wait=True); print('stays')",
    "handle = display('old', display_id='d'); handle.update('new')",
    "import numpy as np, pandas as pd\npd.DataFrame({'a': [1.5, 2], 'ą': list('xy')})",
    "np.arange(5)",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('šiaurė')",
    "fig, ax = plt.subplots(figsize=(2, 2)); ax.bar(['a'], [1]); plt.show(); print('after')",
    "!echo hello",
    "import os; os.system('echo raw'); print('cooked')",
    "%%bash\necho bash; exit 0",
    "import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')",
    "async def later():\n    return 5\n\nawait later()",
    "asyncio.get_running_loop().is_running()",
    "x = 5;",
    "x?",
    "%time 1 + 1;",
    "raise SystemExit(2)",
    "input('name?')",
    "class Quiet:\n    def __repr__(self):\n        raise RuntimeError('no')\n\nQuiet()",
    "raise KeyboardInterrupt",
    "print('x' * 5000)",
    "from ipywidgets import IntSlider; IntSlider()",
    "for i in range(3):\n    print(i, end=' ', flush=True)",
    "%%writefile kept.txt\nkept",
    "open('kept.txt').read()",
    "_ih[-2], len(In)",
)


def notebook() -> NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
    )


def neutral(cell: NotebookNode, folder: str) -> str:
    """Return a cell's outputs without what differs from run to run, and with streams joined."""
    found: list[dict] = []
    for output in cell.outputs:
        each = nbformat.from_dict(output)
        if each.output_type == "stream" and found and found[-1].get("name") == each.name:
            found[-1]["text"] += each.text
        else:
            found.append(dict(each))
    text = repr(found)
    for pattern, plain in (
        (re.escape(folder), "FOLDER"),
        (re.escape(str(WORK)), "FOLDER"),
        (re.escape(str(Path.home())), "~"),
        (r"/tmp/ipykernel_\d+/\d+\.py", "CELL"),
        (r"0x[0-9a-f]+", "ADDRESS"),
        (r"[\d.]+(e\+\d+)? [mnuµμ]?s\b", "TIME"),
        (r"'model_id': '\w+'", "MODEL"),
    ):
        text = re.sub(pattern, plain, text)
    return text


@pytest.fixture(scope="module")
def both(warm: Zygote, tmp_path_factory: pytest.TempPathFactory) -> tuple[list, list]:
    """Run the cells in a kernel and in the jail, and return the outputs of each."""
    folder = tmp_path_factory.mktemp("work")
    ours, theirs = notebook(), notebook()
    with pytest.MonkeyPatch.context() as patch:
        # By this a kernel knows pytest, and leaves out what is written to file descriptors.
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        NotebookClient(theirs, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    (folder / "kept.txt").unlink()
    cells = Cells(warm, SMALL, folder)
    outputs = Outputs(ours, 10_000_000)
    for index, source in enumerate(CELLS):
        outputs.begin(index)
        cells.ask(source)
        for message in cells.answers():
            outputs.take(index, message)
        outputs.end(index, "")
    cells.close()
    return tuple([neutral(cell, str(folder)) for cell in each.cells] for each in (ours, theirs))


@pytest.mark.slow
@pytest.mark.parametrize("index", range(len(CELLS)), ids=[source.splitlines()[0][:30] for source in CELLS])
def test_outputs_are_those_of_a_kernel(both: tuple[list, list], index: int) -> None:
    ours, theirs = both
    assert ours[index] == theirs[index]


def interrupt_once_it_runs(cells: Cells, source: str) -> list[dict]:
    """Interrupt a cell after it began, and return what it put out from then on."""
    cells.ask(f"print('begun', flush=True)\n{source}")
    begun = cells.process.receive(time.monotonic() + 100)
    assert begun is not None and begun["content"]["text"] == "begun\n"
    cells.process.interrupt()
    return cells.answers()


def test_an_interrupt_stops_a_cell_and_not_the_notebook(cells: Cells) -> None:
    cells.run("kept = 1")
    said = interrupt_once_it_runs(cells, "import time\nwhile True:\n    time.sleep(0.01)")
    assert [message["content"]["ename"] for message in said] == ["KeyboardInterrupt"]
    assert cells.run("print(kept)") == "1\n"


def test_an_interrupt_between_cells_does_nothing(cells: Cells) -> None:
    cells.run("1")
    for _ in range(3):
        cells.process.interrupt()
    time.sleep(0.1)
    assert cells.run("print('alive')") == "alive\n"


def test_an_interrupt_reaches_what_the_cell_started(cells: Cells) -> None:
    said = interrupt_once_it_runs(cells, "import subprocess; subprocess.run(['sleep', '600'])")
    assert said[-1]["content"]["ename"] == "KeyboardInterrupt"


def test_to_leave_is_no_way_out(cells: Cells) -> None:
    assert cells.run("exit()") == ""
    assert cells.run("quit") == ""
    assert cells.run("print('still here')") == "still here\n"


def test_tasks_go_on_between_cells(cells: Cells) -> None:
    cells.run("import asyncio\nasync def tick():\n    await asyncio.sleep(0.05); done.append(1)\ndone = []")
    cells.run("task = asyncio.ensure_future(tick())")
    for _ in range(600):
        time.sleep(0.1)
        if cells.run("print(done)") == "[1]\n":
            return
    pytest.fail("what was scheduled never ran")


def test_forked_processes_print_into_the_cell(cells: Cells) -> None:
    said = cells.run(
        "from multiprocessing import get_context\n"
        "def work(x):\n    print('in', x, flush=True); return x * x\n"
        "with get_context('fork').Pool(2) as pool:\n    print(sum(pool.map(work, [1, 2, 3])))"
    )
    # Two that print at once may print into each other's lines, as at a terminal.
    assert sorted(said) == sorted("in 1\nin 2\nin 3\n14\n")
    assert cells.run("print('next')") == "next\n"


def test_a_students_modules_do_not_shadow_what_is_there(warm: Zygote, tmp_path: Path) -> None:
    for name in ("math", "numpy", "helper", "json"):
        (tmp_path / f"{name}.py").write_text("own = True")
    cells = Cells(warm, folder=tmp_path)
    said = cells.run(
        "import math, numpy, json, helper\n"
        "print([hasattr(each, 'own') for each in (math, numpy, json, helper)])"
    )
    cells.close()
    assert said == "[False, False, False, True]\n"


def test_a_broken_shell_breaks_its_own_notebook_alone(cells: Cells, warm: Zygote) -> None:
    cells.ask("get_ipython().run_cell = None; import sys; sys.stdout = None; sys.stderr = 5")
    cells.answers()
    cells.ask("print(1)")
    assert cells.answers() == []
    other = Cells(warm)
    assert other.run("print(1)") == "1\n"
    other.close()
