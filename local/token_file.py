"""The tokens that a local server accepts: a file with the text of a token store."""

from pathlib import Path

from battery_service.tokens.store import store_of


def tokens_of(file: Path) -> str:
    """The text of a token store. Raises ValueError where it holds no token."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the tokens cannot be read: {error}") from error
    if not store_of(text).entries:
        raise ValueError(f"{file} has no line with a caller and a hash; make token CALLER=me makes one")
    return text
