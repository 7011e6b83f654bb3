"""A job: one photo on its way to a head; and the store that keeps the jobs of a server.

A job is queued, then running, then done or failed. A worker that takes it begins an attempt and has
to be heard of until it ends. Whoever silently disappears (killed, machine off) loses the job: it is
queued again, and what the old attempt may still write counts for nothing, for only the present
attempt can change the record. So every job is made at least once, and has exactly one result.
"""

from __future__ import annotations

import json
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any, Self

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
LIVE = (QUEUED, RUNNING)
MAX_CRASHES = 8  # a photo that takes its worker down with it must not do so forever
MAX_OVERRUNS = 2  # each costs a worker the whole time limit; a busy machine may be to blame once
MAX_ATTEMPTS = 50  # whatever cut them short: the photo may take the whole machine down
ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One photo on its way to a head. Times in seconds since 1970, of the clock of all."""

    id: str
    created_s: float
    expires_s: float
    face: int = 1
    texture_size: int = 2048
    preview: bool = True  # whether preview.png is wanted
    state: str = QUEUED
    attempt: int = 0  # how often it was begun
    crashes: int = 0  # how often its worker died or fell silent over it
    overruns: int = 0  # how often that was for the time limit
    begun_s: float = 0.0  # the present attempt
    worker: str = ""  # who has it
    beat_s: float = 0.0  # when the worker was last heard of, or when it was queued
    stage: str | None = None
    progress: float = 0.0  # 0..1
    photo: dict[str, int] | None = None  # width, height
    faces: list[dict[str, Any]] = field(default_factory=list)
    report: dict[str, Any] | None = None
    error: dict[str, Any] | None = None  # RFC 9457
    files: list[str] = field(default_factory=list)  # names of those that can be fetched
    ended_s: float | None = None

    @property
    def folder(self) -> str:
        """Where the present attempt writes: no two attempts share a file."""
        return f"{self.id}/{self.attempt}"

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        return cls(**json.loads(text))


class Cause(Enum):
    """Why an attempt was cut short."""

    CRASHED = "its worker died"
    OVERRAN = "it took too long"
    CUT_OFF = "its server ended, or somebody killed its worker"  # no fault of the photo


def new_job(*, keep_s: float, face: int, texture_size: int, preview: bool = True) -> Job:
    """With an id that nobody guesses."""
    now = time.time()
    return Job(
        id=secrets.token_urlsafe(ID_BYTES),
        created_s=now,
        expires_s=now + keep_s,
        beat_s=now,
        face=face,
        texture_size=texture_size,
        preview=preview,
    )


Edit = Callable[[Job], Job | None]  # None: leave it as it is


class Store(ABC):
    """The jobs of a server; several processes use it at once. Every method is atomic."""

    @abstractmethod
    def add(self, job: Job) -> None: ...

    @abstractmethod
    def get(self, job_id: str) -> Job | None: ...

    @abstractmethod
    def edit(self, job_id: str, change: Edit) -> Job | None:
        """Replace a job by what `change` makes of it, and count what that was: `counted`.

        Returns the new one; None if there is none. `change` may be called again if somebody else
        was faster.
        """

    @abstractmethod
    def remove(self, job_id: str) -> bool:
        """False if it was not there."""

    @abstractmethod
    def live(self) -> list[Job]:
        """Those queued or running, oldest first."""

    @abstractmethod
    def expired(self, now_s: float) -> list[str]: ...

    @abstractmethod
    def counts(self) -> dict[str, float]: ...

    def claim(self, job_id: str, worker: str) -> Job | None:
        """Begin an attempt; None if the job is gone or somebody has it or had it."""

        def change(job: Job) -> Job | None:
            if job.state != QUEUED:
                return None
            now = time.time()
            return replace(
                job, state=RUNNING, attempt=job.attempt + 1, worker=worker, begun_s=now, beat_s=now
            )

        return self.edit(job_id, change)

    def tell(self, mine: Job, **news: Any) -> bool:
        """The worker of `mine` is alive, and what it has to tell. False: it has lost the job."""

        def change(job: Job) -> Job | None:
            if job.state != RUNNING or job.attempt != mine.attempt:
                return None
            return replace(job, beat_s=time.time(), **news)

        return self.edit(mine.id, change) is not None

    def finish(self, mine: Job, **result: Any) -> bool:
        """End the job; False if the attempt has lost it, and its files count for nothing."""
        state = FAILED if result.get("error") else DONE
        ended_s = time.time()
        return self.tell(mine, state=state, stage=None, progress=1.0, ended_s=ended_s, **result)

    def give_back(self, lost: Job, cause: Cause) -> Job | None:
        """Queue a running job again whose worker is lost, or fail it when that was too often.

        None if it has gone on meanwhile.
        """

        def change(job: Job) -> Job | None:
            if job.state != RUNNING or job.attempt != lost.attempt or job.beat_s != lost.beat_s:
                return None
            now = time.time()
            crashes = job.crashes + (cause is not Cause.CUT_OFF)
            overruns = job.overruns + (cause is Cause.OVERRAN)
            cleared = replace(
                job, worker="", stage=None, files=[], report=None, beat_s=now,
                crashes=crashes, overruns=overruns,
            )  # fmt: skip
            error = None
            if overruns >= MAX_OVERRUNS:
                error = TOO_LONG
            elif crashes >= MAX_CRASHES or job.attempt >= MAX_ATTEMPTS:
                error = TOO_OFTEN
            if error is not None:
                return replace(cleared, state=FAILED, progress=1.0, error=error, ended_s=now)
            return replace(cleared, state=QUEUED, progress=0.0)

        return self.edit(lost.id, change)


def counted(before: Job, after: Job) -> dict[str, float]:
    """What a change of a job adds to the counters of the metrics."""
    if before.state == after.state:
        return {}
    if after.state == QUEUED:
        return {"jobs_given_back": 1.0}
    if after.ended_s is not None:
        return {f"jobs_{after.state}": 1.0, "job_seconds": after.ended_s - after.created_s}
    return {}


TOO_OFTEN = {
    "type": "urn:faceborn:problem:gave-up",
    "title": "The head could not be made",
    "status": 500,
    "detail": "every attempt was cut short",
    "hint": "try another photo; the operator finds the reason in the server's log",
}
TOO_LONG = {
    "type": "urn:faceborn:problem:took-too-long",
    "title": "The head took too long",
    "status": 500,
    "detail": "the head was not finished within the time that this server allows",
    "hint": "try a smaller photo, or a smaller texture; the operator sets the time: --job-limit",
}


def open_store(data: str, broker: str | None) -> Store:
    """SQLite in the folder `data`, or Redis where a broker is given."""
    if broker is not None:
        from faceborn.serve.jobs_redis import RedisStore

        return RedisStore(broker)
    from faceborn.serve.jobs_sqlite import SqliteStore

    return SqliteStore(f"{data}/jobs.db")
