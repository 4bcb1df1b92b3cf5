"""Renders matplotlib plots as inline SVG that uses the colors of the page."""

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

# With fewer questions, no curve is plotted.
MIN_POINTS = 10
# By name, for light and dark mode. matplotlib draws with placeholder colors, which become `var(--name)`.
COLORS = {
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
_PLACEHOLDERS = {name: f"#0102{number:02x}" for number, name in enumerate(COLORS, 16)}
# CSS pixels: about the width of a column of the page, or of a phone.
_WIDTH, _HEIGHT = 360, 250
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # keep text as text: accessible, and in the font of the page
    "text.parse_math": False,  # names may contain dollar signs
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
    "text.color": _PLACEHOLDERS["ink"],
    "axes.labelcolor": _PLACEHOLDERS["soft"],
    "axes.edgecolor": _PLACEHOLDERS["line"],
    "grid.color": _PLACEHOLDERS["line"],
    "xtick.color": _PLACEHOLDERS["soft"],
    "ytick.color": _PLACEHOLDERS["soft"],
}
_PREAMBLE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*"| height="[^"]*"(?=[^>]*viewBox)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A plot with its title and caption."""

    title: str
    caption: str
    drawing: Markup


def css_color(name: str) -> str:
    """Returns the placeholder of a page color."""
    return _PLACEHOLDERS[name]


def css_variables() -> str:
    """Returns the colors as CSS variables, for light and dark mode."""
    light, dark = ("".join(f"--{name}:{pair[mode]};" for name, pair in COLORS.items()) for mode in (0, 1))
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def svg(name: str, description: str, draw: Callable[[Axes], None], *, height: float = _HEIGHT) -> Markup:
    """Returns what `draw` puts on the axes as an `<svg>` element. `description` is its accessible name. The
    output is deterministic; ids start with `name`.
    """
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(_WIDTH / 72, height / 72), layout="constrained")
        draw(figure.add_subplot())
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    drawn = _METADATA.sub("", _PREAMBLE.sub("", out.getvalue()))
    drawn = _SIZE.sub(r"\1", drawn)
    drawn = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", drawn)
    for color, placeholder in _PLACEHOLDERS.items():
        drawn = drawn.replace(placeholder, f"var(--{color})")
    label = Markup('<svg role="img" aria-label="{}"').format(description)
    return Markup(drawn.replace("<svg", label, 1))
