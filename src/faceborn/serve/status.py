"""What the API says of a job: the shapes that its description in OpenAPI shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from faceborn.serve.jobs import Job

FILE_TYPES = {
    "head.glb": "model/gltf-binary",
    "preview.png": "image/png",
    "report.json": "application/json",
    "obj.zip": "application/zip",
    "photo.jpg": "image/jpeg",
    "source.png": "image/png",
}


class ProblemDetails(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    hint: str = Field(description="what to do; may be empty")


class PhotoSize(BaseModel):
    width: int
    height: int


class FoundFace(BaseModel):
    number: int = Field(description="1 is the largest")
    box_px: list[float] = Field(description="x, y of the upper left corner, width, height")
    score: float
    yaw_deg: float = Field(description="> 0: turned to the own left")


class Status(BaseModel):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    id: str
    state: Literal["queued", "running", "done", "failed"]
    stage: str | None = Field(
        description="photo, faces, model, fit, texture, export, pack, preview"
    )
    progress: float = Field(ge=0.0, le=1.0)
    created: datetime
    expires: datetime
    photo: PhotoSize | None = Field(description="upright; null until it is decoded")
    faces: list[FoundFace]
    face: int = Field(description="the face that was asked for")
    report: dict[str, Any] | None = Field(
        description="docs/conventions.md; null until head.glb is there"
    )
    error: ProblemDetails | None
    files: dict[str, str] = Field(description="name -> address, of those that are ready")


class LimitsOfServer(BaseModel):
    max_upload_bytes: int
    max_pixels: int
    keep_seconds: float
    formats: list[str] = Field(description="media types")


class Health(BaseModel):
    status: Literal["ok"]
    version: str
    waiting: int = Field(description="jobs in the queue")


def status_of(job: Job) -> Status:
    """What everyone who knows the id may see."""
    return Status(
        id=job.id,
        state=job.state,  # type: ignore[arg-type]
        stage=job.stage,
        progress=round(job.progress, 3),
        created=datetime.fromtimestamp(job.created_s, UTC),
        expires=datetime.fromtimestamp(job.expires_s, UTC),
        photo=PhotoSize(**job.photo) if job.photo else None,
        faces=[FoundFace(**face) for face in job.faces],
        face=job.face,
        report=job.report,
        error=ProblemDetails(**job.error) if job.error else None,
        files={name: f"/api/heads/{job.id}/{name}" for name in FILE_TYPES if name in job.files},
    )
