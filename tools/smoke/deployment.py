"""A deployment under test: its address, a token if it asks for one, and requests with the status that they expect."""

from dataclasses import dataclass, field
from typing import Any

import requests

SECONDS = 60


class SmokeError(Exception):
    """A deployment did not do what it should; the message says what it did instead."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """`token` is empty if the deployment asks for none."""

    url: str
    token: str = field(repr=False, default="")

    def ask(
        self, method: str, path: str, *, expected: int | tuple[int, ...] = 200, token: str | None = None, **sent: Any
    ) -> requests.Response:
        """One request. Raises SmokeError if the status is not an expected one, or there is no answer.

        `token` replaces the deployment's own; "" sends none.
        """
        carried = self.token if token is None else token
        headers = {"Accept": "application/json", **sent.pop("headers", {})}
        if carried:
            headers["Authorization"] = f"Bearer {carried}"
        target = path if path.startswith("http") else f"{self.url.rstrip('/')}{path}"
        try:
            answer = requests.request(method, target, headers=headers, timeout=SECONDS, **sent)
        except requests.RequestException as error:
            raise SmokeError(f"{method} {path} was not answered: {error}") from error
        allowed = (expected,) if isinstance(expected, int) else expected
        if answer.status_code not in allowed:
            raise SmokeError(
                f"{method} {path} answered {answer.status_code} where {' or '.join(map(str, allowed))} was expected: "
                f"{answer.text[:300]}"
            )
        return answer

    def needs_token(self) -> bool:
        """Whether a request without a token is rejected."""
        return self.ask("GET", f"/api/jobs/{'0' * 32}", expected=(401, 403, 404), token="").status_code != 404


def require(holds: bool, otherwise: str) -> None:
    """Raises SmokeError with the message `otherwise` if the condition is false."""
    if not holds:
        raise SmokeError(otherwise)
