"""Measures of a fit on photos without a known shape: parts of calibrate_fit.py."""
