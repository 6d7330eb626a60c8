"""The address and headers that a client of the openai SDK would use."""

from typing import Any

from instag.errors import InputError

__all__ = ["captured"]

# Headers that every request sets itself, or that are not needed.
OWN = ("host", "connection", "content-", "accept", "x-stainless-")


async def captured(client: Any, model: str) -> tuple[str, dict[str, str]]:
    """Let the client build a request, and take it before it is sent.

    This works for every kind of client and every kind of authentication.

    Parameters
    ----------
    client
        An `openai.AsyncOpenAI` or one derived from it.
    model
        The model, which some addresses contain.

    Returns
    -------
    tuple
        The address of the chats, and the headers.

    Raises
    ------
    InputError
        If the client cannot build a request, for example without a key or token.
    """
    import httpx2  # noqa: PLC0415 - it takes longer to import than all of instag
    from openai import OpenAIError  # noqa: PLC0415 - as above

    taken: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        taken.append(request)
        return httpx2.Response(200, json={})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(take)) as catcher:
        try:
            asked = client.with_options(http_client=catcher, max_retries=0)
            await asked.post("/chat/completions", body={"model": model, "messages": []}, cast_to=httpx2.Response)
        except OpenAIError as error:
            raise InputError(f"client: {error}") from None
    headers = {name: value for name, value in taken[0].headers.multi_items() if not name.lower().startswith(OWN)}
    return str(taken[0].url), headers
