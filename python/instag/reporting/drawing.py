"""Drawing: charts as specifications, and specifications as image files, without a browser."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import altair as alt

from instag.reporting.section import Figure, Spec
from instag.reporting.theme import LABEL, LETTER, LIGHT, Theme
from instag.reporting.wording import breadth
from instag.surrogates import show_controls

__all__ = ["abreast", "as_png", "as_svg", "decades", "drawn", "legend"]

T = TypeVar("T")
# The width of an image file in pixels, and the scale of a bitmap: 2 draws it twice as fine as the screen.
WIDTH = 760
SCALE = 2
# Pixels around the drawing in a file; on the page the layout provides the margin.
MARGIN = 12
# The font of files. Every viewer has a font of this name; searching a list of fonts for each text takes seconds.
FONT = "sans-serif"
# Pixels of the width that an axis with its title takes.
AXIS = 84
# Pixels that a name in a legend takes in addition to its letters.
SYMBOL = 44
# Up to this many powers of ten, an axis also has room for three times each.
FEW = 4


def drawn(chart: alt.TopLevelMixin) -> Spec:
    """The specification of a chart that fills its width and leaves colours and fonts to the page's theme."""
    spec: Spec = chart.to_dict()
    spec.pop("config", None)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def legend(names: Sequence[str]) -> alt.Legend:
    """A legend of these names, without a title, in as many columns as fit."""
    return alt.Legend(title=None, values=list(names), columns=alt.ExprRef(abreast(names)))


def abreast(names: Sequence[str]) -> str:
    """The number of legend columns that fit beside each other, as an expression of the width.

    Examples
    --------
    >>> abreast(["math", "poetry"])
    'max(1, floor(width / 85))'
    """
    longest = max((LETTER * breadth(name) for name in names), default=0)
    return f"max(1, floor(width / {SYMBOL + round(min(longest, LABEL))}))"


def decades(last: Any) -> list[int]:
    """The marks of a logarithmic axis from 1: the powers of ten, and three times each if there are few.

    Examples
    --------
    >>> decades(780), decades(2_000_000)
    ([1, 3, 10, 30, 100, 300], [1, 10, 100, 1000, 10000, 100000, 1000000])
    """
    powers = [10**power for power in range(len(str(last)))]
    return powers if len(powers) > FEW else [mark for power in powers for mark in (power, 3 * power) if mark <= last]


def as_svg(figure: Figure, theme: Theme = LIGHT) -> str:
    """Draw a figure as SVG."""
    import vl_convert  # noqa: PLC0415 - 50 MB, and not needed for the page

    def convert(spec: Spec) -> str:
        if is_vega(spec):
            return str(vl_convert.vega_to_svg({**spec, "config": theme.config(FONT)}))
        return str(vl_convert.vegalite_to_svg(spec, config=theme.config(FONT)))

    return _converted(convert, sized(figure))


def as_png(figure: Figure, theme: Theme = LIGHT, scale: float = SCALE) -> bytes:
    """Draw a figure as PNG, `scale` times as fine as a screen."""
    import vl_convert  # noqa: PLC0415 - as above

    def convert(spec: Spec) -> bytes:
        if is_vega(spec):
            return bytes(vl_convert.vega_to_png({**spec, "config": theme.config(FONT)}, scale=scale))
        return bytes(vl_convert.vegalite_to_png(spec, config=theme.config(FONT), scale=scale))

    return _converted(convert, sized(figure))


def _converted(convert: Callable[[Spec], T], spec: Spec) -> T:
    """Draw a specification. If a name was cut within a surrogate pair, escape such characters and draw again."""
    try:
        return convert(show_controls(spec))
    except ValueError:
        escaped = show_controls(spec, pairs=True)
        if escaped == show_controls(spec):
            raise
        return convert(escaped)


def following_width() -> Spec:
    """The signal of a specification for Vega whose drawing is as wide as its place on the page."""
    width = f"isFinite(containerSize()[0]) ? containerSize()[0] : {WIDTH}"
    return {"name": "width", "init": width, "on": [{"events": "window:resize", "update": width}]}


def is_vega(spec: Mapping[str, Any]) -> bool:
    """Whether a specification is for Vega rather than Vega-Lite."""
    return "/schema/vega/" in spec["$schema"]


def sized(figure: Figure) -> Spec:
    """The specification with a fixed width in pixels, instead of one that follows the window."""
    spec = dict(figure.spec)
    width = max(min(WIDTH, figure.most or WIDTH), figure.least)
    if is_vega(spec):
        others = [signal for signal in spec["signals"] if signal["name"] != "width"]
        return {**spec, "width": width, "padding": MARGIN, "signals": others}
    return {**_with_fixed_legends(spec, width - AXIS), "width": width, "padding": MARGIN}


def _with_fixed_legends(spec: Spec, width: int) -> Spec:
    """The specification with the columns of its legends computed for one width.

    Vega lays a file out twice: for the whole width, and then for the width that the axes leave. If the columns were
    computed each time, a legend could get one more row than it has room for.
    """
    fixed: Spec = json.loads(json.dumps(spec).replace("floor(width /", f"floor({width} /"))
    return fixed
