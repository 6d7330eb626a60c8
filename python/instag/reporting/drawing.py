"""Drawing: charts as specifications, and specifications as files, without a browser."""

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
# The width in pixels where there is no window to fill, and how much finer than the screen a bitmap is.
WIDTH = 760
FINER = 2
# Pixels around what is drawn: a file stands beside nothing.
MARGIN = 12
# Of files: every viewer has one of that name, and looking through a list of others for each text takes seconds.
FONT = "sans-serif"
# What an axis with its title takes of the width.
AXIS = 84
# What a name in a legend takes besides its letters.
SYMBOL = 34
# Up to so many powers of ten an axis has room for more.
FEW = 4


def drawn(chart: alt.TopLevelMixin) -> Spec:
    """The specification of a chart that fills its width, without a look of its own."""
    spec: Spec = chart.to_dict()
    spec.pop("config", None)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def legend(names: Sequence[str]) -> alt.Legend:
    """A legend without a title, in as many columns as there is room for."""
    return alt.Legend(title=None, columns=alt.ExprRef(abreast(names)))


def abreast(names: Sequence[str]) -> str:
    """How many names of a legend have room beside each other, as an expression of the width.

    Examples
    --------
    >>> abreast(["math", "poetry"])
    'max(1, floor(width / 75))'
    """
    longest = max((LETTER * breadth(name) for name in names), default=0)
    return f"max(1, floor(width / {SYMBOL + round(min(longest, LABEL))}))"


def decades(last: Any) -> list[int]:
    """Where a logarithmic axis from 1 has its marks: powers of ten, and their threefold where there are few.

    Examples
    --------
    >>> decades(780), decades(2_000_000)
    ([1, 3, 10, 30, 100, 300], [1, 10, 100, 1000, 10000, 100000, 1000000])
    """
    powers = [10**power for power in range(len(str(last)))]
    return powers if len(powers) > FEW else [mark for power in powers for mark in (power, 3 * power) if mark <= last]


def as_svg(figure: Figure, theme: Theme = LIGHT) -> str:
    """A figure as SVG."""
    import vl_convert  # noqa: PLC0415 - 50 MB, and not needed for the page

    def convert(spec: Spec) -> str:
        if is_vega(spec):
            return str(vl_convert.vega_to_svg({**spec, "config": theme.config(FONT)}))
        return str(vl_convert.vegalite_to_svg(spec, config=theme.config(FONT)))

    return _converted(convert, sized(figure))


def as_png(figure: Figure, theme: Theme = LIGHT, finer: float = FINER) -> bytes:
    """A figure as PNG, at a multiple of a screen's resolution."""
    import vl_convert  # noqa: PLC0415 - as above

    def convert(spec: Spec) -> bytes:
        if is_vega(spec):
            return bytes(vl_convert.vega_to_png({**spec, "config": theme.config(FONT)}, scale=finer))
        return bytes(vl_convert.vegalite_to_png(spec, config=theme.config(FONT), scale=finer))

    return _converted(convert, sized(figure))


def _converted(convert: Callable[[Spec], T], spec: Spec) -> T:
    """Draw, and where a name was cut in the middle of a character, draw with such characters spelt as escapes."""
    try:
        return convert(show_controls(spec))
    except ValueError:
        spelt = show_controls(spec, pairs=True)
        if spelt == show_controls(spec):
            raise
        return convert(spelt)


def is_vega(spec: Mapping[str, Any]) -> bool:
    """Whether a specification is for Vega itself."""
    return "/schema/vega/" in spec["$schema"]


def sized(figure: Figure) -> Spec:
    """The specification with a width in pixels, and without what only a hand can move."""
    spec = dict(figure.spec)
    width = max(min(WIDTH, figure.most or WIDTH), figure.least)
    if is_vega(spec):
        others = [signal for signal in spec["signals"] if signal["name"] != "width"]
        return {**spec, "width": width, "padding": MARGIN, "signals": others}
    return {**_settled(spec, width - AXIS), "width": width, "padding": MARGIN}


def _settled(spec: Spec, width: int) -> Spec:
    """The specification with the columns of its legends counted once, for this width.

    Vega lays a file out once for the whole width, and then for what axes leave of it: were columns counted each time, a
    legend could come to have a row more than there is room for.
    """
    settled: Spec = json.loads(json.dumps(spec).replace("floor(width /", f"floor({width} /"))
    return settled
