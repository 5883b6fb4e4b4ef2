"""Puts small faults into the analysis on purpose, one at a time, and counts how many the tests notice."""
