"""A client that asks SELECT 1 every 50 ms, each time over a new connection, and remembers when it was answered."""

import socket
import struct
import threading
import time

EVERY = 0.05
PATIENCE = 1.0

PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH = 0x200, 0x8000, 0x80000


class Poll:
    """Asks for as long as the with block. The user has no password."""

    def __init__(self, host: str, port: int, user: str):
        self._address, self._user = (host, port), user
        self._answers: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Poll":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        self._thread.join()

    @property
    def answers(self) -> int:
        return len(self._answers)

    def longest_silence(self, since: int) -> float:
        """The longest time between two answers, in seconds, from the answer with this number on."""
        seen = self._answers[since:]
        return max((later - earlier for earlier, later in zip(seen, seen[1:])), default=0.0)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._end.is_set():
            if _answered(self._address, self._user):
                self._answers.append(time.monotonic())
            due = max(due + EVERY, time.monotonic())
            self._end.wait(due - time.monotonic())


def _answered(address: tuple[str, int], user: str) -> bool:
    try:
        with socket.create_connection(address, PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            _login(connection, user)
            _send(connection, 0, b"\x03SELECT 1")
            return _read(connection)[0] == 1  # a result of one column
    except (OSError, EOFError, IndexError):
        return False


def _login(connection: socket.socket, user: str) -> None:
    if _read(connection)[0] != 10:  # Protocol::HandshakeV10; an error where there are too many connections
        raise EOFError
    capabilities = PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH
    response = struct.pack("<IIB23x", capabilities, 1 << 24, 45) + user.encode() + b"\0" + b"\0" + b"mysql_native_password\0"
    _send(connection, 1, response)
    answer = _read(connection)
    if answer[0] == 0xFE:  # AuthSwitchRequest: an empty answer stands for no password, whatever the method
        _send(connection, 3, b"")
        answer = _read(connection)
    if answer[0] != 0:
        raise EOFError


def _send(connection: socket.socket, number: int, payload: bytes) -> None:
    connection.sendall(struct.pack("<I", len(payload) | number << 24) + payload)


def _read(connection: socket.socket) -> bytes:
    return _exactly(connection, struct.unpack("<I", _exactly(connection, 4))[0] & 0xFFFFFF)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data
