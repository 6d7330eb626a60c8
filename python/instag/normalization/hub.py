"""Models from the hub, by the libraries that load them."""

from collections.abc import Callable
from typing import Any

from instag.errors import InputError

__all__ = ["LOADERS", "load"]

Embed = Callable[[list[str]], Any]


def _sentence_transformers(name: str) -> Embed:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - optional

    model = SentenceTransformer(name)
    return lambda texts: model.encode(texts, show_progress_bar=False)


def _model2vec(name: str) -> Embed:
    from model2vec import StaticModel  # noqa: PLC0415 - optional

    model = StaticModel.from_pretrained(name)
    encode: Embed = model.encode
    return encode


LOADERS: dict[str, Callable[[str], Embed]] = {
    "sentence-transformers": _sentence_transformers,
    "model2vec": _model2vec,
}


def load(library: str, name: str) -> Embed:
    """Load a model by its name or folder.

    Raises
    ------
    InputError
        Where the library is not installed.
    """
    try:
        return LOADERS[library](name)
    except ImportError:
        raise InputError(
            f"embedder: {library}:{name} needs {library}; install it with: pip install {library}"
        ) from None
