"""CloudWatch metrics of uploads, as embedded metric format on stdout.

Powertools' `Metrics` shares one set among all threads; an `EphemeralMetrics` is made for each upload instead.
Every metric costs money each month, so stages are summed to four, and the format is metadata to search, not a dimension.
The one dimension besides the service separates direct and presigned uploads. Its name is `way`, because alarms and
dashboards of deployments use that name.
"""

from collections.abc import Mapping
from typing import Literal

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from battery_service.bridge import Analysis
from battery_service.contract.generated import report_plots
from battery_service.errors import ApiError
from battery_service.log import SERVICE

NAMESPACE = "BatteryAnalytics"
type UploadRoute = Literal["direct", "storage"]


def count_upload(
    request_id: str, route: UploadRoute, *, n_files: int, n_bytes: int, analysis: Analysis, total_ms: float
) -> None:
    """One analysed upload: files, bytes, cells, cycles, points, and milliseconds by stage."""
    metrics = _metrics(request_id, route)
    metrics.add_metadata("formats", sorted(set(analysis.formats)))
    for name, count in (
        ("Uploads", 1),
        ("Files", n_files),
        ("Cells", analysis.n_cells),
        ("Cycles", analysis.n_cycles),
        ("Points", analysis.n_points),
    ):
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metric("UploadBytes", MetricUnit.Bytes, n_bytes)
    metrics.add_metric("ReportBytes", MetricUnit.Bytes, len(analysis.report))
    for stage, milliseconds in stage_totals_ms(analysis.timings_ms).items():
        metrics.add_metric(f"{stage}Time", MetricUnit.Milliseconds, milliseconds)
    metrics.add_metric("TotalTime", MetricUnit.Milliseconds, total_ms)
    metrics.flush_metrics()


def count_refusal(request_id: str, route: UploadRoute, error: ApiError) -> None:
    """One upload that was answered with an error; the code is metadata."""
    metrics = _metrics(request_id, route)
    metrics.add_metadata("code", error.code)
    metrics.add_metric("RefusedUploads", MetricUnit.Count, 1)
    metrics.flush_metrics()


def count_failed_attempt(request_id: str) -> None:
    """One attempt at a job that an error of ours or of AWS has ended."""
    metrics = _metrics(request_id, "storage")
    metrics.add_metric("FailedAttempts", MetricUnit.Count, 1)
    metrics.flush_metrics()


def stage_totals_ms(timings_ms: Mapping[str, float]) -> dict[str, float]:
    """The library's many stages summed to Read, Analyse, Plot and Encode."""
    totals = {"Read": 0.0, "Analyse": 0.0, "Plot": 0.0, "Encode": 0.0}
    for stage, milliseconds in timings_ms.items():
        totals[coarse_stage(stage)] += milliseconds
    return totals


def coarse_stage(stage: str) -> Literal["Read", "Analyse", "Plot", "Encode"]:
    """The sum to which a stage of the library adds."""
    if stage in {"read", "normalise"}:
        return "Read"
    if stage == "encode":
        return "Encode"
    return "Plot" if stage in {plot["name"] for plot in report_plots()} else "Analyse"


def _metrics(request_id: str, route: UploadRoute) -> EphemeralMetrics:
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    metrics.add_dimension("way", route)
    metrics.add_metadata("request_id", request_id)
    return metrics
