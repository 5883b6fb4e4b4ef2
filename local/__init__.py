"""The local server: the same Lambda handlers as in the cloud, behind HTTP on one machine."""
