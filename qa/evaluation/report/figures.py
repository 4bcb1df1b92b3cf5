"""Plots drawn by matplotlib as SVG that stands in a page and takes the page's colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Fewer questions make no curve.
FEWEST = 10
# By name, in light and in dark. matplotlib draws with stand-ins, which become `var(--name)`.
COLOURS = {
    "ink": ("#23201b", "#ebe5d9"),
    "soft": ("#6b6458", "#a39a8b"),
    "line": ("#e1dacc", "#38332c"),
    "right": ("#1d7a68", "#56b8a2"),
    "rightly-declined": ("#9cc9bd", "#2f6a5e"),
    "wrong": ("#b23a22", "#e5806a"),
    "wrongly-declined": ("#dba53a", "#c9973a"),
    "unjudged": ("#c9c2b4", "#5a544a"),
    "error": ("#6f4b8f", "#b394d1"),
    "first": ("#2f5f9e", "#86aee0"),
    "second": ("#b5651d", "#e0a264"),
    "third": ("#1d7a68", "#56b8a2"),
}
_STAND_INS = {name: f"#0102{number:02x}" for number, name in enumerate(COLOURS, 16)}
# A page column is about as wide as this many CSS pixels, a phone a little less.
_WIDTH, _HEIGHT = 360, 250
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, and takes the page's font
    "text.parse_math": False,  # a name may have dollars in it
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "legend.handlelength": 1.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.linewidth": 0.7,
    "lines.linewidth": 2,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "text.color": _STAND_INS["ink"],
    "axes.labelcolor": _STAND_INS["soft"],
    "axes.edgecolor": _STAND_INS["line"],
    "grid.color": _STAND_INS["line"],
    "xtick.color": _STAND_INS["soft"],
    "ytick.color": _STAND_INS["soft"],
}
_PREAMBLE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*"| height="[^"]*"(?=[^>]*viewBox)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing, what it is called, and how it is read."""

    title: str
    caption: str
    drawing: Markup


def colour(name: str) -> str:
    """The stand-in for a colour of the page."""
    return _STAND_INS[name]


def variables() -> str:
    """The colours as CSS variables, those of the dark where the reader's system is dark."""
    light, dark = ("".join(f"--{name}:{pair[nth]};" for name, pair in COLOURS.items()) for nth in (0, 1))
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def svg(name: str, about: str, draw: Callable[[Axes], None], *, height: float = _HEIGHT) -> Markup:
    """What `draw` puts on the axes, as an `<svg>` element; `about` is read in its place by those who
    do not see it. The same each time, with ids that begin with `name`.
    """
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(_WIDTH / 72, height / 72), layout="constrained")
        draw(figure.add_subplot())
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    drawn = _METADATA.sub("", _PREAMBLE.sub("", out.getvalue()))
    drawn = _SIZE.sub(r"\1", drawn)
    drawn = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", drawn)
    for own, stand_in in _STAND_INS.items():
        drawn = drawn.replace(stand_in, f"var(--{own})")
    label = Markup('<svg role="img" aria-label="{}"').format(about)
    return Markup(drawn.replace("<svg", label, 1))
