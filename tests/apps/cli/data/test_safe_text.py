from penstock.apps.cli.data.safe_text import listed, safe_text, wrapped
from penstock.apps.cli.terminal import Painter


class _Plain:
    encoding = "utf-8"

    def isatty(self) -> bool:
        return False


def test_what_a_terminal_would_obey_is_shown_as_escapes() -> None:
    assert safe_text("a\x1b]0;b\x07\r\n\u202e") == "a\\x1b]0;b\\x07\\r\\n\\u202e"


def test_a_cut_is_seen_and_costs_no_more_than_what_is_shown() -> None:
    assert safe_text("x" * 50_000_000, limit=8) == "xxxxx..."
    assert safe_text("x" * 8, limit=8) == "x" * 8


def test_wrapping_cuts_nothing() -> None:
    text = "short words and one" + "-long" * 30 + " word"
    assert " ".join(line.strip() for line in wrapped(text, 20, indent="  ")) == text


def test_many_names() -> None:
    painter = Painter(_Plain())  # type: ignore[arg-type]
    assert listed(["a", "b"], painter) == "a, b"
    assert listed([str(number) for number in range(20)], painter).endswith("and 8 more")
