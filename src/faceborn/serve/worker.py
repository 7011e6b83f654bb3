"""A process that makes heads: takes jobs from the queue, one at a time, until it is told to stop.

    python -m faceborn.serve.worker     the settings as one line of JSON on standard input

The pipeline stays loaded, so that the second photo costs a fraction of the first. It stops when
standard input ends: no worker outlives the server that started it.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import signal
import sys
import threading
from typing import Any

from faceborn.serve.files import Files
from faceborn.serve.jobs import Job, Store, open_store
from faceborn.serve.make import make_head
from faceborn.serve.problems import describe_error
from faceborn.serve.queue import Queue
from faceborn.serve.settings import Settings

log = logging.getLogger("faceborn.serve")

POLL_S = 0.2  # longest pause before a waiting job is seen


class LostJob(Exception):
    """Somebody deleted the job, or it was given to another worker."""


class Worker:
    """Makes the head of one job after the other."""

    def __init__(
        self, name: str, store: Store, files: Files, *, lease_s: float, job_s: float
    ) -> None:
        self.name = name
        self._store = store
        self._files = files
        self._beat_s = lease_s / 5.0
        self._job_s = job_s

    def make(self, job_id: str) -> None:
        """Bring the job to its end, whatever happens; nothing if it is no longer to be done."""
        job = self._store.claim(job_id, self.name)
        if job is None:
            return
        ended = threading.Event()
        heart = threading.Thread(target=self._beat, args=(job, ended), daemon=True)
        heart.start()
        # The heart beats on in a pipeline that hangs. Python's own watchdog ends the process then,
        # whatever holds its threads, and says in the log where it hung; the supervisor gives the
        # job to another.
        faulthandler.dump_traceback_later(self._job_s, exit=True)
        work = _Work(job, self._store, self._files)
        try:
            result = self._result(work)
            if not self._store.finish(job, files=work.files, **result):
                raise LostJob
        except LostJob:
            self._files.remove(job.folder)
            log.info("job %s: deleted or given to another worker", job.id)
            if self._store.get(job.id) is None:
                self._files.remove(job.id)
        else:
            self._files.remove_others(job.id, keep=job.folder)
        finally:
            faulthandler.cancel_dump_traceback_later()
            ended.set()
            heart.join()

    def _result(self, work: _Work) -> dict[str, Any]:
        job = work.job
        try:
            report = make_head(
                self._files.read(f"{job.id}/upload"),
                face=job.face,
                texture_size=job.texture_size,
                preview=job.preview,
                listener=work,
            )
        except LostJob:
            raise
        except Exception as error:
            if self._store.get(job.id) is None:
                raise LostJob from error  # its files were pulled from under us
            problem = describe_error(error)
            if problem["status"] == 500:
                log.exception("job %s", job.id)
            return {"error": problem, "report": None}
        return {"report": report}

    def _beat(self, job: Job, ended: threading.Event) -> None:
        while not ended.wait(self._beat_s):
            try:
                self._store.tell(job)
            except Exception:
                log.exception("the store does not answer")


class _Work:
    """Hears of the progress of one attempt and publishes it."""

    def __init__(self, job: Job, store: Store, files: Files) -> None:
        self.job = job
        self.files: list[str] = []
        self._store = store
        self._folder = files

    def stage(self, name: str, progress: float) -> None:
        self._tell(stage=name, progress=progress)

    def found(self, photo: dict[str, int], faces: list[dict[str, Any]]) -> None:
        self._tell(photo=photo, faces=faces)

    def report(self, report: dict[str, Any]) -> None:
        self._tell(report=report)

    def file(self, name: str, content: bytes) -> None:
        self._folder.write(f"{self.job.folder}/{name}", content)
        self.files.append(name)  # only now: who reads the name can read the whole file
        self._tell(files=self.files)

    def _tell(self, **news: Any) -> None:
        if not self._store.tell(self.job, **news):
            raise LostJob


def main() -> None:
    told = json.loads(sys.stdin.readline())
    settings = Settings.from_json(json.dumps(told["settings"]))
    name = told["name"]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _limit_threads(told["threads"])

    store = open_store(settings.data, settings.broker)
    files = Files(settings.files_address)
    worker = Worker(name, store, files, lease_s=settings.lease_s, job_s=settings.job_s)
    queue = Queue(settings.data, settings.broker, worker.make)
    consumer = queue.huey.create_consumer(
        workers=1,
        worker_type="thread",
        periodic=False,
        initial_delay=POLL_S / 4,
        max_delay=POLL_S,
        graceful_signal="TERM",
    )
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    consumer.run()


def _limit_threads(count: int) -> None:
    """Workers share the cores, so none may use all of them."""
    import cv2

    cv2.setNumThreads(count)


def _stop_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
