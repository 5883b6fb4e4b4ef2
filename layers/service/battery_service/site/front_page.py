"""What is at the root: API information for programs, a small page for browsers."""

from dataclasses import dataclass
from importlib.resources import files

from battery_service.limits import UPLOADS
from battery_service.settings import Settings

NAME = "Battery Analytics API"
# The page's script and style are part of it; it talks to its own origin, and to the storage where large files go.
SMALL_PAGE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' https://*.amazonaws.com; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class FrontPage:
    """A page and its Content-Security-Policy: where its scripts, styles and images may come from."""

    html: bytes
    policy: str


def api_information(settings: Settings) -> dict[str, object]:
    limits = settings.limits
    return {
        "name": NAME,
        "version": settings.version,
        "status": "ok",
        "stage": settings.stage,
        "endpoints": {
            "upload": "POST /api/upload",
            "announce_upload": "POST /api/uploads",
            "start_analysis": "POST /api/uploads/{upload_id}/analysis",
            "job": "GET /api/jobs/{job_id}",
            "job_result": "GET /api/jobs/{job_id}/result",
            "forget_job": "DELETE /api/jobs/{job_id}",
            "formats": "GET /api/formats",
            "health": "GET /health",
            "openapi": "GET /openapi.json",
            "docs": "GET /docs",
        },
        "limits": {
            "profile": limits.name,
            "max_upload_bytes": limits.max_upload_bytes,
            "max_answer_bytes": limits.max_answer_bytes,
            "max_parts": limits.max_parts,
            "presigned": {
                "max_file_bytes": UPLOADS.max_file_bytes,
                "max_total_bytes": UPLOADS.max_total_bytes,
                "max_files": UPLOADS.max_files,
            },
        },
    }


def small_page() -> FrontPage | None:
    """The page that needs no build; None where the package carries none."""
    page = files("battery_service.site") / "pages" / "small_page.html"
    return FrontPage(page.read_bytes(), SMALL_PAGE_POLICY) if page.is_file() else None
