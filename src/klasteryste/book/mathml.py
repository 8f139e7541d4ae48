"""Formulas as MathML, made when the book is built: no script, and a screen reader can speak them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from babel.numbers import get_decimal_symbol
from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from klasteryste.language import current_language

_log = logging.getLogger(__name__)


def to_mathml(latex: str, display: str) -> str:
    """Turn one LaTeX formula into a ``<math>`` element.

    Parameters
    ----------
    latex : str
        The formula, without dollar signs.
    display : {"inline", "block"}
        Whether it stands in a line of text or on its own.

    Raises
    ------
    ValueError
        If a command survives the conversion, which a reader would see as text, or what comes out is no XML.
    """
    element = convert(latex, display=display)
    if "\\" in element:
        raise ValueError(f"latex2mathml leaves a command of {latex!r} unconverted")
    try:
        ElementTree.fromstring(element)
    except ElementTree.ParseError as error:
        raise ValueError(f"latex2mathml makes no XML of {latex!r} ({error})") from None
    # Formulas are the same in both languages' sources; their decimal sign is the page's.
    return re.sub(r"(<mn>\d+)\.(\d+</mn>)", rf"\1{get_decimal_symbol(current_language())}\2", element)


def _math(translator: HTML5Translator, node: nodes.Element, display: str) -> str:
    try:
        return to_mathml(node.astext(), display)
    except Exception as error:  # the converter raises a kind of its own for each fault
        _log.warning("formula %r cannot become MathML: %s", node.astext(), error, location=node)
        return translator.encode(node.astext())


def _visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(_math(translator, node, "inline"))
    raise nodes.SkipNode


def _visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    # A long formula scrolls on a narrow screen, by keyboard too.
    translator.body.append(translator.starttag(node, "div", CLASS="math-block", tabindex="0"))
    translator.body.append(_math(translator, node, "block"))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})</span>')
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer ``mathml`` with Sphinx."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
