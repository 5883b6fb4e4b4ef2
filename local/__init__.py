"""The deployed functions on one machine: HTTP in and out of the very Lambda handlers that run in the cloud."""
