"""Builds the artifact and shows what is in it: layers, sizes, a check that runs them, bill of materials, licences."""
