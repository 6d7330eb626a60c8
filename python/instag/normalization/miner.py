"""Association rules between tags, as a frame."""

from typing import Any

import numpy as np
import polars as pl

from instag import _core
from instag.checks import check_choice, check_count, check_share
from instag.frame import wrap
from instag.normalization.rows import rows_of

__all__ = ["associations"]


def associations(
    data: Any, *, tags: str = "tags", min_support: int = 40, min_confidence: float = 0.99, max_antecedent: int = 1
) -> pl.DataFrame:
    """Find tags that are nearly always accompanied by another: rules "who has a, has b".

    Parameters
    ----------
    data
        A frame of any kind that :func:`instag.select` takes.
    tags
        The column that holds each sample's tags. Where it holds a list of lists, each of the inner ones counts as a
        sample.
    min_support
        The least number of samples that have both sides.
    min_confidence
        The least share of the samples with the left side that have the right side too.
    max_antecedent
        The most tags on the left, 1 or 2.

    Returns
    -------
    A row for each rule, the surest first: `antecedent` (a tag; with ``max_antecedent=2`` a list of tags), `consequent`,
    `n_antecedent`, `n_both` (numbers of samples), `support` (`n_both` as a share of all samples whose tags are not
    null), `confidence` and `lift` (how many times more often than among all samples the consequent is found).

    Raises
    ------
    InputError
        Where the column is missing or holds no lists of tags, or an option is out of range.

    Examples
    --------
    >>> import instag, polars as pl
    >>> df = pl.DataFrame({"tags": [["sql", "databases"], ["sql", "databases"], ["databases"], ["poetry"]]})
    >>> instag.associations(df, min_support=2).rows()
    [('sql', 'databases', 2, 2, 0.5, 1.0, 1.3333333333333333)]
    """
    check_count("min_support", min_support)
    check_share("min_confidence", min_confidence)
    check_choice("max_antecedent", max_antecedent, (1, 2))
    column = wrap(data).column(tags)
    rows = rows_of(column)
    one, also, consequent, n_antecedent, n_consequent, n_both = _core.associate(
        rows.offsets, rows.codes, len(rows.tags), min_support, min_confidence, max_antecedent
    )
    names = pl.Series(rows.tags, dtype=pl.String)
    left = names.gather(one)
    if max_antecedent > 1:
        second = names.gather(pl.Series(np.where(also < 0, 0, also)))
        frame = pl.DataFrame({"one": left, "second": second, "alone": also < 0})
        pair = pl.when("alone").then(pl.concat_list("one")).otherwise(pl.concat_list("one", "second"))
        left = frame.select(pair).to_series()
    found = pl.DataFrame(
        {
            "antecedent": left,
            "consequent": names.gather(consequent),
            "n_antecedent": n_antecedent,
            "n_both": n_both,
            "support": n_both / max(rows.known, 1),
            "confidence": n_both / n_antecedent,
            "lift": n_both / n_antecedent * rows.known / n_consequent,
        }
    )
    by = ["confidence", "n_both", "antecedent", "consequent"]
    return found.sort(by, descending=[True, True, False, False])
