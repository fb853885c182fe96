"""Messages between the runner, the zygote and the workers: one JSON object per line."""

from __future__ import annotations

import json
import socket
from typing import Any

WORKER_FAILED = 70
"""Exit code of a worker that failed outside of a step."""


def encode(message: dict[str, Any]) -> bytes:
    """Bytes of one message."""
    return json.dumps(message, ensure_ascii=True).encode() + b"\n"


class Wire:
    """A socket that carries messages.

    Parameters
    ----------
    sock : socket
        A connected stream socket; owned from now on.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = bytearray()
        self.is_closed = False

    def fileno(self) -> int:
        """Descriptor, for selectors."""
        return self.sock.fileno()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; a peer that is gone is noticed when reading."""
        try:
            self.sock.sendall(encode(message))
        except (BrokenPipeError, ConnectionResetError):
            self.is_closed = True

    def receive(self) -> list[dict[str, Any]]:
        """Messages that have arrived, after waiting for at least some bytes; sets ``is_closed`` at the end."""
        try:
            data = self.sock.recv(1 << 20)
        except BlockingIOError:
            return []
        except ConnectionResetError:
            data = b""
        if not data:
            self.is_closed = True
            return []
        # Only new bytes can end a message; one of many megabytes comes in many pieces.
        head, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._buffer += data
            return []
        lines = (self._buffer + head).split(b"\n")
        self._buffer = bytearray(rest)
        return [json.loads(line) for line in lines]

    def drain(self) -> list[dict[str, Any]]:
        """Every message that is already there, without waiting."""
        self.sock.setblocking(False)
        found: list[dict[str, Any]] = []
        while not self.is_closed:
            before = len(self._buffer)
            messages = self.receive()
            found.extend(messages)
            if not messages and len(self._buffer) == before:
                break
        return found

    def close(self) -> None:
        """Close the socket."""
        self.is_closed = True
        self.sock.close()
