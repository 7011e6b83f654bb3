"""Uploads and results in a folder, in memory, in an object store: all the same to the server."""

from __future__ import annotations

import io
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from faceborn.serve.files import Files
from tests.serve.server import Server, wait_for

AMAZON = {  # none of it is real
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="module")
def object_store(tmp_path_factory: pytest.TempPathFactory, a_port: int) -> Iterator[dict[str, str]]:
    """What the environment has to say, for s3:// addresses to lead to a store of our own (moto)."""
    command = [sys.executable, "-m", "moto.server", "-p", str(a_port)]
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{a_port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"{address}/moto-api/").status_code == 200
        except httpx.TransportError:
            return False

    wait_for(answers)
    yield {**AMAZON, "AWS_ENDPOINT_URL": address}
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(params=["folder", "memory", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    if request.param == "folder":
        return Files(str(tmp_path / "files"))
    if request.param == "memory":
        return Files(f"memory://{uuid.uuid4()}/files")
    for name, value in request.getfixturevalue("object_store").items():
        monkeypatch.setenv(name, value)
    return Files(f"s3://{uuid.uuid4()}/files")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries of the object store
def test_what_is_written_is_read_until_it_is_removed(files: Files) -> None:
    files.write("job/1/head.glb", b"old")
    files.write("job/2/head.glb", b"new")
    files.write("job/upload", io.BytesIO(bytes(3_000_000)))
    files.write("other/upload", b"photo")
    assert files.read("job/2/head.glb") == b"new"
    assert len(files.read("job/upload")) == 3_000_000
    with files.open("job/1/head.glb") as file:
        assert file.read() == b"old"
    assert sorted(files.job_ids()) == ["job", "other"]
    files.remove_others("job", keep="job/2")
    assert files.read("job/2/head.glb") == b"new"
    for name in ("job/1/head.glb", "job/upload"):
        with pytest.raises(FileNotFoundError):
            files.read(name)
        with pytest.raises(FileNotFoundError):
            files.open(name)
    files.remove("job")
    files.remove("job")  # it need not be there
    assert files.job_ids() == ["other"]
    assert files.read("other/upload") == b"photo"


def test_job_by_way_of_an_object_store(
    object_store: dict[str, str], broker: str, tmp_path: Path, no_face: bytes
) -> None:
    """Server and worker share nothing but Redis and the store."""
    server = Server.with_settings(
        tmp_path, environment=object_store, broker=broker, data="s3://heads/of-ours"
    )
    try:
        job_id = server.accepted(no_face, kind="image/png")
        status = server.ended(job_id)
        assert status["error"]["type"] == "urn:faceborn:problem:no-face"
        assert not server.data.exists()
        address = status["files"]["photo.jpg"]
        answer = server.client.get(address)
        assert int(answer.headers["content-length"]) == len(answer.content)
        with Image.open(io.BytesIO(answer.content)) as photo:
            assert photo.size == (400, 300)
        assert server.client.delete(f"/api/heads/{job_id}").status_code == 204
        assert server.client.get(address).status_code == 404
    finally:
        server.stop()
