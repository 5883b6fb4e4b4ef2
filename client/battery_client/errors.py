"""Errors that end a run of the client with one message and exit status 1."""


class ClientError(Exception):
    """The message is what the user reads."""


class TooLargeError(ClientError):
    """More than one request may hold, from a server that offers presigned uploads."""


class UnreachableError(ClientError):
    """There was no answer; the same request may get one later, after `wait_s` seconds where the server has said when."""

    def __init__(self, message: str, *, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s
