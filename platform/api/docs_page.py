"""`/api/docs`: the OpenAPI document as one plain page, made on the server, without scripts or foreign hosts."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, render_template_string

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ spec.info.title }}: HTTP API</title>
<meta name="viewport" content="width=device-width">
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem}
body{color:#1b1f22;background:#f7f6f3}
a{color:#0b6e63} h2{margin-top:2.2rem;border-bottom:1px solid #d9d6cf} summary{cursor:pointer;padding:.35rem 0}
code{font-family:ui-monospace,monospace} .m{display:inline-block;min-width:4.2rem;font-weight:700;color:#0b6e63}
pre{overflow:auto;background:#fff;border:1px solid #d9d6cf;padding:.7rem;border-radius:.4rem}
@media(prefers-color-scheme:dark){body{color:#e8e6e1;background:#16191b}a,.m{color:#3cc2b2}
pre{background:#1f2325;border-color:#3a3f42}}
</style></head><body>
<h1>{{ spec.info.title }}: HTTP API</h1>
<p>{{ spec.info.description }} The document itself: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
<nav>{% for tag in tags %}<a href="#{{ tag.name }}">{{ tag.name }}</a> {% endfor %}<a href="#schemas">schemas</a></nav>
{% for tag in tags %}<h2 id="{{ tag.name }}">{{ tag.name }}</h2><p>{{ tag.description or "" }}</p>
{% for o in tag.operations %}<details>
<summary><span class="m">{{ o.method }}</span> <code>{{ o.path }}</code>
 {{ o.summary }}</summary>
{% if o.description %}<p>{{ o.description }}</p>{% endif %}<pre>{{ o.json }}</pre></details>{% endfor %}
{% endfor %}
<h2 id="schemas">schemas</h2>
{% for name, json in schemas %}<details id="{{ name }}"><summary><code>{{ name }}</code></summary>
<pre>{{ json }}</pre></details>{% endfor %}
</body></html>"""


def register(app: Flask, spec: Any) -> None:
    """Adds the page for an apispec document."""

    @app.get("/api/docs")
    def _docs() -> str:
        document = spec.to_dict()
        schemas = [(name, _pretty(schema)) for name, schema in sorted(document["components"]["schemas"].items())]
        return render_template_string(_PAGE, spec=document, tags=_by_tag(document), schemas=schemas)


def _by_tag(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = {tag["name"]: {**tag, "operations": []} for tag in document.get("tags", [])}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and operation.get("tags"):
                found[operation["tags"][0]]["operations"].append(_operation(method, path, operation))
    return list(found.values())


def _operation(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    shown = {key: operation[key] for key in ("parameters", "requestBody", "responses") if key in operation}
    texts = {key: operation.get(key, "") for key in ("summary", "description")}
    return {"method": method.upper(), "path": path, "json": _pretty(shown), **texts}


def _pretty(part: Any) -> str:
    return json.dumps(part, indent=1, ensure_ascii=False, sort_keys=True)
