"""Requests without a whole answer: why, and what to do about it."""

import socket
import ssl

__all__ = ["Lost", "unconnected"]

PLAIN = "is the address http:// rather than https://?"


class Lost(Exception):  # noqa: N818 - it says what became of the answer
    """No whole answer came.

    Attributes
    ----------
    reason, detail
        A short name, and an explanation.
    hopeless
        Whether another attempt would be useless, because the connection is set up wrongly.
    """

    def __init__(self, reason: str, detail: str, *, hopeless: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.hopeless = reason, detail, hopeless


def unconnected(error: Exception, cause: object) -> Lost:
    """Why there is no connection, and what to do if waiting would not help."""
    words = str(error) or type(error).__name__
    found: object = cause
    while found is not None and not isinstance(found, ssl.SSLError | socket.gaierror):
        found = getattr(found, "__cause__", None) or getattr(found, "__context__", None)
    if isinstance(found, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY" in words:
        advice = (
            "set SSL_CERT_FILE to a file with the certificate that it is signed by, or say insecure=True / --insecure"
        )
        # Of long words the end is cut off, and the advice stands before it.
        return Lost("no connection", f"the server's certificate is not trusted; {advice}: {words}", hopeless=True)
    if isinstance(found, ssl.SSLError) or "SSL" in words:
        return Lost("no connection", f"no secure connection: {words}; {PLAIN}", hopeless=True)
    if isinstance(cause, ConnectionResetError):
        # In the middle of a handshake: a server without TLS does this, and one that is about to restart.
        return Lost("no connection", f"{words}; {PLAIN}")
    if isinstance(found, socket.gaierror) and found.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)}:
        return Lost("unknown host", f"{words}; is the name right?")
    if isinstance(cause, ConnectionRefusedError):
        return Lost("no connection", f"{words}; is the server running, and is this its port?")
    return Lost("no connection", words)
