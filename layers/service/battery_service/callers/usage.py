"""What each caller has used in this hour and minute: one item per caller and hour, counted by one write per request.

The item is in the table of jobs. A write adds to it on the condition that something is left, so no reading comes before
it, and two requests never count as one. Hours and minutes are those of the clock, so nothing is ever set back: an item is
never used again after its hour, and the table's time to live deletes it.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from battery_service.callers.identity import caller_id
from battery_service.callers.quotas import Quotas, quota_exceeded
from battery_service.log import log_warning

# What an analysis, and the answer to a direct upload, count at least: so most need no second write after the analysis.
LEAST_ANALYSIS_S = 1.0
LEAST_ANSWER_BYTES = 10**6
HOUR_S, MINUTE_S = 3600, 60
KEPT_S = 2 * HOUR_S

_QUOTA_OF: Mapping[str, str] = {
    "requests": "requests_per_minute",
    "n_bytes": "bytes_per_hour",
    "analysis_s": "analysis_seconds_per_hour",
    "links": "links_per_hour",
}


class Usage:
    """The counts of all callers. `now` gives seconds since 1970.

    `update_item` is that of a DynamoDB client, boto3's or the light one; its errors have a `response`, as botocore's have.
    """

    def __init__(
        self, update_item: Callable[..., Any], table: str, quotas: Quotas, now: Callable[[], float] = time.time
    ) -> None:
        self._update_item, self._table, self._quotas, self._now = update_item, table, quotas, now

    def charge(self, caller: str, **amounts: float) -> None:
        """Count `requests`, `n_bytes`, `analysis_s` or `links`. Raises ApiError `quota_exceeded` where one has nothing left.

        An amount of 0 is only checked. The last that is accepted may exceed a quota, so each upload that is within the
        limits can be sent. Where DynamoDB does not answer, nothing is counted and nobody is refused.
        """
        self._add(caller, amounts, is_checked=True)

    def add(self, caller: str, **amounts: float) -> None:
        """Count what has been used already."""
        self._add(caller, amounts, is_checked=False)

    def _add(self, caller: str, amounts: Mapping[str, float], *, is_checked: bool) -> None:
        limits = {name: limit for name in amounts if (limit := getattr(self._quotas, _QUOTA_OF[name]))}
        if not limits:
            return
        now = self._now()
        places = {name: _attribute(name, now) for name in limits}
        request = self._request(caller, {places[name]: amounts[name] for name in limits}, now)
        if is_checked:
            left = [f"(attribute_not_exists(#{places[name]}) OR #{places[name]} < :{name}_limit)" for name in limits]
            request["ConditionExpression"] = " AND ".join(left)
            request["ExpressionAttributeValues"] |= {f":{name}_limit": {"N": str(limits[name])} for name in limits}
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            self._update_item(**request)
        except Exception as error:  # a quota must not stop the API where the table does not answer
            response: Mapping[str, Any] = getattr(error, "response", {})
            if response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                log_warning("a caller's use was not counted", error=type(error).__name__)
                return
            spent = response.get("Item", {})
            for name, limit in limits.items():
                if float(spent.get(places[name], {}).get("N", 0)) >= limit:
                    raise quota_exceeded(_QUOTA_OF[name], limit, _wait_s(name, now)) from None
            raise

    def _request(self, caller: str, added: Mapping[str, float], now: float) -> dict[str, Any]:
        hour = int(now // HOUR_S)
        return {
            "TableName": self._table,
            "Key": {"job_id": {"S": f"hour {caller_id(caller)} {hour}"}},
            "UpdateExpression": "SET #ttl = :ttl ADD " + ", ".join(f"#{name} :{name}" for name in added),
            "ExpressionAttributeNames": {"#ttl": "ttl", **{f"#{name}": name for name in added}},
            "ExpressionAttributeValues": {
                ":ttl": {"N": str(hour * HOUR_S + KEPT_S)},
                **{f":{name}": {"N": f"{amount:.3f}".rstrip("0").rstrip(".")} for name, amount in added.items()},
            },
        }


def _attribute(name: str, now: float) -> str:
    """Requests have an attribute per minute of the hour, everything else one per hour."""
    return f"minute_{int(now // MINUTE_S) % 60:02d}" if name == "requests" else name


def _wait_s(name: str, now: float) -> int:
    period = MINUTE_S if name == "requests" else HOUR_S
    return math.ceil(period - now % period)
