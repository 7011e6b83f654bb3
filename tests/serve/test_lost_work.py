"""Workers are killed, servers are killed, time runs out: every job still ends once."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from faceborn.serve.files import Files
from faceborn.serve.jobs import new_job, open_store
from tests.serve.server import ROOT, Server, assert_problem, wait_for

QUICK: dict[str, Any] = {"lease_s": 2.5, "sweep_s": 0.3}  # minutes become seconds
DONE, FAILED = 'faceborn_jobs_total{state="done"}', 'faceborn_jobs_total{state="failed"}'
GIVEN_BACK = "faceborn_jobs_given_back_total"


def test_worker_killed_then_power_cut(tmp_path: Path, portrait: bytes, no_face: bytes) -> None:
    """One photo loses two workers, the second together with its server, while another waits."""
    server = Server.with_settings(tmp_path, **QUICK)
    running, waiting = server.accepted(portrait), server.accepted(no_face, kind="image/png")
    wait_for(lambda: server.status(running)["files"])  # something of it is written
    (first,) = server.workers()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: server.metric(GIVEN_BACK) == 1)
    # The other photo may have its turn now; both end, and the portrait not before it is killed.
    wait_for(lambda: server.stored(running)[:1] == ["2/photo.jpg"])
    (second,) = server.workers()
    assert second != first
    server.process.send_signal(signal.SIGSTOP)  # it must not see its worker die
    os.kill(second, signal.SIGKILL)
    server.kill()

    again = Server.with_settings(tmp_path, **QUICK)
    try:
        assert again.ended(waiting)["error"]["type"] == "urn:faceborn:problem:no-face"
        status = again.ended(running)
        assert status["state"] == "done", status
        assert again.stored(running) == [f"3/{name}" for name in sorted(status["files"])]
        for address in status["files"].values():
            assert again.client.get(address).status_code == 200
        assert (again.metric(DONE), again.metric(FAILED)) == (1, 1)  # each ended once
        assert again.metric(GIVEN_BACK) == 2
        assert not [name for name in again.stored() if name.endswith("upload")]
    finally:
        again.stop()


HANGS = """
import time
import faceborn
import faceborn.serve.make as make
def make_head(photo, **options):
    if photo.endswith(b"HANG"):
        time.sleep(3600.0)  # its heart beats on
    options["listener"].stage("nap", 0.0)
    time.sleep(1.0)
    raise faceborn.NoFace("no face was found", hint="", source="")
make.make_head = make_head
"""


def test_workers_that_hang_or_stand_still(tmp_path: Path, no_face: bytes) -> None:
    """A photo over which the pipeline hangs is tried again, then given up in words; who waits
    behind it has its turn. A worker that stands still is killed, and its job done by another.
    """
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(HANGS)
    first = {"PYTHONPATH": f"{modules}:{ROOT / 'src'}"}
    server = Server.with_settings(tmp_path, job_s=3.0, environment=first, **QUICK)
    try:
        hung = server.accepted(no_face + b"HANG", kind="image/png")
        behind = server.accepted(no_face, kind="image/png")
        error = server.ended(hung)["error"]
        assert error["type"] == "urn:faceborn:problem:took-too-long"
        assert error["hint"]
        assert server.metric(GIVEN_BACK) >= 1
        assert server.ended(behind)["error"]["type"] == "urn:faceborn:problem:no-face"
        assert "sitecustomize.py" in server.log.read_text()  # where it hung

        napping = server.accepted(no_face, kind="image/png")
        wait_for(lambda: server.status(napping)["stage"] == "nap")
        (still,) = server.workers()
        os.kill(still, signal.SIGSTOP)
        wait_for(lambda: _is_dead(still))
        assert server.ended(napping)["error"]["type"] == "urn:faceborn:problem:no-face"
        assert server.stored(napping) == []
        assert server.metric(GIVEN_BACK) >= 2
    finally:
        server.stop()


def test_server_killed_alone(tmp_path: Path, no_face: bytes) -> None:
    """Its worker does not outlive it, and what waits is done after the restart, even what it had
    noted but not yet queued when it was killed.
    """
    server = Server.with_settings(tmp_path, **QUICK)
    server.ended(server.accepted(no_face, kind="image/png"))
    (worker,) = server.workers()
    server.kill()
    wait_for(lambda: _is_dead(worker))

    server = Server.with_settings(tmp_path, **QUICK, workers=0)
    job_id = server.accepted(no_face, kind="image/png")
    server.kill()
    noted = replace(new_job(keep_s=600.0, face=1, texture_size=512), beat_s=time.time() - 60.0)
    Files(f"{server.data}/files").write(f"{noted.id}/upload", no_face)
    open_store(str(server.data), None).add(noted)
    server = Server.with_settings(tmp_path, **QUICK)
    try:
        for waiting in (job_id, noted.id):
            assert server.ended(waiting)["error"]["type"] == "urn:faceborn:problem:no-face"
        assert server.metric(FAILED) == 3
    finally:
        server.stop()


def test_ctrl_c(tmp_path: Path, no_face: bytes) -> None:
    """Ends quickly, though a page is open that follows a job."""
    server = Server.with_settings(tmp_path, workers=0)
    job_id = server.accepted(no_face, kind="image/png")
    with server.client.stream("GET", f"/api/heads/{job_id}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: status"
        server.process.send_signal(signal.SIGINT)
        assert not [line for line in lines if line.startswith("event")]
    server.process.wait(timeout=20)  # its code depends on whether the caller ignores SIGINT
    server.stop()


def test_results_expire(tmp_path: Path, no_face: bytes) -> None:
    server = Server.with_command(tmp_path, "--keep", "3s")
    try:
        job_id = server.accepted(no_face, kind="image/png")
        assert server.stored(job_id)
        wait_for(lambda: server.client.get(f"/api/heads/{job_id}").status_code == 404)
        problem = assert_problem(
            server.client.get(f"/api/heads/{job_id}/photo.jpg"), 404, "no-such-head"
        )
        assert "3 seconds" in problem["hint"]
        wait_for(lambda: not (server.data / "files" / job_id).exists())
    finally:
        server.stop()


def test_files_of_no_job_are_removed(tmp_path: Path, no_face: bytes) -> None:
    """And a job that expires before its turn leaves nothing either."""
    server = Server.with_settings(tmp_path, workers=0, sweep_s=0.2, orphan_s=1.0, keep_s=3.0)
    try:
        Files(str(server.data / "files")).write(f"{'A' * 22}/upload", no_face)
        job_id = server.accepted(no_face, kind="image/png")
        wait_for(lambda: server.stored() == [f"{job_id}/upload"])
        assert server.status(job_id)["state"] == "queued"
        wait_for(lambda: server.stored() == [])
        assert_problem(server.client.get(f"/api/heads/{job_id}"), 404, "no-such-head")
        assert server.metric('faceborn_jobs_live{state="queued"}') == 0
    finally:
        server.stop()


def _is_dead(process_id: int) -> bool:
    """Gone, or only waiting to be buried by whoever adopted it."""
    stat = Path(f"/proc/{process_id}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
