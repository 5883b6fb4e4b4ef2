"""Analyses by way of storage: uploads, jobs, the worker and what keeps them."""
