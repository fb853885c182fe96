from __future__ import annotations

import pytest

from penstock.ml.data.source.url import has_secret, is_secret_name, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://bucket/a@b.csv", "s3://bucket/a@b.csv"),
        ("https://host/a.csv?day=1", "https://host/a.csv?day=1"),
        ("https://ann:open@host/a.csv", "https://***@host/a.csv"),
        ("https://token@host/a.csv", "https://***@host/a.csv"),
        ("cannot open https://ann:open@host, nor ftp://bob:sesame@h", "cannot open https://***@host, nor ftp://***@h"),
        (
            "https://h/a?X-Amz-Credential=open&x=1&X-Amz-Signature=open",
            "https://h/a?X-Amz-Credential=***&x=1&X-Amz-Signature=***",
        ),
        ("https://h/a?sv=1&sig=open#part", "https://h/a?sv=1&sig=***#part"),
        ("https://h/a?access_token=open", "https://h/a?access_token=***"),
        ("/a path/with?key=x", "/a path/with?key=***"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert mask(text) == shown


def test_names_of_secrets() -> None:
    names = ("key", "secret", "token", "password", "aws_secret_access_key", "account_key", "sas_token", "headers")
    assert all(map(is_secret_name, names))
    assert not any(map(is_secret_name, ("anon", "endpoint_url", "client_kwargs", "timeout", "requester_pays")))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann@db/city", False),
        ("postgresql://ann:@db/city", False),
        ("postgresql://ann:p@db/city", True),
        ("postgresql://ann:p@/w?x@db/city", True),
        ("postgresql://db/city?user=ann&password=p", True),
        ("postgresql://db/city?table=trips&key=v1", False),
        ("simplecache::ftp://ann:p@h/a.csv", True),
        ("https://host:8080/a@b.csv", False),
        ("https://host/a?X-Amz-Signature=abc", True),
        ("https://host/a?sig=abc", True),
        ("s3://bucket/a:b@c.csv", False),
        ("github://org:repo@main/a.csv", False),
        ("data/a:b@c.csv", False),
    ],
)
def test_urls_with_secrets(url: str, expected: bool) -> None:
    assert has_secret(url) is expected


def test_a_password_with_an_at_sign_is_hidden_to_its_end() -> None:
    assert mask("ftp://ann:p@ss@host/a.csv") == "ftp://***@host/a.csv"
