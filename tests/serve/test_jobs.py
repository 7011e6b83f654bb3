"""The record of a job: who may change it, and that both stores keep it alike."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from faceborn.serve.jobs import (
    DONE,
    FAILED,
    MAX_ATTEMPTS,
    MAX_CRASHES,
    MAX_OVERRUNS,
    QUEUED,
    RUNNING,
    Cause,
    Job,
    Store,
    new_job,
    open_store,
)
from faceborn.serve.queue import Queue


@pytest.fixture(params=["sqlite", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str | None]:
    """Folder and broker, both empty."""
    broker = None
    if request.param == "redis":
        broker = request.getfixturevalue("broker")
        with redis.Redis.from_url(broker) as client:
            client.flushdb()
    return str(tmp_path), broker


@pytest.fixture
def store(place: tuple[str, str | None]) -> Store:
    return open_store(*place)


def test_record_comes_back_as_it_was(store: Store) -> None:
    job = replace(
        _job(), face=3, report={"größe": [1.5, None]}, files=["head.glb"], photo={"width": 4}
    )
    store.add(job)
    assert store.get(job.id) == job
    assert store.get("A" * 22) is None
    assert store.remove(job.id)
    assert not store.remove(job.id)
    assert store.get(job.id) is None


def test_ids_are_random() -> None:
    ids = {_job().id for _ in range(1000)}
    assert len(ids) == 1000
    for place in range(21):  # no part of it counts or tells the time; the last has two bits
        assert len({job_id[place] for job_id in ids}) > 50


def test_one_job_has_one_worker(place: tuple[str, str | None]) -> None:
    """However many take it out of the queue at once."""
    first = open_store(*place)
    for _ in range(5):
        job = _job()
        first.add(job)
        with ThreadPoolExecutor(8) as workers:
            claims = list(workers.map(lambda n, i=job.id: _claim(place, i, n), range(8)))
        (mine,) = [claim for claim in claims if claim is not None]
        assert first.get(job.id) == mine
        assert (mine.state, mine.attempt) == (RUNNING, 1)


def test_worker_that_lost_its_job_changes_nothing(store: Store) -> None:
    job = _job()
    store.add(job)
    old = store.claim(job.id, "old")
    assert old is not None
    assert store.give_back(old, Cause.CRASHED) is not None
    new = store.claim(job.id, "new")
    assert new is not None
    assert new.folder != old.folder
    assert not store.tell(old, progress=0.9)
    assert not store.finish(old, report={"of": "old"}, files=["head.glb"])
    assert store.get(job.id) == new
    assert store.finish(new, report={"of": "new"}, files=["head.glb"])
    assert not store.finish(new, report={"of": "twice"}, files=[])
    ended = store.get(job.id)
    assert ended is not None
    assert (ended.state, ended.report) == (DONE, {"of": "new"})
    assert store.counts()["jobs_done"] == 1
    assert store.claim(job.id, "late") is None


def test_worker_that_speaks_in_time_keeps_its_job(store: Store) -> None:
    """The supervisor saw it silent, but a moment later it was heard of."""
    job = _job()
    store.add(job)
    mine = store.claim(job.id, "slow")
    assert mine is not None
    time.sleep(0.01)
    assert store.tell(mine)
    assert store.give_back(mine, Cause.CUT_OFF) is None
    assert store.finish(mine, error={"status": 422}, files=[])
    ended = store.get(job.id)
    assert ended is not None
    assert ended.state == FAILED


@pytest.mark.parametrize(
    ("causes", "kind"),
    [
        ([Cause.CRASHED] * MAX_CRASHES, "gave-up"),
        ([Cause.OVERRAN] * MAX_OVERRUNS, "took-too-long"),
        # A server that is restarted often is no fault of the photo, up to a bound.
        ([*[Cause.CUT_OFF] * (MAX_ATTEMPTS - MAX_CRASHES), *[Cause.CRASHED] * 8], "gave-up"),
        ([Cause.CUT_OFF] * MAX_ATTEMPTS, "gave-up"),
    ],
)
def test_photo_that_loses_its_workers_is_given_up(
    store: Store, causes: list[Cause], kind: str
) -> None:
    job = _job()
    store.add(job)
    for attempt, cause in enumerate(causes, 1):
        mine = store.claim(job.id, "doomed")
        assert mine is not None
        assert mine.attempt == attempt
        assert store.tell(mine, files=["photo.jpg"], stage="fit", report={"of": "this attempt"})
        lost = store.get(job.id)
        assert lost is not None
        given_back = store.give_back(lost, cause)
        assert given_back is not None
        assert given_back.files == []  # they are removed
        assert given_back.report is None
        assert given_back.state == (QUEUED if attempt < len(causes) else FAILED)
    ended = store.get(job.id)
    assert ended is not None
    assert ended.error is not None
    assert ended.error["status"] == 500
    assert ended.error["type"] == f"urn:faceborn:problem:{kind}"
    assert ended.ended_s is not None
    assert store.claim(job.id, "late") is None
    assert store.live() == []
    assert store.counts()["jobs_failed"] == 1


def test_deleted_job_does_not_come_back(store: Store) -> None:
    job = _job()
    store.add(job)
    mine = store.claim(job.id, "busy")
    assert mine is not None
    store.remove(job.id)
    assert not store.tell(mine, progress=0.5)
    assert not store.finish(mine, report={}, files=[])
    assert store.give_back(mine, Cause.CRASHED) is None
    assert store.get(job.id) is None
    assert store.live() == []
    assert store.expired(time.time() + 1e9) == []


def test_live_and_expired(store: Store) -> None:
    now = time.time()
    jobs = [replace(_job(), created_s=now + n, expires_s=now + 10 * n) for n in (3, 1, 2)]
    for job in jobs:
        store.add(job)
    assert [job.created_s - now for job in store.live()] == pytest.approx([1, 2, 3])
    assert set(store.expired(now + 20)) == {jobs[1].id, jobs[2].id}
    mine = store.claim(jobs[1].id, "any")
    assert mine is not None
    store.finish(mine, report={}, files=[])
    assert len(store.live()) == 2
    assert jobs[1].id in store.expired(now + 20)  # what has ended expires too


def test_nothing_is_lost_between_processes(place: tuple[str, str | None]) -> None:
    """Edits of eight at once all arrive, and all that they end is counted."""
    first = open_store(*place)
    job = _job()
    first.add(job)

    def add_face(number: int) -> None:
        own = open_store(*place)
        own.edit(job.id, lambda old: replace(old, faces=[*old.faces, {"number": number}]))
        other = _job()
        own.add(other)
        assert (mine := own.claim(other.id, "any")) is not None
        assert own.finish(mine, report={}, files=[])

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(add_face, range(40)))
    changed = first.get(job.id)
    assert changed is not None
    assert sorted(face["number"] for face in changed.faces) == list(range(40))
    assert first.counts()["jobs_done"] == 40


def test_queue_is_in_order_and_no_pickle(place: tuple[str, str | None]) -> None:
    """A pickle in a shared Redis would let whoever writes there run code in our workers."""
    queue = Queue(*place, lambda job_id: None)
    for job_id in ("one", "two", "three"):
        queue.put(job_id)
    assert queue.size() == 3
    assert queue.waiting() == {"one", "two", "three"}
    for message in queue.huey.storage.enqueued_items():
        assert isinstance(json.loads(message), list)
    taken: list[str] = []
    same = Queue(*place, taken.append)  # another process
    while (task := same.huey.dequeue()) is not None:
        same.huey.execute(task)
    assert taken == ["one", "two", "three"]
    assert queue.size() == 0


def _job() -> Job:
    return new_job(keep_s=60.0, face=1, texture_size=512)


def _claim(place: tuple[str, str | None], job_id: str, number: int) -> Job | None:
    return open_store(*place).claim(job_id, f"worker-{number}")
