"""A small stand-in for BigQuery's REST service on 127.0.0.1: enough of it for one query or one load job."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PROJECT = "my-project"


class Service:
    """What the stand-in answers, and what it was asked.

    Attributes
    ----------
    fields : list
        Columns of the answer to any query, in the service's own JSON.
    rows : list of list
        Its rows, values as the service writes them: text.
    """

    def __init__(self) -> None:
        self.fields: list[dict[str, Any]] = []
        self.rows: list[list[Any]] = []
        self.statement_type = "SELECT"
        self.tables: list[str] = []
        self.error: tuple[int, str, str] | None = None
        self.page_rows = 2
        self.queries: list[dict[str, Any]] = []
        self.loads: list[dict[str, Any]] = []
        self.loaded = b""
        self.paths: list[str] = []
        self.endpoint = ""

    def schema(self) -> dict[str, Any]:
        return {"fields": self.fields}

    def page(self, start: int) -> dict[str, Any]:
        rows = self.rows[start : start + self.page_rows]
        found: dict[str, Any] = {
            "jobComplete": True,
            "schema": self.schema(),
            "totalRows": str(len(self.rows)),
            "jobReference": {"projectId": PROJECT, "jobId": "job"},
            "rows": [{"f": [{"v": value} for value in row]} for row in rows],
        }
        if start + len(rows) < len(self.rows):
            found["pageToken"] = str(start + len(rows))
        return found

    def query(self, body: dict[str, Any]) -> dict[str, Any]:
        configuration = body["configuration"]
        self.queries.append(configuration)
        return {
            "id": f"{PROJECT}:job",
            "jobReference": {"projectId": PROJECT, "jobId": "job"},
            "configuration": {
                **configuration,
                "query": {
                    **configuration["query"],
                    "destinationTable": {"projectId": PROJECT, "datasetId": "_temporary", "tableId": "answer"},
                },
            },
            "statistics": {"query": {"statementType": self.statement_type, "schema": self.schema()}},
            "status": {"state": "DONE"},
        }

    def load(self, body: dict[str, Any], content: bytes) -> dict[str, Any]:
        self.loads.append(body["configuration"]["load"])
        self.loaded = content
        return {
            "id": f"{PROJECT}:load",
            "jobReference": {"projectId": PROJECT, "jobId": "load"},
            "configuration": body["configuration"],
            "status": {"state": "DONE"},
        }


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.service.paths.append(url.path)
        token = parse_qs(url.query).get("pageToken", ["0"])[0]
        if url.path.endswith("/tables"):
            listed = [
                {"tableReference": {"projectId": PROJECT, "datasetId": "city", "tableId": name}, "type": "TABLE"}
                for name in self.service.tables
            ]
            self._answer(200, {"tables": listed, "totalItems": len(listed)})
        elif "/queries/" in url.path or url.path.endswith("/data"):
            self._answer(200, self.service.page(int(token)))
        else:
            self._answer(404, {"error": {"code": 404, "message": f"the stand-in has no {url.path}"}})

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        self.service.paths.append(url.path)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.service.error is not None:
            code, reason, message = self.service.error
            what = {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}
            self._answer(code, {"error": what})
        elif url.path.startswith("/upload/"):
            boundary = self.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
            parts = [part.partition(b"\r\n\r\n")[2] for part in content.split(b"--" + boundary)[1:-1]]
            self._answer(200, self.service.load(json.loads(parts[0]), parts[1].removesuffix(b"\r\n")))
        else:
            self._answer(200, self.service.query(json.loads(content)))

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def bigquery_service() -> Iterator[Service]:
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
