"""How fast the analysis is, against floors that are measured in the same run."""
