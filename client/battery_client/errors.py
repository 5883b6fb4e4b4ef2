"""What ends a run of the client with one line and exit status 1."""


class ClientError(Exception):
    """The message is what the user reads."""


class TooLargeError(ClientError):
    """More than one request carries, from a server that has another way."""


class UnreachableError(ClientError):
    """No answer came; the same question may get one later."""
