"""Which worker is replaced when, seen from the processes that the supervisor starts."""

from __future__ import annotations

import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from faceborn.serve.files import Files
from faceborn.serve.jobs import QUEUED, new_job, open_store
from faceborn.serve.queue import Queue
from faceborn.serve.settings import Settings
from faceborn.serve.supervise import Child, Supervisor
from tests.serve.server import wait_for


def test_who_dies_at_the_start_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One seat's workers never get to work, and are started less and less often. The other's dies
    over a photo: it is replaced at once, and the photo queued again.
    """
    data = str(tmp_path)
    store, files = open_store(data, None), Files(f"{data}/files")
    queue = Queue(data, None, lambda job_id: None)
    fit: list[Child] = []
    sick: list[Child] = []

    def start_worker(supervisor: Supervisor) -> Child:
        del supervisor
        healthy = not fit or fit[-1].process.poll() is not None
        process = subprocess.Popen(["cat" if healthy else "false"], stdin=subprocess.PIPE)
        child = Child(f"{len(fit) + len(sick)}", process, time.monotonic())
        (fit if healthy else sick).append(child)
        return child

    monkeypatch.setattr(Supervisor, "_start_worker", start_worker)
    supervisor = Supervisor(Settings(data=data, workers=2), store, files, queue)
    supervisor.start()
    try:
        wait_for(lambda: len(sick) >= 2)  # after the first pause
        job = new_job(keep_s=600.0, face=1, texture_size=512)
        store.add(job)
        store.claim(job.id, fit[0].name)
        fit[0].process.kill()
        wait_for(lambda: len(fit) == 2)
        found = store.get(job.id)
        assert found is not None
        assert (found.state, found.crashes) == (QUEUED, 1)
        assert queue.waiting() == {job.id}
        pauses = [other.born_s - one.born_s for one, other in pairwise(sick)]
        assert all(pause > 0.5 for pause in pauses)
    finally:
        supervisor.stop()
    assert all(child.process.poll() is not None for child in (*fit, *sick))
