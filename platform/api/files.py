"""`/files`: upload and download; a file is read only through the permission of a record that holds it."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file
from flask_smorest.fields import Upload
from marshmallow import Schema, fields

from ruleloom.api.door import bounds
from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.runtime.commands import files

resource = Resource("files", "Files of records.")


class FileUploadSchema(Schema):
    """Multipart: one part called `file`."""

    file = Upload(required=True)


class FileSchema(Schema):
    """A kept file; put its id into a field of type files."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    type = fields.String(required=True)


@resource.post("/files", files=FileUploadSchema, answer=FileSchema, status=201, limit=bounds.FILE_BYTES)
def upload(given: dict[str, Any]) -> Any:
    """Keep a file; it is swept after a day unless a record names it"""
    part = given["file"]
    return files.keep(workspace(), current_actor(), part.stream, part.filename or "", part.mimetype or "")


@resource.get("/files/<file>", content_type="application/octet-stream")
def download(file: str) -> Response:
    """The file itself, always as a download"""
    found = files.open_file(workspace(), current_actor(), file)
    response = send_file(found.path, mimetype=found.type, as_attachment=True, download_name=found.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
