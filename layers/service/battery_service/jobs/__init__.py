"""Uploads to S3 and the jobs that analyse them: their records, the worker and the upkeep."""
