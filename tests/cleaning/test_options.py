"""Options of cleaning: the command line shows those that the functions have."""

import inspect
from collections.abc import Callable, Container
from typing import Any

import pytest

import instag
from instag.cleaning.options import Cleaning, Decontamination, Deduplication, Splitting
from instag.model_options import OPTIONS


@pytest.mark.parametrize(
    ("function", "options", "others"),
    [
        (instag.clean, Cleaning, ()),
        (instag.dedup, Deduplication, ()),
        (instag.decontaminate, Decontamination, OPTIONS),
        (instag.split, Splitting, ()),
    ],
)
def test_a_function_has_the_options_that_the_command_line_shows(
    function: Callable[..., Any], options: type, others: Container[str]
) -> None:
    shown = [
        (name, annotation, vars(options).get(name, inspect.Parameter.empty))
        for name, annotation in inspect.get_annotations(options).items()
    ]
    of_function = [
        (each.name, each.annotation, each.default)
        for each in inspect.signature(function).parameters.values()
        if each.name != "data" and each.name not in others
    ]
    assert shown == of_function
