"""The Unicode scripts that texts are written in, and the languages that they stand for."""

from collections.abc import Sequence

import polars as pl

from instag.errors import InputError

__all__ = ["is_written_in"]

SCRIPTS = (
    "arabic",
    "armenian",
    "bengali",
    "cyrillic",
    "devanagari",
    "ethiopic",
    "georgian",
    "greek",
    "gujarati",
    "hangul",
    "han",
    "hebrew",
    "hiragana",
    "kannada",
    "katakana",
    "khmer",
    "lao",
    "latin",
    "malayalam",
    "myanmar",
    "sinhala",
    "tamil",
    "telugu",
    "thai",
    "tibetan",
)
KANA = ("hiragana", "katakana")
LANGUAGES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("ar", "fa", "ur"), ("arabic",)),
    **dict.fromkeys(("bg", "ru", "sr", "uk"), ("cyrillic",)),
    **dict.fromkeys(("hi", "mr", "ne"), ("devanagari",)),
    **dict.fromkeys(
        ("cs", "da", "de", "en", "es", "fi", "fr", "hu", "id", "it", "nl", "no", "pl", "pt", "ro", "sv", "tr", "vi"),
        ("latin",),
    ),
    "bn": ("bengali",),
    "el": ("greek",),
    "he": ("hebrew",),
    "hy": ("armenian",),
    "ja": ("han", *KANA),
    "ka": ("georgian",),
    "ko": ("hangul",),
    "ta": ("tamil",),
    "te": ("telugu",),
    "th": ("thai",),
    "zh": ("han",),
}
# The least share of a text's letters that must belong to the script.
SHARE = 0.5


def is_written_in(names: Sequence[str], text: pl.Expr) -> pl.Expr:
    """Check whether at least half of the letters of a text belong to a script; a text without letters passes.

    Parameters
    ----------
    names
        Scripts or language codes, any of which will do. Languages that share a script cannot be distinguished, except
        Japanese, which has kana, and Chinese, which has none.
    text
        A column of texts.

    Examples
    --------
    >>> frame = pl.DataFrame({"text": ["Why?", "Почему?", "为什么", "なぜ空は青い", "1 + 1"]})
    >>> frame.filter(is_written_in(["ru", "zh"], pl.col("text")))["text"].to_list()
    ['Почему?', '为什么', '1 + 1']
    """
    found = [_is_written_in(name.strip().lower(), text) for name in names]
    if not found:
        raise InputError("script: expected a script or a language, such as latin or zh; found none")
    return pl.any_horizontal(found)


def _is_written_in(name: str, text: pl.Expr) -> pl.Expr:
    scripts = LANGUAGES.get(name, (name,) if name in SCRIPTS else ())
    if not scripts:
        raise InputError(
            f"script: expected one of {', '.join(SCRIPTS)}, or of the languages {', '.join(sorted(LANGUAGES))}; "
            f"found {name!r}"
        )
    written = _count(text, scripts) >= text.str.count_matches(r"\p{L}") * SHARE
    kana = _count(text, KANA)
    if name == "ja":
        return written & ((kana > 0) | (text.str.count_matches(r"\p{L}") == 0))
    return written & (kana == 0) if name == "zh" else written


def _count(text: pl.Expr, scripts: Sequence[str]) -> pl.Expr:
    return text.str.count_matches("[" + "".join(rf"\p{{{script.capitalize()}}}" for script in scripts) + "]")
