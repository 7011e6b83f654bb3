"""The whole life of a photo on the server, from the upload to nothing."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import threading
import zipfile
from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from faceborn.types import Array
from tests.serve.server import Server, assert_problem

FILES = {
    "head.glb": "model/gltf-binary",
    "preview.png": "image/png",
    "report.json": "application/json",
    "obj.zip": "application/zip",
    "photo.jpg": "image/jpeg",
    "source.png": "image/png",
}
STAGES = ["photo", "faces", "model", "fit", "texture", "export", "pack", "preview"]


@pytest.fixture(scope="module")
def told(served: Server, portrait: bytes) -> list[dict[str, Any]]:
    """What the server said, in order: the answer to the upload, then every event."""
    answer = served.upload(portrait, preview="true")
    assert answer.status_code == 202
    status = answer.json()
    assert answer.headers["location"] == f"/api/heads/{status['id']}"
    events = [status]
    with served.client.stream("GET", f"/api/heads/{status['id']}/events") as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        kind = ""
        for line in stream.iter_lines():  # ends only when the server ends the stream
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                assert kind == "status"
                events.append(json.loads(line.removeprefix("data: ")))
    return events


@pytest.fixture(scope="module")
def job_id(told: list[dict[str, Any]]) -> str:
    return str(told[0]["id"])


def test_events_tell_the_way_and_end_with_done(told: list[dict[str, Any]]) -> None:
    assert told[0]["state"] == "queued"
    assert told[-1]["state"] == "done"
    states = [status["state"] for status in told]
    assert states == sorted(states, key=["queued", "running", "done"].index)
    progress = [status["progress"] for status in told]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    stages = [status["stage"] for status in told if status["stage"] is not None]
    assert set(stages) <= set(STAGES)
    assert stages == sorted(stages, key=STAGES.index)
    assert len(set(stages)) >= 3  # it is looked at five times a second
    assert all(one != other for one, other in pairwise(told[1:]))


def test_faces_are_known_before_the_head_is(told: list[dict[str, Any]]) -> None:
    early = next(status for status in told if status["faces"])
    assert early["state"] == "running"
    assert early["report"] is None
    assert early["photo"] == {"width": 512, "height": 512}
    (face,) = early["faces"]
    assert face["number"] == 1
    left, top, width, height = face["box_px"]
    assert left < 225 < left + width  # the astronaut's nose
    assert top < 120 < top + height


def test_head_and_report_are_there_before_the_slow_files_are(told: list[dict[str, Any]]) -> None:
    early = next(status for status in told if status["report"])
    assert early["state"] == "running"
    assert "head.glb" in early["files"]
    assert not {"obj.zip", "preview.png"} & set(early["files"])
    assert early["report"] == told[-1]["report"]


def test_report_has_the_camera(served: Server, told: list[dict[str, Any]], job_id: str) -> None:
    report = told[-1]["report"]
    assert report == served.client.get(f"/api/heads/{job_id}/report.json").json()
    camera = report["faces"][0]["camera"]
    assert camera["size_px"] == [512, 512]
    rotation = np.array(camera["camera_from_head"])
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3)
    assert camera["focal_px"] > 100
    assert report["photo"]["path"] == "photo"  # nothing of the server's own paths


def test_head_says_of_which_photo_it_is(
    told: list[dict[str, Any]], files: dict[str, bytes], portrait: bytes
) -> None:
    digest = hashlib.sha256(portrait).hexdigest()
    assert told[-1]["report"]["photo"]["sha256"] == digest
    assert _gltf(files["head.glb"])["extras"]["faceborn"]["photo_sha256"] == digest


def test_keeps_as_long_as_it_says(told: list[dict[str, Any]]) -> None:
    created, expires = (datetime.fromisoformat(told[0][name]) for name in ("created", "expires"))
    assert (expires - created).total_seconds() == pytest.approx(86400.0, abs=0.01)


@pytest.fixture(scope="module")
def files(served: Server, told: list[dict[str, Any]], job_id: str) -> dict[str, bytes]:
    """Every file of the head, fetched at the address that the status gives."""
    addresses = told[-1]["files"]
    assert addresses == {name: f"/api/heads/{job_id}/{name}" for name in FILES}
    answers = {name: served.client.get(address) for name, address in addresses.items()}
    for name, answer in answers.items():
        assert answer.status_code == 200
        assert answer.headers["content-type"] == FILES[name]
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "private, no-cache"
    return {name: answer.content for name, answer in answers.items()}


def test_glb_is_whole(files: dict[str, bytes]) -> None:
    glb = files["head.glb"]
    magic, version, length = struct.unpack("<4sII", glb[:12])
    assert (magic, version, length) == (b"glTF", 2, len(glb))
    gltf = _gltf(glb)
    assert gltf["skins"]
    assert any("targets" in part for mesh in gltf["meshes"] for part in mesh["primitives"])


def test_pictures_show_something(files: dict[str, bytes]) -> None:
    assert _pixels(files["photo.jpg"], "JPEG").shape == (512, 512, 3)
    assert _pixels(files["preview.png"], "PNG")[..., :3].std() > 20
    source = _pixels(files["source.png"], "PNG")
    assert source.shape == (512, 512)
    assert set(np.unique(source)) <= {0, 85, 170, 255}
    assert 85 in source


def test_zip_has_the_obj(files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(files["obj.zip"])) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {"head.obj", "head.mtl"} <= set(names)
        assert archive.read("head.obj").count(b"\nv ") > 5000
        assert all("/" not in name and ".." not in name for name in names)


def test_upload_is_gone_when_the_job_has_ended(
    served: Server, job_id: str, files: dict[str, bytes]
) -> None:
    assert served.stored(job_id) == [f"1/{name}" for name in sorted(files)]


def test_what_one_has_is_not_sent_again(served: Server, job_id: str) -> None:
    address = f"/api/heads/{job_id}/head.glb"
    tag = served.client.get(address).headers["etag"]
    again = served.client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_part_of_a_file(served: Server, job_id: str) -> None:
    part = served.client.get(f"/api/heads/{job_id}/head.glb", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"glTF")


def test_ids_cannot_be_guessed(served: Server, job_id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", job_id)  # 128 random bits
    neighbour = job_id[:-1] + ("A" if job_id[-1] != "A" else "Q")
    for other in (neighbour, job_id[:-1], job_id + "A", "A" * 22, job_id.swapcase(), "1"):
        for path in ("", "/events", "/head.glb"):
            assert_problem(served.client.get(f"/api/heads/{other}{path}"), 404, "no-such-head")
        assert_problem(served.client.delete(f"/api/heads/{other}"), 404, "no-such-head")
    assert served.status(job_id)["state"] == "done"
    assert served.client.get("/api/heads").status_code == 405  # nobody gets a list


def test_deleted_while_it_is_made(served: Server, portrait: bytes, no_face: bytes) -> None:
    """The worker stops, leaves nothing behind, and goes on with the next photo."""
    job_id = served.accepted(portrait)
    with served.client.stream("GET", f"/api/heads/{job_id}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:])["state"] == "running":
                break
    assert served.client.delete(f"/api/heads/{job_id}").status_code == 204
    following = served.accepted(no_face, kind="image/png")
    assert served.ended(following)["state"] == "failed"
    assert not (served.data / "files" / job_id).exists()
    assert_problem(served.client.get(f"/api/heads/{job_id}"), 404, "no-such-head")


def test_no_face_is_told_in_words(served: Server, no_face: bytes) -> None:
    status = served.ended(served.accepted(no_face, name="wall.png", kind="image/png"))
    assert status["state"] == "failed"
    error = status["error"]
    assert error["type"] == "urn:faceborn:problem:no-face"
    assert error["title"] == "No face was found"
    assert error["status"] == 422
    assert "face" in error["detail"]
    assert error["hint"]
    assert "<bytes>" not in json.dumps(error)
    assert "Traceback" not in json.dumps(error)
    assert "upload" not in served.stored(status["id"])
    assert_problem(served.client.get(f"/api/heads/{status['id']}/head.glb"), 404, "no-such-file")


def test_face_that_is_not_there(served: Server, portrait: bytes) -> None:
    status = served.ended(served.accepted(portrait, face=7))
    assert status["state"] == "failed"
    assert status["error"]["status"] == 422
    assert len(status["faces"]) == 1  # so that the page can offer the others


def test_broken_photo_is_refused_at_once(served: Server) -> None:
    before = served.stored()
    for broken in (b"\xff\xd8\xff\xe0 this is no photo", b"these are words", b""):
        assert_problem(served.upload(broken), 422, "unreadable-photo")
    assert served.stored() == before


def test_photo_that_was_cut_off_ends_in_words(served: Server, portrait: bytes) -> None:
    """Its header is fine, so that only the worker can find out."""
    answer = served.upload(portrait[: len(portrait) // 4])
    if answer.status_code == 202:
        status = served.ended(answer.json()["id"])
        assert status["state"] == "failed"
        assert status["error"]["status"] == 422
    else:
        assert_problem(answer, 422, "unreadable-photo")


def test_many_at_once_are_not_mixed_up(served: Server, two_faces: Array, no_face: bytes) -> None:
    """Different photos of several clients: each gets the answer to its own."""
    out = io.BytesIO()
    Image.fromarray(two_faces).save(out, "PNG")
    # What is sent, and what has to come back: the width of the photo, and why no head was made.
    photos = {
        "second": (out.getvalue(), 2, 900, None),
        "third": (out.getvalue(), 3, 900, 422),
        "none": (no_face, 1, 400, 422),
    }
    ended: dict[str, dict[str, Any]] = {}

    def visit(name: str) -> None:
        photo, face, *_ = photos[name]
        with httpx.Client(base_url=served.address, timeout=60.0) as client:
            answer = client.post(
                "/api/heads",
                files={"photo": ("a.jpg", photo)},
                data={"face": str(face), "texture_size": "512"},
            )
        ended[name] = served.ended(answer.json()["id"])

    clients = [threading.Thread(target=visit, args=(name,)) for name in photos]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    for name, (_, face, width, status) in photos.items():
        assert ended[name]["photo"] == {"width": width, "height": 512 if width == 900 else 300}
        assert ended[name]["face"] == face
        assert (ended[name]["error"] or {}).get("status") == status
    made = [bool(found["output"]) for found in ended["second"]["report"]["faces"]]
    assert made == [False, True]


def test_health_and_metrics(served: Server, job_id: str) -> None:
    health = served.client.get("/healthz").json()
    assert health["status"] == "ok"
    assert health["waiting"] == 0
    assert served.metric('faceborn_jobs_total{state="done"}') >= 1
    assert served.metric("faceborn_queue_length") == 0
    text = served.client.get("/metrics").text
    assert job_id not in text  # ids are keys
    assert job_id not in served.log.read_text()


def test_limits_are_told(served: Server) -> None:
    told = served.client.get("/api/limits").json()
    assert told["keep_seconds"] == 86400.0
    assert told["max_upload_bytes"] >= 30_000_000
    assert "image/heic" in told["formats"]


def test_photos_are_for_the_owner_only(served: Server) -> None:
    """Another user of the machine reads neither photos nor the ids that lead to them."""
    for path in served.data.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_deleted_is_deleted(served: Server, job_id: str) -> None:
    """The last test that needs the head."""
    assert served.stored(job_id)
    answer = served.client.delete(f"/api/heads/{job_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    for path in ("", "/events", *(f"/{name}" for name in FILES)):
        assert_problem(served.client.get(f"/api/heads/{job_id}{path}"), 404, "no-such-head")
    assert_problem(served.client.delete(f"/api/heads/{job_id}"), 404, "no-such-head")
    assert not (served.data / "files" / job_id).exists()


def _gltf(glb: bytes) -> dict[str, Any]:
    json_length, kind = struct.unpack("<I4s", glb[12:20])
    assert kind == b"JSON"
    return dict(json.loads(glb[20 : 20 + json_length]))


def _pixels(content: bytes, kind: str) -> Array:
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == kind
        return np.asarray(image)
