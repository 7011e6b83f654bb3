"""Synthetic photographs of the head model, whose truth is known; see README.md."""
