"""What ends a run of the client with one line and exit status 1."""


class ClientError(Exception):
    """The message is what the user reads."""
