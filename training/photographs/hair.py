"""Hair: a cap along the skull."""

from __future__ import annotations
