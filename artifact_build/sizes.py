"""How large the artifact is, by package and by function with its layers: `python -m artifact_build.sizes`."""
