#!/usr/bin/env python3
"""Floods a running `writ serve` with HTTP that it must refuse, and looks at what is left of it.

    flood.py WRIT [--connections 1000] [--requests 20000] [--rounds 6] [--examples 100]
             [--schemathesis COMMAND]

Four runs, one after the other, each bounded in count and time: generated requests against the service's
own OpenAPI document (left out when schemathesis is not installed: `pip install schemathesis`), slow
connections that send a byte a second, requests with something wrong, and connections that break off.
Another client asks for decisions all the while. At the end the service must be ready, have as
many files open as before, no more memory in the last rounds than in the first, and end well.
"""
import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time

from service import KEY, running

BODY = json.dumps({
    "subject": {"type": "user", "id": "alice"}, "action": {"name": "read"},
    "resource": {"type": "record", "id": "record-1"}}).encode()
HEAD = b"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Witness(threading.Thread):
    """Asks for a decision again and again, and keeps the longest time an answer took."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.ended = service, threading.Event()
        self.count, self.wrong, self.longest = 0, [], 0.0

    def run(self):
        connection = None
        while not self.ended.is_set():
            begin = time.monotonic()
            try:
                connection = connection or self.service.local()
                connection.request(
                    "POST", "/access/v1/evaluation", BODY, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200 or text != b'{"decision":true}':
                    self.wrong.append((answer.status, text[:100]))
            except OSError as error:
                self.wrong.append(error)
                connection = None
            self.count += 1
            self.longest = max(self.longest, time.monotonic() - begin)
            time.sleep(0.005)

    def end(self):
        self.ended.set()
        self.join()
        return self


def raw(service, secured):
    if not secured:
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(10)
        plain.connect(os.path.join(service.folder, "http.sock"))
        return plain
    plain = socket.create_connection(("127.0.0.1", service.ports["network"]), timeout=10)
    return service.tls(None).wrap_socket(plain, server_hostname="localhost")


def slow(service, count, seconds):
    """Connections that send a byte a second: of a request, or of what should be TLS."""
    ends = time.monotonic() + seconds
    connections, refused, closed = [], 0, 0
    for number in range(count):
        try:
            if number % 2:
                connection = socket.create_connection(
                    ("127.0.0.1", service.ports["network"]), timeout=10)
            else:
                connection = socket.socket(socket.AF_UNIX)
                connection.settimeout(10)
                connection.connect(os.path.join(service.folder, "http.sock"))
                connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
            connection.setblocking(False)
            connections.append(connection)
        except OSError:
            refused += 1
    while time.monotonic() < ends and connections:
        for connection in list(connections):
            try:
                connection.send(b"\x16")
            except BlockingIOError:
                pass
            except OSError:
                closed += 1
                connections.remove(connection)
                connection.close()
        time.sleep(1)
    for connection in connections:
        connection.close()
    print(f"slow connections: {count}, {refused} not accepted, {closed} closed by the service")


def wrong(random):
    """A request with something wrong, and the statuses that may come back."""
    size = b"Content-Length: %d\r\n" % len(BODY)
    path = bytes(random.choices(b"/.%2F\\;abc", k=random.randint(1, 300)))
    return random.choice([
        (HEAD + size + b"X: " + b"x" * random.randint(20_000, 200_000) + b"\r\n\r\n" + BODY, ()),
        (HEAD + size + b"A: b\r\n" * random.randint(100, 2000) + b"\r\n" + BODY, ()),
        (HEAD + size + size + b"\r\n" + BODY, ()),
        (HEAD + size + b"Transfer-Encoding: chunked\r\n\r\n" + BODY, ()),
        (HEAD + b"Content-Length: 99999999999\r\n\r\n" + BODY, (413,)),
        (HEAD + b"Content-Length: -1\r\n\r\n" + BODY, ()),
        (b"POST /" + path + b" HTTP/1.1\r\nHost: x\r\n" + size + b"\r\n" + BODY, (404, 400)),
        (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (414,)),
        (HEAD + size + b"\r\n" + random.randbytes(len(BODY)), (400,)),
        (HEAD + b"Content-Length: 4000\r\n\r\n" + b"[" * 4000, (400,)),
        (random.randbytes(random.randint(1, 5000)), ()),
        (HEAD + size + b"X-Request-ID: " + b"i" * 300 + b"\r\n\r\n" + BODY, (400,)),
        (b"TRACE /access/v1/evaluation HTTP/1.1\r\nHost: x\r\n\r\n", (405,)),
        (HEAD + size + b"\r\n" + BODY[:random.randint(0, len(BODY) - 1)], ()),
    ])


def flood(service, count, seed, seconds):
    """Wrong requests, each on a connection of its own; half of them break off without reading."""
    chance, ends = random.Random(seed), time.monotonic() + seconds
    answered, closed, broken, bad, sent = 0, 0, 0, [], 0
    for number in range(count):
        if time.monotonic() > ends:
            break
        sent += 1
        request, statuses = wrong(chance)
        try:
            with contextlib.closing(raw(service, number % 20 == 0)) as connection:
                connection.sendall(request)
                if chance.random() < 0.5:
                    broken += 1
                    continue
                connection.shutdown(socket.SHUT_WR) if number % 20 else None
                connection.settimeout(3)
                answer = connection.recv(4096)
        except (OSError, ssl.SSLError):
            closed += 1
            continue
        if not answer:
            closed += 1
            continue
        answered += 1
        status = int(answer.split(b" ")[1])
        # Over the network nobody has proved anything yet.
        if not 400 <= status < 500 or statuses and status not in (*statuses, 401):
            bad.append((status, request[:80], answer[:200]))
    print(f"wrong requests: {sent}, {answered} refused with a status, {closed} closed, "
          f"{broken} broken off")
    return bad


def schemathesis(service, command, examples):
    """Generated requests against the service's own description."""
    with contextlib.closing(service.local()) as connection:
        connection.request("GET", "/openapi.json")
        document = connection.getresponse().read()
    path = os.path.join(service.folder, "openapi.json")
    with open(path, "wb") as file:
        file.write(document)
    checks = "not_a_server_error,status_code_conformance,content_type_conformance," \
        "response_schema_conformance,unsupported_method"
    return subprocess.run(
        [*command, "run", path, "--url", f"https://localhost:{service.ports['network']}",
         "--tls-verify", os.path.join(os.path.dirname(__file__), "..", "AuthZENTests", "Fixtures",
                                      "authority.pem"),
         "-H", f"Authorization: Bearer {KEY}", "--checks", checks,
         "--max-examples", str(examples), "--seed", "1", "--phases", "examples,coverage,fuzzing",
         "--no-color", "--workers", "1"],
        timeout=900, cwd=service.folder).returncode


def settled(service, seconds=20):
    """Memory and open files once nothing is under way."""
    ends, files = time.monotonic() + seconds, service.descriptors()
    # Freed memory is given back once it has been quiet for a second or two.
    time.sleep(3)
    while time.monotonic() < ends:
        time.sleep(1)
        now = service.descriptors()
        if now == files:
            break
        files = now
    return service.resident_kib(), files


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("writ")
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=15, help="how long slow connections go on")
    parser.add_argument("--schemathesis", help="how to run it; `schemathesis` on the PATH unless given")
    options = parser.parse_args()
    command = (options.schemathesis or shutil.which("schemathesis") or "").split()
    failures = []
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(limits[0], min(limits[1], options.connections + 256)), limits[1]))
    with running(os.path.abspath(options.writ), "certification", {"context": []}) as service:
        witness = Witness(service)
        witness.start()
        files = service.descriptors()
        memory = []
        if command:
            code = schemathesis(service, command, options.examples)
            if code != 0:
                failures.append(f"schemathesis ended with {code}")
        else:
            print("schemathesis: SKIPPED, it is not installed")
        for round in range(options.rounds):
            slow(service, options.connections, options.seconds)
            bad = flood(service, options.requests // options.rounds, round, 120)
            failures += [f"{status} for {request}: {answer}" for status, request, answer in bad[:5]]
            memory.append(settled(service))
            print(f"round {round}: {memory[-1][0]} KiB resident, {memory[-1][1]} files open")
        witness.end()
        for path in ("/health/live", "/health/ready"):
            status, text = service.get(path)
            if status != 200:
                failures.append(f"{path}: {status} {text}")
        figures = service.get("/metrics")[1]
        for line in figures.splitlines():
            if line.startswith("writ_rejected_inputs_total") and not line.endswith(" 0"):
                print(line)
        print(f"another client: {witness.count} decisions, {len(witness.wrong)} wrong, the longest "
              f"took {witness.longest * 1000:.0f} ms")
        if witness.wrong:
            failures.append(f"another client was disturbed: {witness.wrong[:3]}")
        # What the first rounds have needed must do for the others.
        half = len(memory) // 2
        if half:
            before = statistics.median_low(kib for kib, _ in memory[:-half])
            after = statistics.median_low(kib for kib, _ in memory[-half:])
            if after > before * 1.02:
                failures.append(f"memory grew from {before} to {after} KiB in {half} rounds")
        if memory and memory[-1][1] > files + 8:
            failures.append(f"{memory[-1][1]} files open, {files} before")
    for failure in failures:
        print("FAILED:", failure)
    print("0 failed" if not failures else f"{len(failures)} failed")
    raise SystemExit(1 if failures else 0)


main()
