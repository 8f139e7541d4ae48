"""Figures of "Plan, ethics, defence": what the rules say of several plans, and where risks lie."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from klasteryste.errors import CourseError
from klasteryste.figures.style import INK, QUIET, Mark, course_style

# Green, grey, amber and red that differ in lightness as well, each with a sign of its own: either suffices.
VERDICT_MARKS: dict[str, Mark] = {
    "pass": Mark("#E4F0E5", "✓", "-"),
    "not_checkable": Mark("#B9BDC2", "?", "-"),
    "warn": Mark("#F2B950", "!", "-"),
    "fail": Mark("#9B1C1C", "✗", "-"),
}
_DEGREES = range(1, 6)


def rule_board(verdicts: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Draw what each rule says of each plan: a row a plan, a column a rule, a sign for the verdict.

    Parameters
    ----------
    verdicts : DataFrame of str, shape (plans, rules)
        Labels of the plans by ids of the rules; the cells are keys of `VERDICT_MARKS`.
    names : mapping of str to str
        What each verdict is called, for the key below.

    Raises
    ------
    CourseError
        If a cell is no verdict.
    """
    unknown = set(verdicts.to_numpy().ravel()) - set(VERDICT_MARKS)
    if unknown:
        known = ", ".join(VERDICT_MARKS)
        raise CourseError(f"rule_board was given the verdict {min(unknown)!r}: the verdicts are {known}")
    rows, columns = verdicts.shape
    with course_style():
        fig, ax = plt.subplots(figsize=(8.4, 1.1 + 0.4 * rows))
        for y, plan in enumerate(verdicts.index):
            for x, rule in enumerate(verdicts.columns):
                mark = VERDICT_MARKS[str(verdicts.loc[plan, rule])]
                ax.add_patch(Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, facecolor=mark.colour))
                # What passes is quiet, so that the eye goes to what does not.
                ink = {"✓": QUIET, "✗": "white"}.get(mark.marker, INK)
                weight = "normal" if mark.marker == "✓" else "bold"
                ax.text(x, y, mark.marker, ha="center", va="center", color=ink, weight=weight, fontsize=9)
        ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6))
        ax.set_xticks(
            range(columns), [str(rule).removeprefix("R") for rule in verdicts.columns], fontsize=8.5
        )
        ax.set_yticks(range(rows), list(verdicts.index), fontsize=10.5)
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        handles = [
            Rectangle((0, 0), 1, 1, facecolor=mark.colour, edgecolor=QUIET, linewidth=0.5)
            for mark in VERDICT_MARKS.values()
        ]
        labels = [f"{mark.marker}  {names[verdict]}" for verdict, mark in VERDICT_MARKS.items()]
        fig.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9.5)
    return fig


def risk_grid(risks: pd.DataFrame, *, xlabel: str, ylabel: str, high: int) -> Figure:
    """Draw risks by probability and impact, with the score in each field and the grave fields marked.

    Parameters
    ----------
    risks : DataFrame
        A row a risk: ``name``, ``probability`` and ``impact``, both 1 to 5.
    xlabel, ylabel : str
        What the axes are, probability and impact.
    high : int
        From which score on a risk is grave; those fields are outlined.

    Raises
    ------
    CourseError
        If a degree is not 1 to 5.
    """
    degrees = risks[["probability", "impact"]].to_numpy()
    if not np.isin(degrees, _DEGREES).all():
        raise CourseError("risk_grid was given a degree that is not 1 to 5: rate anew")
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 6.4))
        for probability in _DEGREES:
            for impact in _DEGREES:
                score = probability * impact
                corner = (probability - 0.5, impact - 0.5)
                ax.add_patch(
                    Rectangle(
                        corner,
                        1,
                        1,
                        facecolor=plt.get_cmap("Greys")(0.02 + 0.012 * score),
                        edgecolor="white",
                        linewidth=1.5,
                    )
                )
                ax.text(
                    *(probability + 0.44, impact + 0.42),
                    str(score),
                    ha="right",
                    va="top",
                    fontsize=9,
                    color=QUIET if score < high else INK,
                    weight="bold" if score >= high else "normal",
                )
        # One line round the grave fields: it runs wherever a field and its neighbour fall on two sides.
        for one in _DEGREES:
            first = next((other for other in _DEGREES if one * other >= high), None)
            if first is not None:
                ax.plot([one - 0.5, one + 0.5], [first - 0.5] * 2, color=INK, linewidth=1.6)
                ax.plot([first - 0.5] * 2, [one - 0.5, one + 0.5], color=INK, linewidth=1.6)
        at: dict[tuple[int, int], list[str]] = {}
        for name, (x, y) in zip(risks["name"], degrees.tolist(), strict=True):
            at.setdefault((x, y), []).append(f"• {name}")
        for (x, y), names in at.items():
            ax.text(*(x, y - 0.08), "\n".join(names), ha="center", va="center", fontsize=8.5, color=INK)
        ax.set(xlim=(0.5, 5.5), ylim=(0.5, 5.5), xlabel=xlabel, ylabel=ylabel)
        ax.set_xticks(_DEGREES)
        ax.set_yticks(_DEGREES)
        ax.tick_params(length=0)
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
    return fig
