"""A Batch API on this machine: files, batches, and whatever may go wrong with them."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from batch_lines import answered, completion

SECRET = "sk-very-secret-key"  # noqa: S105 - of a server that is gone after the test


@dataclass
class Made:
    """A batch on the server."""

    id: str
    input: str
    metadata: dict[str, str]
    endpoint: str
    status: str = "in_progress"
    output: str | None = None
    errors: str | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)
    ended: int | None = None


class BatchServer:
    """Files and batches; use it as a context manager.

    Attributes
    ----------
    faults
        By step (`upload`, `create`, `list`, `retrieve`, `content`, `chat`): what happens at the next times, each
        `"before"` (the connection is closed, nothing is done), `"after"` (it is done, and the connection is closed), a
        status, `"html"` (a page instead of an answer), `"half"` of a file, or `"hang"`.
    unlisted
        How many times the list leaves out what was made last.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self.batches: dict[str, Made] = {}
        self.faults: dict[str, list[str | int]] = {}
        self.unlisted = 0
        self.calls: Counter[str] = Counter()
        self.chats: list[dict[str, Any]] = []
        self.chat: Callable[[dict[str, Any]], tuple[int, Any]] = lambda body: (200, completion(body))
        self.headers: list[dict[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def requests(self, batch: str) -> list[dict[str, Any]]:
        """The lines of a batch's file."""
        return [json.loads(line) for line in self.files[self.batches[batch].input].splitlines()]

    def end(
        self,
        batch: str,
        status: str = "completed",
        *,
        answer: Callable[[dict[str, Any]], dict[str, Any] | None] = answered,
        files: bool = True,
        ago: float = 0.0,
    ) -> None:
        """Bring a batch to its end; `answer` gives the line for a request, or None."""
        made = self.batches[batch]
        lines = [line for request in self.requests(batch) if (line := answer(request)) is not None]
        good = [line for line in lines if _good(line)]
        bad = [line for line in lines if not _good(line)]
        made.status, made.ended = status, int(time.time() - ago)
        if files:
            made.output = self._store(good, f"{batch}_output.jsonl") if good else None
            made.errors = self._store(bad, f"{batch}_error.jsonl") if bad else None

    def fail(self, batch: str, code: str, message: str) -> None:
        """A batch is refused as a whole, after it was made."""
        made = self.batches[batch]
        made.status, made.problems = "failed", [{"code": code, "message": message, "line": None, "param": None}]

    def _store(self, lines: list[dict[str, Any]], name: str) -> str:
        file = f"file-{len(self.files)}"
        self.files[file] = "".join(json.dumps(line) + "\n" for line in lines).encode()
        self.names[file] = name
        return file

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_post("/v1/files", self._upload)
        app.router.add_get("/v1/files/{file}/content", self._content)
        app.router.add_post("/v1/batches", self._create)
        app.router.add_get("/v1/batches", self._list)
        app.router.add_get("/v1/batches/{batch}", self._retrieve)
        app.router.add_post("/v1/chat/completions", self._chat)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    async def _fault(self, step: str, request: web.Request) -> str | None:
        self.calls[step] += 1
        self.headers.append(dict(request.headers))
        fault = self.faults[step].pop(0) if self.faults.get(step) else None
        if isinstance(fault, int):
            words = {"error": {"message": f"no {step} for {request.headers.get('Authorization')}", "code": "trouble"}}
            raise _status(fault, words)
        if fault == "before":
            _close(request)
        if fault == "html":
            raise web.HTTPOk(text="<html>a proxy's page</html>", content_type="text/html")
        return fault

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = await self._fault("upload", request)
        form = await request.post()
        part = form["file"]
        assert isinstance(part, web.FileField)
        assert form["purpose"] == "batch"
        file = f"file-{len(self.files)}"
        self.files[file], self.names[file] = part.file.read(), part.filename
        if fault == "after":
            _close(request)
        told = {
            "id": file,
            "object": "file",
            "bytes": len(self.files[file]),
            "created_at": 1,
            "filename": part.filename,
        }
        return web.json_response(told | {"purpose": "batch", "status": "processed"})

    async def _content(self, request: web.Request) -> web.StreamResponse:
        fault = await self._fault("content", request)
        content = self.files.get(request.match_info["file"])
        if content is None:
            return web.json_response({"error": {"message": "No such File object", "code": None}}, status=404)
        response = web.StreamResponse()
        response.content_length = len(content)
        await response.prepare(request)
        if fault == "half":
            await response.write(content[: len(content) // 2])
            _close(request)
        await response.write(content)
        return response

    async def _create(self, request: web.Request) -> web.StreamResponse:
        fault = await self._fault("create", request)
        body = await request.json()
        assert body["completion_window"] == "24h"
        assert all(len(key) <= 64 and len(value) <= 512 for key, value in body["metadata"].items())
        assert body["input_file_id"] in self.files
        batch = Made(f"batch_{len(self.batches)}", body["input_file_id"], body["metadata"], body["endpoint"])
        self.batches[batch.id] = batch
        if fault == "after":
            _close(request)
        if fault == "hang":
            await asyncio.sleep(30)
        return web.json_response(self._told(batch))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        await self._fault("list", request)
        batches = list(self.batches.values())[::-1]
        if self.unlisted:
            self.unlisted -= 1
            batches = batches[1:]
        after = request.query.get("after")
        start = 1 + [batch.id for batch in batches].index(after) if after else 0
        page = batches[start : start + min(int(request.query["limit"]), 2)]
        told = [self._told(batch, briefly=True) for batch in page]
        return web.json_response({"object": "list", "data": told, "has_more": start + len(page) < len(batches)})

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        await self._fault("retrieve", request)
        return web.json_response(self._told(self.batches[request.match_info["batch"]]))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        await self._fault("chat", request)
        body = await request.json()
        self.chats.append(body)
        status, told = self.chat(body)
        return web.json_response(told, status=status)

    def _told(self, batch: Made, *, briefly: bool = False) -> dict[str, Any]:
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": batch.endpoint,
            "errors": {"object": "list", "data": batch.problems} if batch.problems and not briefly else None,
            "input_file_id": batch.input,
            "completion_window": "24h",
            "status": batch.status,
            "output_file_id": batch.output,
            "error_file_id": batch.errors,
            "created_at": int(time.time()),
            f"{batch.status}_at": batch.ended,
            "metadata": batch.metadata,
        }


def _good(line: dict[str, Any]) -> bool:
    return bool(line["response"]) and line["response"]["status_code"] == 200


def _status(status: int, words: dict[str, Any]) -> web.HTTPException:
    class Told(web.HTTPException):
        status_code = status

    return Told(text=json.dumps(words), content_type="application/json")


def _close(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError
