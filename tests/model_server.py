"""A stand-in for a model at an endpoint: it answers by what it is asked, and fails now and then."""

import hashlib
import json
import random
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """A model that answers by what it is asked, and fails as often as is wanted."""

    daemon_threads = True

    def __init__(self, faults: float = 0.0, wait: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults, self.wait = faults, wait
        self.asked: list[str] = []
        # Questions with this in them are never answered; what is said of the models that are there.
        self.deaf: str | None = None
        self.models: bytes | None = None
        # Whether an answer depends on the model and on what stands before the question, too.
        self.particular = False
        self.listed = 0
        self.answers: Counter[str] = Counter()
        self.chance = random.Random(3)  # noqa: S311

    def handle_error(self, *_: object) -> None:
        """Who asked is dead: nothing to say."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.listed += 1
        body = self.server.models if self.path == "/v1/models" else None
        self.reply(404 if body is None else 200, body or b"{}")

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = request["messages"][-1]["content"]
        self.server.asked.append(asked)
        time.sleep(self.server.wait)
        if self.server.chance.random() < self.server.faults:
            body, status = b'{"error": {"message": "overloaded"}}', 503
        elif self.server.deaf is not None and self.server.deaf in asked:
            body, status = b'{"error": {"message": "it fell over"}}', 500
        else:
            whole = json.dumps([request["model"], request["messages"]])
            content = answer_to(asked, whole if self.server.particular else asked)
            choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
            body, status = json.dumps({"id": "1", "model": "m", "choices": [choice], "usage": usage}).encode(), 200
            self.server.answers[asked] += 1
        self.reply(status, body)

    def reply(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # who asked is dead


def answer_to(asked: str, request: str) -> str:
    """What a model might say: to a request for tags, to one about tags, or about a pair of questions."""
    if asked.startswith('{"request"'):
        same = asked != request and int(mark_of(request), 16) % 2 == 0
        return json.dumps({"reason": "they ask about other things", "same": same})
    return judged(asked, request) if '"candidates"' in asked else tagged(request)


def mark_of(asked: str) -> str:
    """What stands in an answer, and says which question it is an answer to."""
    return hashlib.sha256(asked.encode()).hexdigest()


def tagged(request: str) -> str:
    """Two tags, by what is asked."""
    number = int(mark_of(request), 16)
    return json.dumps([{"tag": f"topic {number % 9}", "explanation": mark_of(request)}, {"tag": f"kind {number % 4}"}])


def judged(asked: str, request: str) -> str:
    """Of each tag the first candidate is broader, or another one by what is asked; and none is the same."""
    tags = json.loads(asked)
    nth = 0 if asked == request else int(mark_of(request), 16)
    broader = [{"name": each["candidates"][nth % len(each["candidates"])], "reason": mark_of(asked)} for each in tags]
    said = [{"tag": each["tag"], "same": [], "broader": [one]} for each, one in zip(tags, broader, strict=True)]
    return json.dumps({"tags": said})
