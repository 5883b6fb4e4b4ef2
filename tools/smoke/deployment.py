"""A deployment under test: its address, a token where it asks for one, and requests that say what they expected."""

from dataclasses import dataclass, field
from typing import Any

import requests

SECONDS = 60


class SmokeError(Exception):
    """A deployment did not do what it should; the message says what it did."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """`token` is empty where the deployment asks for none."""

    url: str
    token: str = field(repr=False, default="")

    def ask(
        self, method: str, path: str, *, expected: int | tuple[int, ...] = 200, token: str | None = None, **sent: Any
    ) -> requests.Response:
        """One request. Raises SmokeError where the status is none of those expected, or nothing answers.

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

    def asks_for_a_token(self) -> bool:
        """Whether a request without one is turned away."""
        return self.ask("GET", f"/api/jobs/{'0' * 32}", expected=(401, 403, 404), token="").status_code != 404


def require(holds: bool, otherwise: str) -> None:
    """Raises SmokeError with what was seen instead."""
    if not holds:
        raise SmokeError(otherwise)
