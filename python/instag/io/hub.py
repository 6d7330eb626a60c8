"""The Hugging Face Hub: data sets read from there as files, and errors in one line.

`HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_CACHE` and the login of `hf auth login` are used, whenever they were set. No token is
ever part of a message.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from instag.errors import InputError, MissingFileError
from instag.io.filetypes import endings

__all__ = ["SCHEME", "Address", "api", "fetched", "hub_errors"]

SCHEME = "hf://"
FORM = re.compile(r"hf://datasets/([^/@]+/[^/@]+)(?:@(refs/(?:convert|pr)/[^/]+|[^/]+))?(?:/(.*))?")
# The name of the branch with converted files, as Polars and the Hub's own pages have it.
CONVERTED = {"~parquet": "refs/convert/parquet"}
MAGIC = re.compile(r"[*?\[]")
# The HTTP libraries that huggingface_hub uses, by its version: it does not wrap their errors.
TRANSPORTS = ("httpx", "httpx2", "requests", "httpcore", "httpcore2")
HINT = "the Hub needs the package huggingface_hub: pip install 'instag[hub]'"


class Address(NamedTuple):
    """A place on the Hub.

    Attributes
    ----------
    repository
        The data set: ``org/name``.
    revision
        A branch, a tag or a commit; None is the newest.
    path
        A file or a glob in it; empty for all of its data files.
    """

    repository: str
    revision: str | None
    path: str

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read an address.

        Examples
        --------
        >>> Address.of("hf://datasets/org/name@v1/data/*.parquet")
        Address(repository='org/name', revision='v1', path='data/*.parquet')
        """
        found = FORM.fullmatch(text)
        if found is None:
            raise InputError(
                f"{text}: expected a data set on the Hub such as hf://datasets/org/name, with a revision and files if "
                "wanted: hf://datasets/org/name@main/data/*.parquet"
            )
        repository, revision, path = found.groups()
        revision = None if revision is None else CONVERTED.get(revision, unquote(revision))
        return cls(repository, revision, path or "")


def fetched(text: str) -> list[tuple[Path, str]] | Path:
    """Download the files of an address into the Hub's cache, where they are read like any other file.

    Returns
    -------
    list of (Path, str), or Path
        Files with their addresses; a folder, if the address names no file.
    """
    address = Address.of(text)
    hub = api()
    with hub_errors(text):
        options = _options(hub, address)
        if not address.path:
            patterns = [f"*{ending}*" for ending in endings()]
            return Path(hub.snapshot_download(address.repository, allow_patterns=patterns, **options))
        wanted = [address.path]
        if MAGIC.search(address.path):
            if "local_files_only" in options:
                # The cache may not have all files that the glob matches.
                where = os.environ.get("HF_ENDPOINT") or "the Hugging Face Hub"
                raise InputError(
                    f"{text}: {where} cannot be reached to list its files: try again, or name one in the cache"
                )
            rule = _rule(address.path)
            listed = hub.list_repo_files(address.repository, repo_type="dataset", revision=options["revision"])
            wanted = [name for name in sorted(listed) if rule.fullmatch(name)]
            if not wanted:
                raise MissingFileError(f"{text}: the glob matches no file: expected at least one")
        revision = "" if address.revision is None else f"@{address.revision}"
        base = f"{SCHEME}datasets/{address.repository}{revision}"
        return [(Path(hub.hf_hub_download(address.repository, name, **options)), f"{base}/{name}") for name in wanted]


def _options(hub: Any, address: Address) -> dict[str, Any]:
    """Choose how files are fetched: from the Hub, or if it cannot be reached, from the cache."""
    options = {"repo_type": "dataset", "revision": address.revision, "cache_dir": os.environ.get("HF_HUB_CACHE")}
    try:
        hub.repo_info(address.repository, repo_type="dataset", revision=address.revision)
    except Exception as error:
        if not _is_transport(error):
            raise
        return options | {"local_files_only": True}
    return options


def api() -> Any:
    """The Hub, as the environment sets it now."""
    try:
        from huggingface_hub import HfApi  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError(HINT) from None
    return HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)


@contextmanager
def hub_errors(what: str) -> Iterator[None]:
    """Describe an error of the Hub in one line."""
    from huggingface_hub import errors  # noqa: PLC0415 - an extra

    where = os.environ.get("HF_ENDPOINT") or "the Hugging Face Hub"
    # The narrower ones first: some are kinds of others.
    known: dict[type[Exception], tuple[type[InputError], str]] = {
        errors.GatedRepoError: (InputError, f"access has to be asked for, on its page at {where}"),
        errors.RepositoryNotFoundError: (
            MissingFileError,
            f"there is no such data set at {where}, or it is private: then set HF_TOKEN, or run hf auth login",
        ),
        errors.RevisionNotFoundError: (MissingFileError, "there is no such revision"),
        errors.LocalEntryNotFoundError: (
            InputError,
            f"{where} cannot be reached, and it is not in the cache: try again",
        ),
        errors.EntryNotFoundError: (MissingFileError, "there is no such file in the data set"),
    }
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        kind, said = next((known[kind] for kind in known if isinstance(error, kind)), (InputError, None))
        if isinstance(error, errors.HfHubHTTPError):
            said = said or _answered(getattr(error.response, "status_code", None), where)
        elif said is None and _is_transport(error):
            said = f"{where} cannot be reached ({type(error).__name__}): try again"
        if said is None:
            raise
        raise kind(f"{what}: {said}") from None


def _is_transport(error: Exception) -> bool:
    """Whether the Hub could not be reached, as opposed to an error that it answered with."""
    from huggingface_hub import errors  # noqa: PLC0415 - an extra

    other = isinstance(error, errors.HfHubHTTPError | InputError)
    return not other and (type(error).__module__.partition(".")[0] in TRANSPORTS or isinstance(error, OSError))


def _answered(status: int | None, where: str) -> str:
    if status in {401, 403}:
        return f"{where} refused it ({status}): set HF_TOKEN to a token that may do this, or run hf auth login"
    return f"{where} answered {status}: try again later"


def _rule(glob: str) -> re.Pattern[str]:
    """A glob as a rule for the names of files, in which * stops at a folder and ** does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])", glob)
    rules = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(rules.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts))
