"""Showing a figure together with the words that stand in for it."""

from __future__ import annotations

import base64
from html import escape
from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.style import course_style
from klasteryste.language import fill


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
    source = base64.b64encode(as_svg(fig)).decode("ascii")
    # The theme's own grey for captions is too pale on white.
    legend = (
        f'<figcaption style="color: inherit">{escape(fill(caption, values))}</figcaption>' if caption else ""
    )
    html = (
        f'<figure class="klasteryste-figure"><img alt="{escape(words)}" '
        f'src="data:image/svg+xml;base64,{source}" style="max-width: 100%; height: auto">{legend}</figure>'
    )
    display({"text/html": html, "text/plain": words}, raw=True)


def as_svg(fig: Figure) -> bytes:
    """Give a figure as SVG, the same bytes for the same figure, and close it."""
    with course_style():
        buffer = BytesIO()
        fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    return buffer.getvalue()
