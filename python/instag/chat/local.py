"""A model's weights in a file, run in this process by llama.cpp's server, at an address on this machine only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from instag.errors import InputError, file_error

__all__ = ["check_weights", "is_weights", "serving"]

SUFFIX = ".gguf"
# Requests at a time, and the tokens of each: a query of 6,000 characters, the prompt, and an answer of 1,024 tokens.
SLOTS = 4
CONTEXT = 4096
SILENT = -1


def is_weights(model: Any, base_url: Any = None, client: Any = None) -> bool:
    """Whether a model is a file with weights, and not a server's model with such a name.

    Examples
    --------
    >>> is_weights("models/qwen3-4b.gguf"), is_weights("qwen3-4b.gguf", "http://localhost:8080/v1")
    (True, False)
    """
    elsewhere = base_url or client is not None or os.environ.get("OPENAI_BASE_URL")
    return isinstance(model, str | Path) and str(model).lower().endswith(SUFFIX) and not elsewhere


def check_weights(path: str | Path) -> None:
    """Raise an :class:`instag.InputError` if a file with weights cannot be read."""
    try:
        Path(path).open("rb").close()
    except OSError as error:
        raise file_error(f"model / --model: {path}: expected a GGUF file; {error.strerror}", error) from None


@contextmanager
def serving(path: str | Path, name: str, concurrency: int | Literal["auto"] = "auto") -> Iterator[str]:
    """Run a model while the context is open.

    Parameters
    ----------
    path
        A GGUF file.
    name
        The name that requests have for the model.
    concurrency
        Requests at a time, each with a context of 4,096 tokens; 4 where it is `"auto"`.

    Yields
    ------
    str
        The address of its endpoint.

    Raises
    ------
    InputError
        If the file does not exist or is not a model, or `xllamacpp` is not installed.
    """
    try:
        import xllamacpp  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError(f"model / --model: to run {path}: pip install 'instag[local]'") from None
    check_weights(path)
    slots = SLOTS if concurrency == "auto" else concurrency
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {name}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_parallel, params.n_ctx = slots, CONTEXT * slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
    params.n_threads_http = slots
    params.verbosity = SILENT
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        raise InputError(f"model / --model: {path}: expected weights that llama.cpp can run: {error}") from None
    try:
        yield f"{server.listening_address}/v1"
    finally:
        # It stops when nothing refers to it any more.
        del server
