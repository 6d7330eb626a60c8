"""Keys and headers from files: what is read, and what an error shows of them."""

from pathlib import Path

import pytest

from instag.chat import read_headers, read_key
from instag.errors import InputError


def test_headers_of_a_file_may_have_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "headers.txt").write_text("X-Team: data\n\nX-Run:7\n  \n", "utf-8")
    expected = {"X-Team": "data", "X-Run": "7", "X-More": "a: b"}
    assert read_headers(["@headers.txt", "X-More: a: b"], "header", tmp_path) == expected


@pytest.mark.parametrize("text", ["", "sk-1", "~secret", ": sk-1", "@headers.txt"])
def test_a_line_that_is_no_header_is_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "headers.txt").write_text("X-Team: data\nsk-1\n", "utf-8")
    with pytest.raises(InputError, match=r"^--header: expected 'NAME: VALUE'.*found a line without a ':'$"):
        read_headers([text], "--header", tmp_path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"^api_key_file: .*key\.txt cannot be read: it is not in UTF-8$"):
        read_key(tmp_path / "key.txt", "api_key_file")
    with pytest.raises(FileNotFoundError, match=r"^header: .*none cannot be read: No such file or directory$"):
        read_headers(["@none"], "header", tmp_path)
