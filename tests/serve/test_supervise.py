"""Which worker is replaced when, seen from the processes that the supervisor starts."""

from __future__ import annotations

import signal
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from faceborn.serve import supervise
from faceborn.serve.files import Files
from faceborn.serve.jobs import QUEUED, Cause, new_job, open_store
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
        child = Child(f"{len(fit) + len(sick)}", process, time.monotonic(), 0)
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
        fit[0].process.send_signal(signal.SIGABRT)
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


@pytest.mark.parametrize(
    ("number", "killed_for_memory", "condemned", "cause"),
    [
        (signal.SIGKILL, (0, 0), False, Cause.CUT_OFF),  # by whoever meant the worker
        (signal.SIGKILL, (0, 1), False, Cause.CRASHED),  # the photo may have eaten the memory
        (signal.SIGKILL, (None, None), False, Cause.CRASHED),  # a system that does not tell
        (signal.SIGKILL, (0, 0), True, Cause.CRASHED),  # it stood still over the photo
        (signal.SIGSEGV, (0, 0), False, Cause.CRASHED),
    ],
)
def test_a_photo_answers_for_its_own_faults_only(
    number: signal.Signals,
    killed_for_memory: tuple[int | None, int | None],
    condemned: bool,
    cause: Cause,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    child = Child("any", process, time.monotonic(), killed_for_memory[0], condemned)
    process.send_signal(number)
    process.wait()
    child.hang_up()
    monkeypatch.setattr(supervise, "out_of_memory_kills", lambda: killed_for_memory[1])
    assert child.why_it_ended() is cause
