"""A hub of data sets on this machine, as far as reading and pushing ask it: repositories in memory, one commit a push."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

API = re.compile(r"/api/datasets/([^/]+/[^/]+)(?:/(\w[\w-]*)(?:/(.*))?)?")
FILE = re.compile(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")


class Hub:
    """What the server knows, and how it behaves.

    Attributes
    ----------
    url
        Where it is.
    repositories
        The files of each data set.
    private
        Data sets that want the token.
    token
        The one that may push.
    requests
        What was asked: method and path.
    fails
        Paths at whose end the connection is dropped.
    """

    def __init__(self) -> None:
        self.url = ""
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.token = "hf_" + "t" * 34
        self.requests: list[tuple[str, str]] = []
        self.fails: tuple[str, ...] = ()


def sha(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()  # noqa: S324 - what Git uses


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def answer(self, body: Any, status: int = 200, **headers: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def absent(self, code: str, status: int = 404) -> None:
        self.answer({"error": code}, status, X_Error_Code=code)

    def serve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.requests.append((self.command, path))
        if self.hub.fails and path.endswith(self.hub.fails):
            self.connection.close()
            self.close_connection = True
            return
        known = self.headers.get("Authorization") == f"Bearer {self.hub.token}"
        if path == "/api/repos/create":
            self.create(json.loads(body), known=known)
        elif path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif found := FILE.fullmatch(path):
            self.file(*found.groups(), known=known)
        elif found := API.fullmatch(path):
            self.repository(*found.groups(), body=body, known=known)
        else:
            self.absent("NotFound")

    def create(self, wanted: dict[str, Any], *, known: bool) -> None:
        if not known:
            self.answer({"error": "unauthorized"}, 401)
            return
        name = f"{wanted.get('organization') or 'me'}/{wanted['name']}"
        there = name in self.hub.repositories
        self.hub.repositories.setdefault(name, {})
        self.answer({"url": f"{self.hub.url}/datasets/{name}", "id": name}, 409 if there else 200)

    def file(self, name: str, revision: str, path: str, *, known: bool) -> None:
        files = self.hub.repositories.get(name)
        if files is None or (name in self.hub.private and not known):
            self.absent("RepoNotFound", 404 if known else 401)
        elif revision not in {"main", self.commit(name)}:
            self.absent("RevisionNotFound")
        elif path not in files:
            self.absent("EntryNotFound")
        else:
            self.content(files[path], ETag=f'"{sha(files[path])}"', X_Repo_Commit=self.commit(name))

    def content(self, data: bytes, **headers: Any) -> None:
        """A file, or the bytes of it that are asked for."""
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if asked is None:
            self.answer(data, Accept_Ranges="bytes", **headers)
            return
        first = int(asked[1]) if asked[1] else max(0, len(data) - int(asked[2]))
        last = min(int(asked[2]), len(data) - 1) if asked[1] and asked[2] else len(data) - 1
        self.answer(data[first : last + 1], 206, Content_Range=f"bytes {first}-{last}/{len(data)}", **headers)

    def commit(self, name: str) -> str:
        return sha(repr(sorted(self.hub.repositories[name].items())).encode())

    def repository(self, name: str, verb: str | None, rest: str | None, *, body: bytes, known: bool) -> None:
        files = self.hub.repositories.get(name)
        if files is None or (name in self.hub.private and not known):
            self.absent("RepoNotFound", 404 if known else 401)
        elif verb in {None, "revision"}:
            if rest not in {None, "main", self.commit(name)}:
                self.absent("RevisionNotFound")
                return
            siblings = [{"rfilename": path} for path in files]
            self.answer({"id": name, "sha": self.commit(name), "private": False, "tags": [], "siblings": siblings})
        elif verb == "tree":
            found = [
                {"type": "file", "path": path, "size": len(data), "oid": sha(data)} for path, data in files.items()
            ]
            self.answer(found)
        elif verb == "paths-info":
            wanted = parse_qs(body.decode()).get("paths", [])
            found = [
                {"type": "file", "path": path, "size": len(files[path]), "oid": sha(files[path])}
                for path in wanted
                if path in files
            ]
            self.answer(found)
        elif not known:
            self.answer({"error": "forbidden"}, 403)
        elif verb == "preupload":
            modes = [
                {"path": each["path"], "uploadMode": "regular", "shouldIgnore": False}
                for each in json.loads(body)["files"]
            ]
            self.answer({"files": modes})
        elif verb == "commit":
            lines = [json.loads(line) for line in body.splitlines()]
            files |= {
                line["value"]["path"]: base64.b64decode(line["value"]["content"])
                for line in lines
                if line["key"] == "file"
            }
            page = f"{self.hub.url}/datasets/{name}/commit/{self.commit(name)}"
            self.answer({"success": True, "commitOid": self.commit(name), "commitUrl": page, "hookOutput": ""})
        else:
            self.absent("NotFound")

    do_GET = do_POST = do_HEAD = serve  # noqa: N815 - as the base class looks for them


@contextmanager
def hub() -> Iterator[Hub]:
    """Run one on this machine."""
    found = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"hub": found}))
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
