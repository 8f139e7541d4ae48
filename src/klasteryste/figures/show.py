"""Showing a figure together with the words that stand in for it."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.text import Text

from klasteryste.errors import CourseError
from klasteryste.figures.style import course_style
from klasteryste.language import _, fill

_LEAST_LETTERS = 7  # points, however narrow the page


def show(fig: Figure, *, alt: str, caption: str | None = None, **values: Any) -> None:
    """Show a figure in a page or notebook, with its text alternative, and close it.

    Parameters
    ----------
    fig : Figure
        What to show.
    alt : str
        What the figure shows, in words, for a reader who cannot see it; may hold ``{name:spec}`` fields.
    caption : str, optional
        Words printed under the figure; may hold fields too.
    **values
        What the fields stand for, formatted for the language in use as by `klasteryste.say`.

    Raises
    ------
    CourseError
        If the text alternative is empty, or a field has no value.
    """
    if not alt.strip():
        raise CourseError("show was given a figure without alt text: say in words what it shows")
    words = fill(alt, values)
    drawing = as_svg(fig)
    source = base64.b64encode(drawing).decode("ascii")
    # The theme's own grey for captions is too pale on white.
    legend = (
        f'<figcaption style="color: inherit">{escape(fill(caption, values))}</figcaption>' if caption else ""
    )
    html = (
        # On a telephone a wide figure scrolls in its own box, which has to be reached by keyboard too.
        f'<figure class="klasteryste-figure"><div role="group" aria-label="{_("Figure")}" tabindex="0" '
        f'style="overflow-x: auto"><img alt="{escape(words)}" src="data:image/svg+xml;base64,{source}" '
        f'style="max-width: 100%; min-width: {_least_width(fig)}px; height: auto"></div>{legend}</figure>'
    )
    display({"text/html": html, "text/plain": words}, raw=True)


def _least_width(fig: Figure) -> int:
    """Return below how many CSS pixels of width the smallest letters of a drawn figure would be too small."""
    sizes = [
        float(text.get_fontsize())
        for text in fig.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    shrunk = min(1.0, _LEAST_LETTERS / min(sizes, default=_LEAST_LETTERS))
    return round(shrunk * 96 * fig.get_figwidth())


def as_svg(fig: Figure) -> bytes:
    """Give a figure as SVG, the same bytes for the same figure, and close it."""
    with course_style():
        buffer = BytesIO()
        fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    return buffer.getvalue()
