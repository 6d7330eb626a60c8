"""Reports: an analysis as one HTML file, or its figures as image files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instag.analysis import Analysis, Versions, analyze
from instag.errors import InputError
from instag.io.output import atomic_write
from instag.normalization import Normalized, Vocabulary
from instag.reporting.wording import plural
from instag.selection import Sweep

__all__ = ["figures", "loaded", "report"]

FORMATS = ("svg", "png")
HINT = "reports need plotting libraries; install them with: pip install 'instag[report]'"


def report(  # noqa: PLR0913 - all options are keywords
    data: Any,
    path: str | Path,
    *,
    by: str | None = None,
    tags: str = "tags",
    selections: Any = None,
    gain: Mapping[str, Any] | None = None,
    vocabulary: Vocabulary | Normalized[Any] | str | Path | None = None,
    versions: Versions | None = None,
    title: str | None = None,
) -> Path:
    """Write an analysis to one HTML file that opens in any browser, offline.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.analyze` takes, or an analysis that it returned.
    path
        The file to write. It is written completely or not at all.
    by, tags, selections, gain
        As for :func:`instag.analyze`; only for data that are not analysed yet.
    vocabulary
        A :class:`instag.Vocabulary`, its file, or the result of :func:`instag.normalize`. Adds the steps and merges
        that led from the raw tags to the vocabulary.
    versions
        The result of :func:`instag.compare`. Adds the comparison of two data sets.
    title
        The heading; by default the number of samples and tags.

    Returns
    -------
    The path.

    Raises
    ------
    InputError
        If the data are invalid, the file cannot be written, or the plotting libraries are missing.

    Examples
    --------
    >>> import instag
    >>> df = instag.load_sample()
    >>> path = getfixture("tmp_path") / "report.html"
    >>> instag.report(df, path, by="source", selections=instag.select(df, 50)).name
    'report.html'
    """
    _require_libraries()
    from instag.reporting.page import page  # noqa: PLC0415 - optional
    from instag.reporting.sections import sections  # noqa: PLC0415 - optional

    analysis = _analysed(data, by, tags, selections, gain)
    text = page(title or _title(analysis), sections(analysis, loaded(vocabulary), versions))
    with atomic_write(Path(path).expanduser(), "HTML") as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return Path(path).expanduser()


def figures(
    analysis: Analysis | Sweep,
    folder: str | Path,
    *,
    format: str | tuple[str, ...] = FORMATS,
    vocabulary: Vocabulary | Normalized[Any] | str | Path | None = None,
) -> list[Path]:
    """Save every figure of a report as an image file, drawn without a browser.

    Parameters
    ----------
    analysis
        The result of :func:`instag.analyze` or :func:`instag.sweep`.
    folder
        The folder to write to; it is created if it does not exist.
    format
        ``"svg"``, ``"png"``, or both.
    vocabulary
        As for :func:`instag.report`.

    Returns
    -------
    The paths of the files, in the order of the report.

    Raises
    ------
    InputError
        If a format is unknown, a file cannot be written, or the plotting libraries are missing.

    Examples
    --------
    >>> import instag
    >>> analysis = instag.analyze(instag.load_sample(), by="source")
    >>> [path.name for path in instag.figures(analysis, getfixture("tmp_path"), format="svg")][:2]
    ['groups.svg', 'overlap.svg']
    """
    wanted = (format,) if isinstance(format, str) else tuple(format)
    for name in wanted:
        if name not in FORMATS:
            raise InputError(f"format: expected svg or png, or both; found {name!r}")
    _require_libraries()
    from instag.reporting.drawing import as_png, as_svg  # noqa: PLC0415 - optional
    from instag.reporting.levels import levels  # noqa: PLC0415 - optional
    from instag.reporting.sections import sections  # noqa: PLC0415 - optional

    target = Path(folder).expanduser()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{target}: expected a folder, or a path where one can be created; {error.strerror}"
        ) from error
    written = []
    if isinstance(analysis, Sweep):
        drawn = [levels(analysis)]
    else:
        drawn = [figure for section in sections(analysis, loaded(vocabulary)) for figure in section.figures]
    for figure in drawn:
        for name in wanted:
            path = target / f"{figure.name}.{name}"
            image = as_svg(figure).encode() if name == "svg" else as_png(figure)
            with atomic_write(path, name.upper()) as draft:
                draft.write_bytes(image)
            written.append(path)
    return written


def _analysed(data: Any, by: str | None, tags: str, selections: Any, gain: Mapping[str, Any] | None) -> Analysis:
    if not isinstance(data, Analysis):
        return analyze(data, by=by, tags=tags, selections=selections, gain=gain)
    if by is not None or tags != "tags" or selections is not None or gain is not None:
        raise InputError(
            "data: expected a frame, because by, tags, selections or gain are given; found an Analysis: pass them to "
            "instag.analyze instead"
        )
    return data


def loaded(vocabulary: object) -> Vocabulary | Normalized[Any] | None:
    """Load a vocabulary if it is a path; pass on a vocabulary or the result of a normalisation."""
    if isinstance(vocabulary, str | Path):
        return Vocabulary.load(vocabulary)
    if vocabulary is None or isinstance(vocabulary, Vocabulary | Normalized):
        return vocabulary
    raise InputError(
        "vocabulary: expected an instag.Vocabulary, its file, or the result of instag.normalize; found "
        f"{type(vocabulary).__name__}"
    )


def _title(analysis: Analysis) -> str:
    total = analysis.summary.row(0, named=True)
    return f"{plural(total['samples'], 'sample')}, {plural(total['tags'], 'tag')}"


def _require_libraries() -> None:
    try:
        import altair as alt  # noqa: F401, PLC0415 - optional
        import jinja2  # noqa: F401, PLC0415 - optional
        import vl_convert  # noqa: F401, PLC0415 - optional
    except ImportError as error:
        raise InputError(f"{HINT} ({error.name} is missing)") from None
