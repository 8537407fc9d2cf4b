"""The page /docs: every operation and every code, on one page that asks no other host for anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from planner.api.problems import KNOWN
from planner.language import say

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#f4f4f4;padding:.6rem;overflow:auto}h2{border-top:1px solid #999;padding-top:1rem}"
    "td{padding:.2rem .8rem .2rem 0;vertical-align:top}.role{color:#555}"
)


def docs_page(document: Mapping[str, Any]) -> str:
    """Return the page for an OpenAPI document."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>xunzhen API</title>",
        f"<style>{STYLE}</style><h1>{escape(document['info']['title'])} {escape(document['info']['version'])}</h1>",
        f'<p>{escape(document["info"]["description"])}</p><p><a href="/openapi.json">openapi.json</a></p>',
        *_operations(document),
        "<h2>Codes of problems</h2><table>",
        *(
            f"<tr id={code}><td><code>{code}</code><td>{status}<td>{escape(say(title, 'en'))}<br>"
            f"{escape(say(title, 'zh'))}<td>{escape(say(remedy, 'en'))}"
            for code, (status, title, remedy) in KNOWN.items()
        ),
        "</table></html>",
    ]
    return "\n".join(parts)


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation['description'])}</p><p class=role>Role: {escape(operation['x-scope'])}</p>"
            for example in _examples(operation):
                yield f"<pre>{escape(json.dumps(example, ensure_ascii=False, indent=1))}</pre>"


def _examples(operation: Mapping[str, Any]) -> Iterator[Any]:
    answered = [operation["responses"][code] for code in operation["responses"] if code.startswith("2")]
    shown: list[Any] = []
    for part in (operation.get("requestBody", {}), *answered):
        for content in part.get("content", {}).values():
            if "example" in content and content["example"] not in shown:
                shown.append(content["example"])
                yield content["example"]
