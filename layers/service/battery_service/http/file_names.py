"""Makes the names of uploaded files safe to show: no path, no control characters, a limited length."""

import re
import unicodedata
from urllib.parse import unquote

MAX_LENGTH = 200
UNNAMED = "unnamed"

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_EXTENDED = re.compile(r";\s*filename\*\s*=\s*([^;\s]+)", re.IGNORECASE)


def display_name(name: str) -> str:
    """The last component of the path that a client sent, cleaned; `unnamed` where nothing is left.

    NFC, because macOS sends decomposed letters and the files of one CSV set are matched by name.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(character for character in base if unicodedata.category(character)[0] != "C").strip()
    if shown in {"", ".", ".."}:
        return UNNAMED
    if len(shown) <= MAX_LENGTH:
        return shown
    return f"{shown[: MAX_LENGTH - 61]}…{shown[-60:]}"


def extended_filename(content_disposition: str) -> str | None:
    """The decoded `filename*=charset'language'percent-encoded` of a header (RFC 5987), None where there is none.

    Quoted values are blanked first: `filename="x; filename*=y"` is a plain name. An unknown charset is read as UTF-8.
    """
    match = _EXTENDED.search(_QUOTED.sub('""', content_disposition))
    if match is None:
        return None
    charset, separator, rest = match.group(1).partition("'")
    _, second_separator, encoded = rest.partition("'")
    if not separator or not second_separator:
        return None
    return unquote(encoded, encoding="latin-1" if charset.lower() == "iso-8859-1" else "utf-8", errors="replace")
