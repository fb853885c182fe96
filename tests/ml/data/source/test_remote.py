from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from servers import new_bucket_url

from penstock.core.error import DataError, MissingDependencyError
from penstock.core.plugin import load_plugin
from penstock.ml.data.source import open_source, remote
from penstock.ml.data.source.remote import RemoteFile, RemoteFolder


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PAUSES_S", (0.0, 0.0))


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    files = fsspec.filesystem("memory")
    yield files
    if files.exists("/place"):
        files.rm("/place", recursive=True)


class Web:
    """A web server on this machine whose answers a test decides."""

    def __init__(self) -> None:
        self.content = b"n\n1\n"
        self.headers = {"ETag": '"first"'}
        self.failures = 0
        self.gets = 0
        self.lies_about_length = False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_HEAD(self) -> None:
                self.answer(with_body=False)

            def do_GET(self) -> None:
                outer.gets += 1
                self.answer(with_body=True)

            def answer(self, *, with_body: bool) -> None:
                if outer.failures:
                    outer.failures -= 1
                    self.send_error(503)
                    return
                if not self.path.startswith("/a."):
                    self.send_error(403 if self.path.startswith("/closed") else 404)
                    return
                self.send_response(200)
                size = len(outer.content) + (100 if outer.lies_about_length else 0)
                self.send_header("Content-Length", str(size))
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if with_body:
                    self.wfile.write(outer.content)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    pytest.importorskip("aiohttp", reason="no web client: pip install 'penstock[http]'")
    found = Web()
    yield found
    found.stop()


def rows(uri: str | list[str], **options: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = open_source(uri, **options).read().read_all().to_pylist()  # type: ignore[arg-type]
    return found


def failure(uri: str, **options: object) -> DataError:
    with pytest.raises(DataError) as caught:
        rows(uri, **options)
    assert caught.value.fix
    return caught.value


class TestMemory:
    def test_file_folder_and_pattern(self, memory: fsspec.AbstractFileSystem) -> None:
        for name, content in (("b.csv", b"n\n2\n"), ("a.csv", b"n\n1\n"), ("_x.csv", b"no"), ("deep/c.csv", b"n\n3\n")):
            memory.pipe_file(f"/place/{name}", content)
        assert rows("memory://place/b.csv") == [{"n": 2}]
        assert rows("memory://place") == [{"n": 1}, {"n": 2}]
        assert rows("memory://place/**/*.csv") == [{"n": 1}, {"n": 2}, {"n": 3}]
        assert rows(["memory://place/b.csv", "memory://place/a.csv"]) == [{"n": 2}, {"n": 1}]

    def test_fingerprint_by_size_and_time(self, memory: fsspec.AbstractFileSystem) -> None:
        memory.pipe_file("/place/a.csv", b"n\n1\n")
        first = open_source("memory://place/a.csv").fingerprint()
        assert first == open_source("memory://place").fingerprint()
        memory.pipe_file("/place/a.csv", b"n\n17\n")
        assert open_source("memory://place/a.csv").fingerprint() != first

    def test_an_absent_file_offers_the_closest_name(self, memory: fsspec.AbstractFileSystem) -> None:
        memory.pipe_file("/place/taxi.csv", b"n\n1\n")
        error = failure("memory://place/taxy.csv")
        assert (error.what, error.fix) == ("there is no such file or folder", "did you mean 'taxi.csv'?")
        assert failure("memory://place/*.jsonl").what == "no file matches the pattern"
        assert "it holds taxi.csv" in failure("memory://place", format="jsonl").what

    def test_errors_name_the_url_not_the_copy(self, memory: fsspec.AbstractFileSystem) -> None:
        memory.pipe_file("/place/a.csv", b"a,b\n1,2\n3\n")
        assert failure("memory://place/a.csv").where.startswith("memory://")
        assert failure("memory://place/a.csv").where.endswith("a.csv, line 3")

    def test_copies_go_with_the_source(
        self, memory: fsspec.AbstractFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        memory.pipe_file("/place/a.csv", b"n\n1\n")
        source = open_source("memory://place/a.csv")
        reader = source.read()
        del source
        assert list(tmp_path.glob("penstock-fetched-*"))
        assert reader.read_all().num_rows == 1
        del reader
        assert list(tmp_path.glob("penstock-fetched-*")) == []

    def test_changes_while_fetching(self, memory: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
        memory.pipe_file("/place/a.csv", b"n\n1\n")
        place = RemoteFolder("memory://place/a.csv")
        (listed,) = place.files([".csv"])
        memory.pipe_file("/place/a.csv", b"n\n1\n2\n")
        with pytest.raises(DataError, match="changed while it was fetched"):
            place.fetch(listed, tmp_path)
        memory.rm("/place/a.csv")
        with pytest.raises(DataError, match="is gone"):
            place.fetch(listed, tmp_path)


@pytest.fixture(scope="module")
def bucket() -> str:
    return new_bucket_url()


class TestS3:
    def put(self, url: str, content: bytes) -> None:
        files, path = fsspec.core.url_to_fs(url)
        files.pipe_file(path, content)

    def test_every_way_to_name_it(self, bucket: str) -> None:
        self.put(f"{bucket}/day/a.csv", b"n\n1\n")
        self.put(f"{bucket}/day/b.csv", b"n\n2\n")
        assert rows(f"{bucket}/day") == rows(f"{bucket}/day/*.csv") == [{"n": 1}, {"n": 2}]
        assert rows(f"{bucket}/day/b.csv") == [{"n": 2}]
        assert failure(f"{bucket}/day/c.csv").fix.startswith("did you mean")
        assert failure("s3://no-such-bucket-anywhere/a.csv").what == "there is no such file or folder"

    def test_parquet(self, bucket: str, tmp_path: Path) -> None:
        pq.write_table(pa.table({"n": range(1000)}), tmp_path / "a.parquet")
        self.put(f"{bucket}/a.parquet", (tmp_path / "a.parquet").read_bytes())
        assert len(rows(f"{bucket}/a.parquet")) == 1000
        self.put(f"{bucket}/cut.parquet", (tmp_path / "a.parquet").read_bytes()[:-20])
        error = failure(f"{bucket}/cut.parquet")
        assert error.where == f"{bucket}/cut.parquet"

    def test_fingerprint_is_the_etag(self, bucket: str) -> None:
        def fingerprint(content: bytes) -> str:
            self.put(f"{bucket}/f.csv", content)
            return open_source(f"{bucket}/f.csv").fingerprint()

        first = fingerprint(b"n\n1\n")
        assert fingerprint(b"n\n2\n") != first
        assert fingerprint(b"n\n1\n") == first

    def test_a_cache_folder_keeps_versions(self, bucket: str, tmp_path: Path) -> None:
        url = f"{bucket}/k.csv"
        self.put(url, b"n\n1\n")
        assert rows(url, cache=str(tmp_path)) == [{"n": 1}]
        (kept,) = tmp_path.rglob("*.csv")
        kept.write_bytes(b"n\n5\n")
        assert rows(url, cache=str(tmp_path)) == [{"n": 5}]
        self.put(url, b"n\n2\n")
        assert rows(url, cache=str(tmp_path)) == [{"n": 2}]
        assert len(list(tmp_path.rglob("*.csv"))) == 2
        (tmp_path / "file").touch()
        assert "cannot be made" in failure(url, cache=str(tmp_path / "file")).what

    def test_spans(self, bucket: str) -> None:
        for span, version in (("0001", "1"), ("0002", "1"), ("0002", "2")):
            self.put(f"{bucket}/spans/{span}/{version}/a.csv", f"n\n{span}{version}\n".encode())
        place = f"{bucket}/spans/{{SPAN:4}}/{{VERSION}}"
        assert rows(place, format="csv", types={"n": "VARCHAR"}) == [{"n": "00022"}]
        assert len(rows(place, spans=2)) == 2
        assert "span 2, version 1; span 2, version 2" in failure(place, span=3).fix


class TestWeb:
    def test_a_file(self, web: Web) -> None:
        assert rows(f"{web.url}/a.csv") == rows(f"{web.url}/a.csv?part=*") == [{"n": 1}]
        first = open_source(f"{web.url}/a.csv").fingerprint()
        web.headers = {"ETag": '"second"'}
        assert open_source(f"{web.url}/a.csv").fingerprint() not in ("", first)

    def test_without_a_version_it_is_never_cached(self, web: Web, tmp_path: Path) -> None:
        web.headers = {}
        assert open_source(f"{web.url}/a.csv").fingerprint() == ""
        assert rows(f"{web.url}/a.csv", cache=str(tmp_path)) == [{"n": 1}]
        assert list(tmp_path.rglob("*.csv")) == []

    def test_it_tries_again(self, web: Web) -> None:
        web.failures = 2
        assert rows(f"{web.url}/a.csv") == [{"n": 1}]
        web.failures = 100
        assert "503" in failure(f"{web.url}/a.csv").what

    def test_absent_and_closed(self, web: Web) -> None:
        assert failure(f"{web.url}/b.csv").what == "there is no such file or folder"
        error = failure(f"{web.url}/closed.csv?X-Amz-Signature=opensesame")
        assert "403" in error.what
        assert "opensesame" not in str(error)

    def test_cut_off(self, web: Web) -> None:
        web.lies_about_length = True
        assert failure(f"{web.url}/a.csv").where == f"{web.url}/a.csv"

    def test_nobody_answers(self, web: Web) -> None:
        web.stop()
        error = failure(f"http://ann:opensesame@{web.url.removeprefix('http://')}/a.csv")
        assert "cannot be read" in error.what
        assert "opensesame" not in str(error)


def test_secrets_are_no_options_and_never_shown() -> None:
    error = failure("s3://bucket/a.csv", filesystem={"secret": "opensesame"})
    assert error.what == "the option 'secret' would be recorded with the run"
    assert "opensesame" not in str(error)
    source = load_plugin("penstock.sources", "csv")("ftp://ann:opensesame@host/a.csv")
    assert "opensesame" not in str(source)


def test_packages_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for package, url, extra in (
        ("s3fs", "s3://b/a.csv", "s3"),
        ("gcsfs", "gs://b/a.csv", "gcs"),
        ("aiohttp", "https://h/a.csv", "http"),
    ):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(MissingDependencyError) as caught:
            open_source(url)
        assert caught.value.fix == f"pip install 'penstock[{extra}]'"


def test_schemes_that_cannot_be_opened() -> None:
    assert failure("nothing://host/a.csv").what.startswith("'nothing' locations cannot be opened")
    assert failure("hdfs://127.0.0.1:1/a.csv").what.startswith("'hdfs' locations cannot be opened")


def test_the_name_of_a_file() -> None:
    assert RemoteFile("https://host/a/b.csv?x=/c", -1, "").name == "b.csv"
