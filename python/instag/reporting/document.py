"""Reports: an analysis as one file for a browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from instag.analysis import Analysis, Versions, analyze
from instag.errors import InputError
from instag.io.output import atomic_write
from instag.normalization import Normalized, Vocabulary
from instag.reporting.wording import plural
from instag.selection import Sweep

__all__ = ["figures", "known", "report"]

FORMATS = ("svg", "png")
HINT = "reports need libraries that draw; install them with: pip install 'instag[report]'"


def report(  # noqa: PLR0913 - each is a keyword
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
    """Write what an analysis finds to one HTML file that opens in any browser, offline.

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.analyze` takes, or what that gave back.
    path
        The file; it is written whole or not at all.
    by, tags, selections, gain
        Those of :func:`instag.analyze`, for data that are not analysed yet.
    vocabulary
        Adds what raw tags became: the steps, the merges and the tags of a :class:`instag.Vocabulary` or its
        file, or of what :func:`instag.normalize` gave back.
    versions
        Adds what :func:`instag.compare` found between two sets.
    title
        The heading; the number of samples where there is none.

    Returns
    -------
    The path.

    Raises
    ------
    InputError
        If the data are at fault, the file cannot be written, or the libraries that draw are missing.

    Examples
    --------
    >>> import instag
    >>> df = instag.load_sample()
    >>> path = getfixture("tmp_path") / "report.html"
    >>> instag.report(df, path, by="source", selections=instag.select(df, 50)).name
    'report.html'
    """
    _need()
    from instag.reporting.page import page  # noqa: PLC0415 - optional
    from instag.reporting.sections import sections  # noqa: PLC0415 - optional

    analysis = _analysed(data, by, tags, selections, gain)
    text = page(title or _title(analysis), sections(analysis, known(vocabulary), versions))
    with atomic_write(Path(path), "HTML") as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def figures(
    analysis: Analysis | Sweep,
    folder: str | Path,
    *,
    format: str | tuple[str, ...] = FORMATS,
    vocabulary: Vocabulary | Normalized[Any] | str | Path | None = None,
) -> list[Path]:
    """Save every figure of a report as a file of its own, drawn without a browser.

    Parameters
    ----------
    analysis
        What :func:`instag.analyze` gave back, or :func:`instag.sweep`.
    folder
        Where; made where it is missing.
    format
        ``"svg"``, ``"png"``, or both.
    vocabulary
        That of :func:`instag.report`.

    Returns
    -------
    The files, in the order of the report.

    Raises
    ------
    InputError
        If a format is neither, a file cannot be written, or the libraries that draw are missing.

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
    _need()
    from instag.reporting.drawing import as_png, as_svg  # noqa: PLC0415 - optional
    from instag.reporting.levels import levels  # noqa: PLC0415 - optional
    from instag.reporting.sections import sections  # noqa: PLC0415 - optional

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{target}: expected a folder, or room for one; {error.strerror}") from error
    written = []
    if isinstance(analysis, Sweep):
        drawn = [levels(analysis)]
    else:
        drawn = [figure for section in sections(analysis, known(vocabulary)) for figure in section.figures]
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
            "data: expected a frame where by, tags, selections or gain are given; found an Analysis, which was made with its "
            "own: give them to instag.analyze"
        )
    return data


def known(vocabulary: object) -> Vocabulary | Normalized[Any] | None:
    """A vocabulary or the result of normalising, from an object or a file."""
    if isinstance(vocabulary, str | Path):
        return Vocabulary.load(vocabulary)
    if vocabulary is None or isinstance(vocabulary, Vocabulary | Normalized):
        return vocabulary
    raise InputError(
        "vocabulary: expected an instag.Vocabulary or its file, or what instag.normalize gave back; found "
        f"{type(vocabulary).__name__}"
    )


def _title(analysis: Analysis) -> str:
    every = analysis.summary.row(0, named=True)
    return f"{plural(every['samples'], 'sample')}, {plural(every['tags'], 'tag')}"


def _need() -> None:
    try:
        import altair as alt  # noqa: F401, PLC0415 - optional
        import jinja2  # noqa: F401, PLC0415 - optional
        import vl_convert  # noqa: F401, PLC0415 - optional
    except ImportError as error:
        raise InputError(f"{HINT} ({error.name} is missing)") from None
