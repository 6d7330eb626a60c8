"""Publishing: a folder of data is pushed to the Hugging Face Hub, in one commit or not at all."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instag.errors import InputError, MissingFileError
from instag.io.description import NAME, card
from instag.io.hub import api, hub_errors
from instag.io.trainers.files import is_edited

__all__ = ["Pushed", "push"]

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
# Files that are not part of a data set: caches, answers of models, locks, outputs of trainers.
LEFT_OUT = re.compile(r"(^|/)(\.|output/|__pycache__/)|\.(journal|lock|tmp)$|~$")
# Text files up to this size are searched for tokens.
LOOKED_AT = 1 << 26
TOKEN = re.compile(rb"\bhf_[A-Za-z0-9]{30,}\b")


@dataclass(frozen=True)
class Pushed:
    """What was pushed, or would be.

    Attributes
    ----------
    repository
        The data set: ``org/name``.
    files
        The files with their sizes in bytes.
    card
        The text of the card.
    url
        The page of the commit; None if nothing was pushed.
    """

    repository: str
    files: dict[str, int]
    card: str
    url: str | None = None

    def __repr__(self) -> str:
        lines = [f"{size:>14,}  {name}" for name, size in self.files.items()]
        end = f"pushed to {self.url}" if self.url else f"nothing was pushed to {self.repository}"
        return "\n".join([*lines, f"{sum(self.files.values()):>14,}  bytes in {len(self.files):,} files", end])


def push(
    folder: str | Path,
    repository: str,
    *,
    private: bool = False,
    revision: str | None = None,
    message: str | None = None,
    dry_run: bool = False,
    **described: Any,
) -> Pushed:
    """Push a folder of data to the Hugging Face Hub, with its card.

    All files go in one commit, so that a lost connection leaves the data set unchanged. Hidden files, journals, locks and
    outputs of trainers are left out. Files with a token in them are refused.

    Parameters
    ----------
    folder
        The folder; see :func:`instag.card`. If it has no card, one is written, with the options of that function.
    repository
        The data set: ``org/name``; it is created if it does not exist.
    private
        If it is created, make it private.
    revision
        An existing branch; by default the main one.
    message
        The message of the commit.
    dry_run
        Push nothing, and ask nothing of the Hub.
    **described
        The options of the card; see :func:`instag.card`.

    Returns
    -------
    Pushed

    Raises
    ------
    InputError
        If the name is invalid, there is no token or no connection, or the Hub refuses; nothing is pushed then.

    Examples
    --------
    >>> import instag, polars as pl
    >>> folder = getfixture("tmp_path")
    >>> instag.write(pl.DataFrame({"prompt": ["Why?"]}), folder / "train.jsonl")
    >>> instag.push(folder, "me/one-question", dry_run=True).files["train.jsonl"]
    18
    """
    if not REPOSITORY.fullmatch(str(repository)):
        raise InputError(f"repository: expected the name of a data set such as org/name; found {repository!r}")
    target = Path(folder).expanduser()
    if not target.is_dir():
        raise MissingFileError(f"{target}: there is no such folder: expected one to push")
    kept = target / NAME
    text = kept.read_text(encoding="utf-8") if is_edited(kept) else card(target, write=not dry_run, **described)
    files = {path.relative_to(target).as_posix(): path.stat().st_size for path in _files(target)}
    files = dict(sorted({NAME: len(text.encode()), **files}.items()))
    _check_secrets(target, files)
    if dry_run:
        return Pushed(repository, files, text)
    hub = api()
    if _token() is None:
        raise InputError("push: there is no token: set HF_TOKEN, or run hf auth login")
    with hub_errors(repository):
        hub.create_repo(repository, repo_type="dataset", private=private or None, exist_ok=True)
        commit = hub.upload_folder(
            repo_id=repository,
            folder_path=target,
            repo_type="dataset",
            revision=revision,
            commit_message=message or "Data chosen with instag",
            allow_patterns=list(files),
        )
    return Pushed(repository, files, text, str(commit.commit_url))


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(base, name)
            if not LEFT_OUT.search(path.relative_to(folder).as_posix()):
                yield path


def _check_secrets(folder: Path, files: Iterable[str]) -> None:
    """Check that no file has a token."""
    own = (_token() or "").encode()
    for name in files:
        path = folder / name
        if not path.is_file() or path.stat().st_size > LOOKED_AT:
            continue
        held = path.read_bytes()
        if TOKEN.search(held) or (own and own in held):
            raise InputError(f"{path}: there is a token of the Hub in this file: take it out before it is pushed")


def _token() -> str | None:
    try:
        from huggingface_hub import get_token  # noqa: PLC0415 - an extra
    except ImportError:
        return os.environ.get("HF_TOKEN")  # the files are still searched for it; to push, the package is asked for
    found: str | None = get_token()
    return found
