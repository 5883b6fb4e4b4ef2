"""API information: the answer of `GET /` to a program."""

from battery_service.limits import UPLOADS
from battery_service.settings import Settings

NAME = "Battery Analytics API"


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
