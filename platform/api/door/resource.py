"""One resource per file: path, body, answer and who may come in, said once; the OpenAPI document follows from it.

A file in this room with a `resource` is found by `app.create_app`; nothing lists it. Paths are those of `docs/api.md`,
without `/api/v1`. A view gets the loaded body first, then the loaded query, then the parts of the path by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.exceptions import HTTPException

from ruleloom.api.door import bounds, signed_in
from ruleloom.api.door.json_bodies import JsonParser, require_readable_address
from ruleloom.messages import RuleloomError

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]
SchemaLike = type[Schema] | Schema | Mapping[str, Any]


class _StrictBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint that reads bodies strictly."""

    ARGUMENTS_PARSER = JsonParser()


class Resource:
    """A resource with its verbs."""

    def __init__(self, name: str, about: str) -> None:
        self.name = name
        self.blueprint = _StrictBlueprint(name, __name__, description=about)

    def get(self, path: str, **how: Any) -> Callable[[View[P, R]], View[P, R]]:
        """Reads; see `_on` for the options."""
        return self._on("GET", path, **how)

    def post(self, path: str, **how: Any) -> Callable[[View[P, R]], View[P, R]]:
        """Creates, or does something that is not a plain change; see `_on` for the options."""
        return self._on("POST", path, **how)

    def put(self, path: str, **how: Any) -> Callable[[View[P, R]], View[P, R]]:
        """Replaces; see `_on` for the options."""
        return self._on("PUT", path, **how)

    def patch(self, path: str, **how: Any) -> Callable[[View[P, R]], View[P, R]]:
        """Changes parts; see `_on` for the options."""
        return self._on("PATCH", path, **how)

    def delete(self, path: str, **how: Any) -> Callable[[View[P, R]], View[P, R]]:
        """Deletes; see `_on` for the options."""
        return self._on("DELETE", path, **how)

    def _on(
        self,
        method: str,
        path: str,
        *,
        answer: SchemaLike | None = None,
        status: int = 200,
        body: SchemaLike | None = None,
        query: SchemaLike | None = None,
        files: SchemaLike | None = None,
        public: bool = False,
        one_write: bool = False,
        content_type: str | None = None,
        limit: int = bounds.JSON_BYTES,
    ) -> Callable[[View[P, R]], View[P, R]]:
        """`answer`, `body`, `query`, `files`: schemas; `public`: without sign-in; `limit`: of the body, in bytes.

        `one_write`: all that the view does for its actor is one `Workspace.transact`, where the sign-in is confirmed.
        """

        def register(view: View[P, R]) -> View[P, R]:
            answering: Any = self.blueprint.response(status, answer, content_type=content_type)(view)
            wanted = ((body, "json"), (files, "files"), (query, "query"))
            # schemas are made once, not at every request
            parts = [(s() if isinstance(s, type) else s, place) for s, place in wanted if s is not None]
            guard = _public if public else _confirmed_in_its_write if one_write else _signed_in
            serving = _bounded(guard(_handed_over(answering, parts)), limit)
            documented = answering
            for schema, place in reversed(parts):
                documented = self.blueprint.arguments(schema, location=place)(documented)
            documented = self.blueprint.doc(operationId=f"{self.name}_{view.__name__}", **_security(public))(documented)
            # the document says of it what flask-smorest has gathered; it runs without the functions that gathered it
            self.blueprint.route(path, methods=[method])(wraps(documented)(serving))
            return view

        return register


def _handed_over(view: Any, parts: Sequence[tuple[Any, str]]) -> Any:
    """Reads the parts of a request by their schemas and gives them to the view, in this order."""
    parser = _StrictBlueprint.ARGUMENTS_PARSER

    @wraps(view)
    def reading(**path: Any) -> Any:
        return view(*[parser.parse(schema, location=place) for schema, place in parts], **path)

    return reading


def _bounded(view: Any, limit: int) -> Any:
    """Asks for the size and the address, before the sign-in and before anything of the body is read."""

    @wraps(view)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        bounds.require_size(limit)
        require_readable_address()
        return view(*args, **kwargs)

    return bounded


def _public(view: Any) -> Any:
    """Lets everybody in."""

    @wraps(view)
    def public(*args: Any, **kwargs: Any) -> Any:
        g.actor = None
        return view(*args, **kwargs)

    return public


def _signed_in(view: Any) -> Any:
    """Asks for the sign-in before anything of the body is read."""

    @wraps(view)
    def signed(*args: Any, **kwargs: Any) -> Any:
        g.actor = signed_in.actor_of_request()
        return view(*args, **kwargs)

    return signed


def _confirmed_in_its_write(view: Any) -> Any:
    """The same, by what is known of the session; what is wrong otherwise is told to nobody whose session has ended."""

    @wraps(view)
    def claiming(*args: Any, **kwargs: Any) -> Any:
        g.actor = signed_in.claimed_actor()
        try:
            return view(*args, **kwargs)
        except (RuleloomError, HTTPException):
            signed_in.actor_of_request()
            raise

    return claiming


def _security(public: bool) -> dict[str, Any]:
    return {"security": []} if public else {"security": [{"session": [], "csrf": []}, {"token": []}]}
