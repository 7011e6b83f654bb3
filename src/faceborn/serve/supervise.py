"""Keeps the workers of this machine alive and the jobs of the server moving."""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from faceborn.serve.files import Files
from faceborn.serve.jobs import QUEUED, RUNNING, Cause, Job, Store
from faceborn.serve.queue import Queue
from faceborn.serve.settings import Settings

log = logging.getLogger("faceborn.serve")

LOOK_S = 0.2  # between two looks at the workers
STOP_S = 20.0  # for a worker to finish its photo when the server stops
SETTLE_S = 3.0  # a job queued so long ago must be in the queue
SHORT_LIFE_S = 10.0  # a worker that dies younger, and over no photo, is not replaced at once
LONGEST_PAUSE_S = 30.0


@dataclass
class Child:
    """One worker process."""

    name: str
    process: subprocess.Popen[bytes]
    born_s: float
    out_of_memory: int | None  # how often the system had killed something for it, at its birth
    condemned: bool = False  # killed by us

    def why_it_ended(self) -> Cause:
        """Whether the photo that it had is to blame.

        Only the system kills for memory: SIGKILL at another time came from somebody who meant the
        worker, and would have met any photo.
        """
        killed = self.process.returncode == -signal.SIGKILL and not self.condemned
        spared = self.out_of_memory is not None and self.out_of_memory == out_of_memory_kills()
        return Cause.CUT_OFF if killed and spared else Cause.CRASHED

    def hang_up(self) -> None:
        """It ends when its standard input does."""
        assert self.process.stdin is not None
        with suppress(OSError):  # it is dead already
            self.process.stdin.close()


@dataclass
class Seat:
    """The place of one worker, taken by one process after the other."""

    child: Child | None = None
    pause_s: float = 0.0  # before the next start; grows while its workers die young
    start_after_s: float = 0.0


class Supervisor:
    """Starts and replaces workers, gives lost jobs back, removes what has expired."""

    def __init__(self, settings: Settings, store: Store, files: Files, queue: Queue) -> None:
        self._settings = settings
        self._store = store
        self._files = files
        self._queue = queue
        self._seats = [Seat() for _ in range(settings.workers)]
        self._orphans: dict[str, float] = {}  # id -> when its files were first seen without a job
        self._next_orphans_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the workers finish their photo; those who take too long lose it, it is queued."""
        self._stopping.set()
        self._thread.join()
        children = [seat.child for seat in self._seats if seat.child is not None]
        for child in children:
            child.hang_up()
        end = time.monotonic() + STOP_S
        for child in children:
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        for child in children:
            self._give_back_of(child, Cause.CUT_OFF)

    def _run(self) -> None:
        next_sweep_s = 0.0
        while not self._stopping.is_set():
            try:
                self._mind_children()
                if time.monotonic() >= next_sweep_s:
                    self.sweep()
                    next_sweep_s = time.monotonic() + self._settings.sweep_s
            except Exception:  # the store or the files do not answer: try again
                log.exception("the supervisor")
                self._stopping.wait(1.0)
            self._stopping.wait(LOOK_S)

    def _mind_children(self) -> None:
        now = time.monotonic()
        for seat in self._seats:
            child = seat.child
            if child is not None and child.process.poll() is not None:
                seat.child = None
                child.hang_up()
                log.warning("worker %s ended with %s", child.name, child.process.returncode)
                # Who died over a photo was fit for work; how often that photo may do so is counted.
                at_work = self._give_back_of(child, child.why_it_ended())
                sick = not at_work and now - child.born_s < SHORT_LIFE_S
                seat.pause_s = min(max(0.5, 2 * seat.pause_s), LONGEST_PAUSE_S) if sick else 0.0
                seat.start_after_s = now + seat.pause_s
            if seat.child is None and now >= seat.start_after_s:
                seat.child = self._start_worker()

    def _start_worker(self) -> Child:
        name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        threads = max(1, (os.cpu_count() or 1) // self._settings.workers)
        process = subprocess.Popen(
            [sys.executable, "-m", "faceborn.serve.worker"],
            stdin=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C on the terminal is for the server, which tells us
        )
        assert process.stdin is not None
        told = {"name": name, "threads": threads, "settings": json.loads(self._settings.to_json())}
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
        return Child(name, process, time.monotonic(), out_of_memory_kills())

    def sweep(self) -> None:
        """Look once for lost jobs and for results that have expired."""
        now = time.time()
        live = self._store.live()
        self._mind_silent([job for job in live if job.state == RUNNING], now)
        # Taken from the queue by a worker that was lost before it could say so, or never put into
        # it by a server that was lost: a job that is there twice is made once.
        settled = [job for job in live if job.state == QUEUED and now - job.beat_s > SETTLE_S]
        if settled:
            waiting = self._queue.waiting()
            for job in settled:
                present = self._store.get(job.id)
                if job.id not in waiting and present is not None and present.state == QUEUED:
                    self._queue.put(job.id)
        for job_id in self._store.expired(now):
            remove_job(job_id, self._store, self._files)
        if now >= self._next_orphans_s:
            self._next_orphans_s = now + self._settings.orphan_s / 2
            self._remove_orphans(now)

    def _mind_silent(self, running: list[Job], now_s: float) -> None:
        lease_s = self._settings.lease_s
        silent = [job for job in running if now_s - job.beat_s > lease_s]
        heard = {job.worker for job in running if job not in silent}
        children = {seat.child.name: seat.child for seat in self._seats if seat.child is not None}
        for job in silent:
            log.warning("worker %s is silent", job.worker)
            child = children.get(job.worker)
            if child is None:  # of a server that is no more, or of another machine
                self._give_back(job, Cause.CUT_OFF)
            elif job.worker in heard:  # it has left this job behind
                self._give_back(job, Cause.CRASHED)
            else:
                child.condemned = True
                child.process.kill()  # the rest is done when it is found dead

    def _remove_orphans(self, now_s: float) -> None:
        """Files of no job: whoever wrote or removed them was killed in the middle of it."""
        orphans = [name for name in self._files.job_ids() if self._store.get(name) is None]
        self._orphans = {name: self._orphans.get(name, now_s) for name in orphans}
        for name, seen_s in self._orphans.items():
            if now_s - seen_s >= self._settings.orphan_s:
                log.warning("files of no job are removed")
                self._files.remove(name)

    def _give_back_of(self, child: Child, cause: Cause) -> bool:
        """Whether the worker, which is dead, had a job."""
        its = [
            job for job in self._store.live() if job.state == RUNNING and job.worker == child.name
        ]
        for job in its:
            overran = time.time() - job.begun_s >= self._settings.job_s
            self._give_back(job, Cause.OVERRAN if overran else cause)
        return bool(its)

    def _give_back(self, job: Job, cause: Cause) -> None:
        changed = self._store.give_back(job, cause)
        if changed is not None:
            self._files.remove(job.folder)
            if changed.state == QUEUED:
                self._queue.put(job.id)
            else:
                self._files.remove(job.id)


def out_of_memory_kills() -> int | None:
    """How often Linux has killed a process for memory since it started; None where it is not told.

    In a container that is the whole machine's count: too high rather than too low.
    """
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return None
    counts = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
    return int(counts[0]) if counts else None


def remove_job(job_id: str, store: Store, files: Files) -> bool:
    """The job and all its files. A worker that still has it finds out and stops."""
    there = store.remove(job_id)
    files.remove(job_id)
    return there
