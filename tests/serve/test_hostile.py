"""What strangers send: each refused cheaply, in one shape, while the server goes on answering."""

from __future__ import annotations

import io
import json
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from PIL import Image
from PIL.ExifTags import Base

from tests.serve.lines import ask_raw, memory_bytes, parse_answer, received
from tests.serve.server import PROBLEM_TYPE, Server, assert_problem

LIMIT_BYTES = 300_000
SILENCE_S = 1.0
SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex",
}
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Takes small photos quickly sent and lets them wait: nothing here needs a worker."""
    server = Server.with_settings(
        tmp_path_factory.mktemp("hostile"),
        workers=0, max_upload_bytes=LIMIT_BYTES, silence_s=SILENCE_S, upload_s=3.0,
    )  # fmt: skip
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _still_answers(server: Server) -> Iterator[None]:
    """After whatever was sent, the server lives and has kept nothing of what it refused."""
    before = server.stored()
    yield
    assert server.client.get("/healthz").json()["status"] == "ok"
    assert server.process.poll() is None
    added = set(server.stored()) - set(before)
    assert all(name.endswith("/upload") for name in added)
    assert "Traceback" not in server.log.read_text()


def test_wrong_kinds_of_body(server: Server, portrait: bytes) -> None:
    for kind in ("application/json", "image/jpeg", "application/x-www-form-urlencoded", ""):
        answer = server.client.post("/api/heads", content=portrait, headers={"Content-Type": kind})
        assert_problem(answer, 415, "no-form")
    assert_problem(server.client.post("/api/heads"), 415, "no-form")


PART = b"--x\r\nContent-Disposition: form-data"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b"--x\r\n\r\n--x--"),
        ("; boundary=x", b"no boundary at all"),
        ("; boundary=x", PART + b"\r\n\r\n1\r\n--x--"),
        ("; boundary=x", b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\n1\r\n--x--"),
        ("; boundary=x", PART + b'; name="face"\r\n\r\n' + b"9" * 5000 + b"\r\n--x--"),
        ("; boundary=\xff", b"--x--"),
    ],
)
def test_forms_that_are_none(server: Server, kind: str, body: bytes) -> None:
    answer = server.client.post(
        "/api/heads",
        content=body,
        headers={b"Content-Type": f"multipart/form-data{kind}".encode("latin-1")},
    )
    assert answer.status_code in (400, 422)
    assert_problem(
        answer, answer.status_code, "bad-form" if answer.status_code == 400 else "wrong-field"
    )


def test_form_that_is_cut_short(server: Server, portrait: bytes) -> None:
    """The end of the body comes before the end of the form: no photo, whatever it was."""
    body = _form({"photo": portrait})[:5000]
    answer = server.client.post("/api/heads", content=body, headers=_form_type())
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM_TYPE


@pytest.mark.parametrize(
    "options",
    [
        {"face": "0"}, {"face": "-1"}, {"face": "one"}, {"face": "1e9"}, {"face": "9" * 500},
        {"face": "\u0661"}, {"texture_size": "513"}, {"texture_size": "1000000"},
        {"texture_size": ""}, {"preview": "yes"}, {"callback": "http://localhost/"}, {SCRIPT: "1"},
    ],
)  # fmt: skip
def test_options_that_are_none(server: Server, portrait: bytes, options: dict[str, str]) -> None:
    assert_problem(server.upload(portrait, **options), 422, "wrong-field")


def test_photo_that_is_no_file(server: Server) -> None:
    """And no address: the server fetches nothing for anybody."""
    answer = server.client.post(
        "/api/heads",
        files={"face": (None, "1"), "photo": (None, "http://127.0.0.1/me.jpg")},
    )
    assert_problem(answer, 422, "wrong-field")


def test_two_photos(server: Server, portrait: bytes) -> None:
    files = [("photo", ("a.jpg", portrait)), ("photo", ("b.jpg", portrait))]
    answer = server.client.post("/api/heads", files=files)
    assert_problem(answer, 400, "bad-form")


@pytest.mark.parametrize("kind", ["text/html", "application/pdf", "video/mp4", "image"])
def test_files_that_say_they_are_no_photo(server: Server, portrait: bytes, kind: str) -> None:
    assert_problem(server.upload(portrait, kind=kind), 415, "no-photo-type")


def test_page_in_the_clothes_of_a_photo(server: Server) -> None:
    page = f"<html><body>{SCRIPT}</body></html>".encode()
    problem = assert_problem(server.upload(page), 422, "unreadable-photo")
    assert SCRIPT not in json.dumps(problem)
    vector = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    assert_problem(server.upload(vector, kind="image/svg+xml"), 422, "unreadable-photo")


def test_zip_bomb(server: Server, bomb: bytes) -> None:
    """60,000 x 60,000 pixels are 10 GB: its header is enough to refuse it."""
    started = time.monotonic()
    problem = assert_problem(
        server.upload(bomb, name="bomb.png", kind="image/png"), 422, "photo-too-large"
    )
    assert "64 million" in problem["detail"]
    assert problem["hint"]
    out = io.BytesIO()
    Image.new("1", (8100, 8100)).save(out, "PNG")  # not much more than the server's own limit
    answer = server.upload(out.getvalue(), name="large.png", kind="image/png")
    assert_problem(answer, 422, "photo-too-large")
    assert time.monotonic() - started < 5.0
    assert memory_bytes(server) < 500e6


def test_gigabyte_is_refused_by_its_length(server: Server) -> None:
    """Nothing of it needs to be sent."""
    answer = ask_raw(server, _head(**{"Content-Length": "1000000000", **_form_type()}))
    _assert_raw_problem(answer, 413, "upload-too-large")


@pytest.mark.parametrize("length", ["-1", "1e3", "ten", "9" * 5000])
def test_lengths_that_are_none(server: Server, length: str) -> None:
    answer = ask_raw(server, _head(**{"Content-Length": length, **_form_type()}))
    _assert_raw_problem(answer, 400, "no-http")


@pytest.mark.parametrize(
    "line",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(60) + b"\r\n\r\n",  # TLS
        b"GET /api/limits\r\n\r\n",
        b"GET /api/limits HTTP/x\r\nHost: x\r\n\r\n",
        b"GET /api/limits HTTP/1.1\r\n\r\n",  # for no host
        b"GET /api/limits HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
        b"GET /api/limits HTTP/1.1\r\nHost: x\r\nA: " + b"y" * 100_000,  # and no end
    ],
    ids=["tls", "no-version", "version", "host", "header", "long"],
)
def test_what_is_no_http(server: Server, line: bytes) -> None:
    answer = ask_raw(server, line)
    _assert_raw_problem(answer, 400, "no-http")
    assert SAFE.items() <= parse_answer(answer)[1].items()


def test_endless_body_is_refused_while_it_comes(server: Server) -> None:
    """In chunks, so that no length is told; the server closes the line by itself."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20.0) as line:
        line.sendall(_head(**{"Transfer-Encoding": "chunked", **_form_type()}))
        start = _form({"photo": b""}).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        chunk = bytes(65_536)
        sent = 0
        try:
            for piece in (start, *[chunk] * 1600):
                line.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                sent += len(piece)
        except OSError:
            pass  # it has hung up
        assert sent < 20_000_000  # what the buffers of the system hold
        answer = received(line)
    if answer:  # a reset line may take the answer with it
        _assert_raw_problem(answer, 413, "upload-too-large")


def test_limit_is_where_it_says(server: Server, portrait: bytes) -> None:
    """And whoever is over it is told so, not cut off while sending."""
    assert server.upload(_padded(portrait, LIMIT_BYTES - 1000)).status_code == 202
    for size in (LIMIT_BYTES + 20_000, 3 * LIMIT_BYTES):
        problem = assert_problem(server.upload(_padded(portrait, size)), 413, "upload-too-large")
        assert "0.3 MB" in problem["detail"]


def test_slow_upload_ends_while_others_are_served(server: Server) -> None:
    """Twenty clients that send one byte and then nothing, as slowloris does."""
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=20.0) for _ in range(20)]
    try:
        for line in lines:
            line.sendall(_head(**{"Content-Length": "100000", **_form_type()}) + b"-")
        started = time.monotonic()
        assert server.client.get("/api/limits").status_code == 200
        assert time.monotonic() - started < SILENCE_S  # not after them
        for line in lines:
            _assert_raw_problem(received(line), 408, "slow-upload")
    finally:
        for line in lines:
            line.close()


def test_upload_that_never_ends(server: Server) -> None:
    """A byte now and then keeps no line open for ever."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20.0) as line:
        line.sendall(_head(**{"Content-Length": "100000", **_form_type()}))
        line.sendall(_form({"photo": b""}).partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        started = time.monotonic()
        line.settimeout(0.3)
        answer = b""
        while not answer and time.monotonic() - started < 15.0:
            line.sendall(b"-")
            try:
                answer = line.recv(65_536)
            except TimeoutError:
                continue
        assert time.monotonic() - started < 10.0
        line.settimeout(20.0)
        answer += received(line)
    _assert_raw_problem(answer, 408, "slow-upload")


def test_client_that_hangs_up(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20.0) as line:
        line.sendall(_head(**{"Content-Length": "100000", **_form_type()}) + b"--x\r\n")


@pytest.mark.parametrize(
    "name",
    ["../../../../tmp/out.jpg", "/etc/passwd", "..\\..\\out.jpg", "a\x00b.jpg", "%2e%2e%2f", "."],
)
def test_file_names_lead_nowhere(server: Server, portrait: bytes, name: str) -> None:
    answer = server.upload(portrait, name=name)
    assert answer.status_code == 202
    job_id = answer.json()["id"]
    assert server.stored(job_id) == ["upload"]
    assert "passwd" not in answer.text
    assert not Path("/tmp/out.jpg").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/api/heads/../../../etc/passwd",
        "/api/heads/%2e%2e%2f%2e%2e%2fjobs.db",
        "/api/heads/..%2fjobs.db/head.glb",
        "/api/heads/ID/upload",
        "/api/heads/ID/../ID/upload",
        "/api/heads/ID/..%2f..%2fjobs.db",
        "/api/heads/ID/1%2fphoto.jpg",
        "/api/heads/ID%00/head.glb",
        "/api/heads/ID%0d%0aSet-Cookie:a=b",
        "/api/model/..%2f..%2fserve%2fapi.py",
        "/assets/../../api.py",
        "/assets/..%2f..%2fapi.py",
        "/../../../../etc/passwd",
        "//etc/passwd",
        "/.git/config",
    ],
)
def test_addresses_lead_nowhere(server: Server, portrait: bytes, path: str) -> None:
    """As they are: a client library would tidy them."""
    job_id = server.accepted(portrait)
    request = f"GET {path.replace('ID', job_id)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = ask_raw(server, request.encode())
    status, headers, body = parse_answer(answer)
    assert status == 404
    assert headers["content-type"] == PROBLEM_TYPE
    assert "set-cookie" not in headers
    assert b"root:" not in body
    assert json.loads(body)["status"] == 404


def test_html_in_exif_does_not_come_back(served: Server, no_face: bytes) -> None:
    """Of the photo's own words, nothing gets into what is made of it."""
    exif = Image.Exif()
    for tag in (Base.ImageDescription, Base.Artist, Base.Make, Base.Model, Base.Software):
        exif[tag] = SCRIPT
    out = io.BytesIO()
    with Image.open(io.BytesIO(no_face)) as image:
        image.convert("RGB").save(out, "JPEG", exif=exif, comment=SCRIPT.encode())
    assert SCRIPT.encode() in out.getvalue()
    status = served.ended(served.accepted(out.getvalue(), name=f"{SCRIPT}.jpg"))
    assert "<script" not in json.dumps(status)
    assert "photo.jpg" in status["files"]
    for address in status["files"].values():
        assert b"<script" not in served.client.get(address).content


def test_other_sites_may_not_upload(server: Server, portrait: bytes) -> None:
    answer = server.client.post(
        "/api/heads", files={"photo": ("a.jpg", portrait)}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert_problem(answer, 403, "other-site")
    answer = server.client.get("/api/limits", headers={"Origin": "https://example.org"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_answer_has_safe_headers(server: Server, portrait: bytes) -> None:
    job_id = server.accepted(portrait)
    answers = [
        server.client.request(method, path)
        for method, path in [
            ("GET", "/"), ("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/api/limits"),
            ("GET", "/api/openapi.json"), ("GET", f"/api/heads/{job_id}"), ("GET", "/nothing"),
            ("GET", f"/api/heads/{job_id}/head.glb"), ("PUT", "/api/heads"), ("POST", "/healthz"),
            ("TRACE", "/"), ("FOO", "/api/limits"), ("POST", "/api/heads"),
            ("DELETE", f"/api/heads/{job_id}"),
        ]
    ]  # fmt: skip
    for answer in answers:
        assert SAFE.items() <= dict(answer.headers).items(), answer.url
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy  # no other origin
        assert "server" not in answer.headers
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == PROBLEM_TYPE
            assert answer.json()["status"] == answer.status_code
    assert {answer.status_code for answer in answers} >= {200, 204, 404, 405, 415}


def _padded(photo: bytes, size_bytes: int) -> bytes:
    return photo + bytes(size_bytes - len(photo))


def _form_type() -> dict[str, str]:
    return {"Content-Type": "multipart/form-data; boundary=x"}


def _form(files: Mapping[str, bytes]) -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    return b"".join(parts) + b"--x--\r\n"


def _head(**headers: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in {"Host": "x", **headers}.items()]
    return ("\r\n".join(["POST /api/heads HTTP/1.1", *lines]) + "\r\n\r\n").encode()


def _assert_raw_problem(answer: bytes, status: int, kind: str) -> None:
    told, headers, body = parse_answer(answer)
    assert_problem(httpx.Response(told, headers=headers, content=body), status, kind)
