"""The media type and encoding that a client prefers, by its quality values (RFC 9110, section 12).

Neither powertools nor the standard library reads them: powertools compresses for `gzip;q=0` too.
"""


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the client accepts gzip, and prefers it to no encoding or equally."""
    weights = _weights(accept_encoding)
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def prefers_html(accept: str) -> bool:
    """Whether the client prefers HTML to JSON, as browsers do; a tie is JSON."""
    weights = _weights(accept)
    return _media_weight(weights, "text/html") > _media_weight(weights, "application/json")


def _media_weight(weights: dict[str, float], media_type: str) -> float:
    main_type = media_type.partition("/")[0]
    for pattern in (media_type, f"{main_type}/*", "*/*"):
        if pattern in weights:
            return weights[pattern]
    return 0.0


def _weights(header: str) -> dict[str, float]:
    """Each named alternative in lower case, with its quality; one that is not a number counts as 0."""
    weights: dict[str, float] = {}
    for item in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in item.split(";"))
        if name:
            weights[name] = _quality(parameters)
    return weights


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0
