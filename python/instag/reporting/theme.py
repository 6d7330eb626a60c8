"""The colours and fonts of figures, on light and dark pages."""

from dataclasses import dataclass

from instag.reporting.section import Spec

__all__ = ["DARK", "LABEL", "LETTER", "LIGHT", "Theme"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'DejaVu Sans', sans-serif"
# The height of letters in pixels, and the width that a name in a legend may have.
LETTER = 12
LABEL = 220


@dataclass(frozen=True)
class Theme:
    """The colours of a page.

    Attributes
    ----------
    ground
        The background of figures.
    ink, faint, rule
        Text, secondary text, and grid lines.
    accent
        The colour of a figure with a single series.
    kinds
        Categories. These are Okabe and Ito's colours, which people with any colour vision can distinguish, in strengths
        that suit the background.
    fills
        The same categories, for areas with text on them.
    ramp
        A scale from nothing to everything.
    """

    ground: str
    ink: str
    faint: str
    rule: str
    accent: str
    kinds: tuple[str, ...]
    fills: tuple[str, ...]
    ramp: tuple[str, ...]

    def config(self, font: str = FONT) -> Spec:
        """The theme as a configuration of Vega-Lite, which Vega understands in part."""
        axis = {
            "domain": False,
            "ticks": False,
            "grid": True,
            "gridColor": self.rule,
            "labelColor": self.faint,
            "labelFont": font,
            "labelFontSize": LETTER,
            "labelPadding": 6,
            "titleColor": self.faint,
            "titleFont": font,
            "titleFontSize": LETTER,
            "titleFontWeight": "normal",
            "titlePadding": 10,
        }
        legend = {
            "labelColor": self.ink,
            "labelFont": font,
            "labelFontSize": LETTER,
            "labelLimit": LABEL,
            "titleColor": self.faint,
            "titleFont": font,
            "titleFontSize": LETTER,
            "titleFontWeight": "normal",
            "orient": "top",
            "symbolSize": 90,
            # Room for viewers of files whose letters are wider than those of the font that the file was laid out with.
            "columnPadding": 20,
            "gradientThickness": 10,
        }
        return {
            "background": self.ground,
            "font": font,
            "axis": axis,
            "legend": legend,
            "style": {"name": text(self.ink, font)},
            "view": {"stroke": None},
            "range": {
                "category": list(self.kinds),
                "ordinal": list(self.fills),
                "heatmap": list(self.ramp),
                "ramp": list(self.ramp[:3]),  # there is text on it
            },
            "mark": {"color": self.accent},
            "bar": {"color": self.accent},
            "line": {"color": self.accent, "strokeWidth": 2.25},
            "point": {"color": self.accent, "filled": True, "size": 80},
            "rect": {"stroke": None},
            "rule": {"color": self.faint},
            "area": {"color": self.faint},
        }


def text(colour: str, font: str) -> Spec:
    """A text style. Vega-Lite calls its colour `color`, and Vega `fill`."""
    return {"color": colour, "fill": colour, "font": font, "fontSize": LETTER}


LIGHT = Theme(
    ground="#ffffff",
    ink="#22262d",
    faint="#5c6470",
    rule="#e4e7eb",
    accent="#1f6f9f",
    kinds=("#0072b2", "#d55e00", "#00855f", "#a8568a", "#b57d00", "#3f8fc4", "#6b4fa0", "#5c6470"),
    fills=("#9cc4e4", "#f3b58a", "#9bd8c2", "#e2b7d2", "#efd58f", "#bcdff5", "#cbbfe6", "#d3d8de"),
    ramp=("#f2f5f8", "#c9dceb", "#8fbad8", "#4f92bf", "#1f6f9f", "#0d4a70"),
)
DARK = Theme(
    ground="#15181d",
    ink="#e6e9ed",
    faint="#9aa3af",
    rule="#2b3038",
    accent="#63b3e0",
    kinds=("#63b3e0", "#f0955a", "#35c49a", "#dc92bf", "#e8b84a", "#9bd0f0", "#b09be0", "#9aa3af"),
    fills=("#1f567c", "#8a4a1d", "#14614c", "#74405f", "#6f5716", "#2d6f96", "#4f3f80", "#444b55"),
    ramp=("#1c2127", "#1d3a4f", "#235a7d", "#3181ad", "#63b3e0", "#b5def5"),
)
