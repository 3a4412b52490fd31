#!/usr/bin/env python3
"""Puts agents that fail, each in its own way, behind HAProxy with the configuration of
`Policies/open-banking/gateways/haproxy-spoe`: nothing may pass that was not allowed.

usage: spoe_faults.py
"""

import contextlib
import json
import os
import pathlib
import socket
import struct
import sys
import tempfile
import threading

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
REQUEST = {"name": "", "client": "moneylens", "path": "/accounts/amelia-current/balances"}


def integer(value):
    if value < 240:
        return bytes([value])
    rest = (value - 240) // 16
    written = [240 + (value - 240) % 16]
    while rest >= 128:
        written.append(128 + (rest - 128) % 128)
        rest = (rest - 128) // 128
    return bytes([*written, rest])


def text(value):
    return integer(len(value)) + value.encode()


def number(data, at):
    value, at = data[at], at + 1
    if value < 240:
        return value, at
    weight = 16
    while True:
        value, at, last = value + data[at] * weight, at + 1, data[at] < 128
        if last:
            return value, at
        weight *= 128


def frame(kind, payload, stream=0, serial=0):
    body = bytes([kind]) + struct.pack(">I", 1) + integer(stream) + integer(serial) + payload
    return struct.pack(">I", len(body)) + body


def hello(version="2.0", size=16380):
    return frame(101, text("version") + b"\x08" + text(version) + text("max-frame-size") + b"\x03"
                 + integer(size) + text("capabilities") + b"\x08" + text("pipelining"))


def farewell(status):
    return frame(102, text("status-code") + b"\x03" + integer(status) + text("message") + b"\x08" + text(""))


def variable(name, value, scope=2):
    return bytes([1, 3, scope]) + text(name) + value


ALLOW, DENY = variable("allow", b"\x11"), variable("allow", b"\x01")
PASSED, ODD = variable("status", b"\x03" + integer(200)), variable("status", b"\x03\x00")


def answered(payload, change=0):
    """An answer with these variables, to the question or to another one."""
    return lambda stream, serial: frame(103, payload, stream + change, serial)


# What an agent says first and to a question, None for a closed connection, and what the client gets.
AGENTS = {
    "nobody listens": (None, None, 503),
    "it closes at once": (lambda: None, None, 503),
    "it says nothing": (lambda: b"", None, 503),
    "it greets in another version": (lambda: hello(version="1.0"), None, 503),
    "it wants larger frames": (lambda: hello(size=100_000), None, 503),
    "it takes only questions that are smaller": (lambda: hello(size=256), answered(PASSED + ALLOW), 503),
    "it says goodbye instead of a greeting": (lambda: farewell(13), None, 503),
    "it greets with what is no frame": (lambda: b"HTTP/1.1 200 OK\r\n\r\n", None, 503),
    "it answers nothing": (hello, lambda *_: b"", 503),
    "it closes instead of an answer": (hello, lambda *_: None, 503),
    "it says goodbye instead of an answer": (hello, lambda *_: farewell(0), 503),
    "it answers with what is no frame": (hello, lambda *_: b"\xff" * 40, 503),
    "it answers with half a frame": (hello, lambda *ids: answered(PASSED + ALLOW)(*ids)[:-1], 503),
    "it answers another question": (hello, answered(PASSED + ALLOW, change=1000), 503),
    "it sets no variables": (hello, answered(b""), 503),
    "it sets those of a connection": (
        hello, answered(variable("status", b"\x03\xc8", 1) + variable("allow", b"\x11", 1)), 503),
    "it sets a status only": (hello, answered(PASSED), 403),
    "it sets a status that is none": (hello, answered(ODD), 403),
    "it breaks off before the end": (hello, answered(PASSED + ALLOW[:-1]), 403),
    "it allows without a status": (hello, answered(ALLOW), 503),
    "it denies with a status of 200": (hello, answered(PASSED + DENY), 403),
    "it allows": (hello, answered(PASSED + ALLOW), 200),
}


class Agent:
    """Listens until it is left, and answers each connection's first two frames as it is told."""

    def __init__(self, path, first, second):
        self.path, self.first, self.second = path, first, second

    def __enter__(self):
        if self.first:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(self.path)
            self.listener.listen()
            threading.Thread(target=self.run, daemon=True).start()
        return self

    def __exit__(self, *_):
        if self.first:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            os.unlink(self.path)

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError, struct.error, IndexError), connection:
            self.receive(connection)
            said = self.first()
            if said is None or self.second is None:
                return connection.sendall(said or b"")
            connection.sendall(said)
            question = self.receive(connection)
            stream, at = number(question, 5)
            said = self.second(stream, number(question, at)[0])
            if said is None:
                return
            connection.sendall(said)
            connection.recv(1)

    @staticmethod
    def receive(connection):
        head = connection.recv(4, socket.MSG_WAITALL)
        return connection.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL)


def main():
    from drivers import spoe
    from gateways import App, AppServer, Place, ask, end, wait
    from world import World

    if reason := spoe.available():
        return print(f"faults of agents: SKIPPED, {reason}")
    table = json.loads((here / "cases.json").read_text())
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(pathlib.Path(folder))
        world = World(place.folder, table)
        (place.folder / "run").mkdir(exist_ok=True)
        app = AppServer(("127.0.0.1", place.app_port), App)
        threading.Thread(target=app.serve_forever, daemon=True).start()
        try:
            for name, (first, second, expected) in AGENTS.items():
                # A new HAProxy each time: connections of the last agent are not this one's.
                gateway = spoe.start(place)
                try:
                    with Agent(str(place.folder / "run/spoe.sock"), first, second):
                        wait(place.port)
                        status, headers, _ = ask(place, world, table, REQUEST)
                finally:
                    end(gateway)
                if status != expected or ("x-upstream" in headers) != (expected == 200):
                    failed += 1
                    print(f"faults of agents: {name}: {status}, not {expected}", flush=True)
        finally:
            app.shutdown()
    print(f"faults of agents: {len(AGENTS) - failed} passed, {failed} failed", flush=True)
    return failed


if __name__ == "__main__":
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    try:
        import cryptography  # noqa: F401
    except ImportError:
        sys.exit(print("faults of agents: SKIPPED, python3-cryptography is not installed"))
    sys.exit(1 if main() else 0)
