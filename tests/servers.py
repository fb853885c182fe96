"""Real servers that tests start themselves, once per test process, and stop at its end."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request
import warnings
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from processes import wait_until


@cache
def postgres_server() -> tuple[str, Path]:
    """URL of a PostgreSQL server and its data folder."""
    with warnings.catch_warnings():
        # It only tells where its lock files go.
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pgserver", reason="no PostgreSQL server: pip install pgserver")
        folder = Path(tempfile.mkdtemp(prefix="penstock-pg-"))
        server = pgserver.get_server(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri()), folder


def new_postgres_url() -> str:
    """URL of an empty place in a PostgreSQL server, for one test."""
    import psycopg

    url, _ = postgres_server()
    name = "t" + secrets.token_hex(6)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url}&options=-csearch_path%3D{name}"


@cache
def s3_endpoint() -> str:
    """Endpoint of a moto server; the environment of this process is set to use it."""
    pytest.importorskip("moto", reason="no S3 server: pip install 'moto[s3,server]'")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(server.wait)
    atexit.register(server.kill)
    endpoint = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None, "moto's server ended at once"
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/data.json", timeout=1):
                return True
        except OSError:
            return False

    wait_until(answers, timeout_s=60, what="moto's server")
    os.environ.update(
        AWS_ENDPOINT_URL=endpoint,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
    )
    return endpoint


def new_bucket_url() -> str:
    """URL of a place in a new bucket."""
    import s3fs

    s3_endpoint()
    name = "penstock-" + secrets.token_hex(6)
    s3fs.S3FileSystem().mkdir(name)
    return f"s3://{name}/some/prefix"
