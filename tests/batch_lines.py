"""Lines of the files that a Batch API gives."""

from typing import Any


def completion(body: dict[str, Any], content: str = '{"tags":[{"tag":"math","explanation":"x"}]}') -> dict[str, Any]:
    """A chat's answer."""
    message = {"role": "assistant", "content": content, "refusal": None}
    return {
        "id": "chatcmpl",
        "object": "chat.completion",
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30},
    }


def answered(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The line of an output file."""
    response = {"status_code": 200, "request_id": "r", "body": completion(request["body"])}
    return {"id": "batch_req", "custom_id": request["custom_id"], "response": response | changes, "error": None}


def expired(request: dict[str, Any]) -> dict[str, Any]:
    """The line of a question that was not reached in time."""
    error = {"code": "batch_expired", "message": "This request could not be executed before the completion window."}
    return {"id": "batch_req", "custom_id": request["custom_id"], "response": None, "error": error}
