"""Builds what is deployed, and shows what is in it: layers, sizes, a check that runs them, parts list and licences."""
