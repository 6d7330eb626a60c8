"""The models that an endpoint lists, so that an unknown name is found before anything is asked."""

import json
import re
import ssl
import urllib.request
from http.client import HTTPException

from instag.chat.endpoint import PATH, Endpoint

__all__ = ["others_than"]

# A list that takes longer, or is longer, is ignored.
SECONDS, LARGEST = 5.0, 8 << 20
# Servers of one model, which accept any name.
ANY_NAME = ("llamacpp",)
# Prefixes and suffixes that servers list but do not require: `models/gemini-pro`, `llama3:latest`.
AROUND = re.compile(r"^models/|:[\w.-]+$")


def others_than(endpoint: Endpoint) -> list[str]:
    """The models that an endpoint lists, if the wanted one is not among them; else none.

    It is none too if the endpoint lists no models or cannot be reached: asking it shows whether it answers.
    """
    if endpoint.socket or endpoint.client is not None:
        return []
    url = endpoint.url.replace(PATH, "/models", 1)
    context = None
    if endpoint.insecure and url.startswith("https:"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(url, headers=dict(endpoint.headers))  # noqa: S310 - http or https, as an Endpoint's is
    try:
        with urllib.request.urlopen(request, timeout=SECONDS, context=context) as answer:  # noqa: S310 - as above
            found = json.loads(answer.read(LARGEST))
    except (OSError, ValueError, HTTPException):
        return []
    models = found.get("data") if isinstance(found, dict) else None
    if not isinstance(models, list):
        return []
    known = [each for each in models if isinstance(each, dict) and isinstance(each.get("id"), str)]
    if any(each.get("owned_by") in ANY_NAME for each in known):
        return []
    names = [str(each["id"]) for each in known]
    return [] if _plain(endpoint.model) in map(_plain, names) else names


def _plain(name: str) -> str:
    """A name without its optional prefix and suffix.

    Examples
    --------
    >>> _plain("models/gemini-pro"), _plain("llama3:latest"), _plain("Qwen/Qwen3-4B")
    ('gemini-pro', 'llama3', 'qwen/qwen3-4b')
    """
    return AROUND.sub("", name).casefold()
