"""What one server was told, and what of it a worker needs to know."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Self

from faceborn import FacebornError

UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be told to a server. Times in seconds."""

    data: str = "faceborn-serve"  # folder; the files may lie at any fsspec address instead
    broker: str | None = None  # redis://...; None: SQLite in `data`
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    trusted_proxy: str | None = None  # address whose X-Forwarded-For is believed
    keep_s: float = 86400.0  # results, from the upload on
    max_upload_bytes: int = 40_000_000  # the largest phones write 30 MB
    # A photo of this size with 16 bits for each of four colours costs its worker 2.5 GB; of the
    # largest phones, 50 million are usual.
    max_pixels: int = 64_000_000
    upload_s: float = 120.0  # a whole upload
    silence_s: float = 15.0  # between two pieces of it
    max_waiting: int = 500  # jobs in the queue; more are refused
    request_rate: str = "1200/minute"  # per client
    upload_rate: str = "30/minute"  # per client
    job_s: float = 120.0  # one attempt at a head; a worker that needs longer is killed
    lease_s: float = 15.0  # a worker that is silent so long has lost its job
    sweep_s: float = 3.0  # between two looks for lost jobs and expired results
    orphan_s: float = 60.0  # files of no job are removed then; an upload has them for a moment

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))

    @property
    def files_address(self) -> str:
        """Where uploads and results lie."""
        return self.data if is_address(self.data) else f"{self.data}/files"


def is_address(data: str) -> bool:
    """s3://bucket/heads and the like, against a folder of this machine."""
    return "://" in data


def read_duration(text: str) -> float:
    """Seconds from 45s, 30m, 24h or 7d. Raises FacebornError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip().lower())
    if found is None or float(found[1]) <= 0:
        raise FacebornError(f"{text!r} is no duration", hint="write it as 30m, 24h or 7d")
    return float(found[1]) * UNIT_S[found[2]]


def check_rate(text: str) -> str:
    """30/minute and the like. Raises FacebornError."""
    if re.fullmatch(r"[1-9]\d*/(second|minute|hour|day)", text) is None:
        raise FacebornError(f"{text!r} is no rate", hint="write it as 30/minute or 100/hour")
    return text
