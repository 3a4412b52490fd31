#!/usr/bin/env python3
"""Runs one table of cases through real gateways, which ask a real `writ serve` on every request.

usage: gateways.py WRIT [GATEWAY...]

WRIT is the program `writ`. A gateway that is not installed is skipped, in so many words.

`cases.json` is one table for all gateways, in the order in which it is run:

  name      what the case shows
  client    the certificate that the client shows, from the scenario's identities; null for none.
            `clients` on top says from which address of loopback it comes, 127.0.0.1 unless listed
  from      another address
  token     a bearer token of `tokens` on top
  method, host, path, headers, send, bodyBytes
            the request, with `send` or so many bytes as its body; GET to api.northbank.example unless
            given. `{token:NAME}` in a header is a
            token, `{9000}` in a path so many letters
  writ      a command to be run first on the service's store, while it serves; `{thumbprint:NAME}` is
            that of a certificate
  state     what happened to the service, see `service.py`; the usual state is restored after it
  status    what the client gets; null when TLS refuses it
  reached   whether the service behind the gateway got the request; when the status is 200 unless given
  seen      header fields that it got: their values, null for none, "*" for any. `:path` is the target
  answer    header fields that the client gets, likewise
  body      the text that the client gets
  cause     why Writ denied, by its log, and by the gateway's where its driver reads that
  only      the gateways that the case is for; all unless given
  row       the row of the table of fail modes in the documentation that the case is for: what it says
            the client sees is what it must have seen

`status`, and each value of `seen`, `answer` and `body`, may be a map from gateways to values, with
`default` for the others; without it those are not judged. That is for what gateways do themselves: a
status that they answer with before they ask, or give to an answer that they cannot pass on.

A gateway is a module in `drivers` with three functions: `available()` says why it cannot run, or None;
`listeners(place)` gives the sections of `writ.yaml` that it needs; `start(place)` starts it, listening
on 127.0.0.1:`place.port` with TLS by `certs/server.pem`, clients' certificates by `certs/ca.pem`, before
the service at 127.0.0.1:`place.app_port`, and returns the process. Its identity fields must be those of
`IDENTITY` below. `PATIENCE` is how many seconds its clients wait, 10 unless it says so.
"""

import argparse
import contextlib
import http.client
import http.server
import importlib
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
GATEWAYS = ["envoy", "nginx", "caddy", "haproxy", "spoe", "traefik"]
# What every listener tells the service behind it.
IDENTITY = {
    "x-principal": "principalId", "x-principal-type": "principalType", "x-device": "deviceId",
    "x-decision-id": "decisionId", "x-roles": "removed",
}
CHALLENGE = 'Bearer realm="northbank"'


class App(http.server.BaseHTTPRequestHandler):
    """The service behind the gateway: says what it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        seen = {name.lower(): ", ".join(self.headers.get_all(name)) for name in self.headers}
        body = json.dumps({**seen, ":path": self.path}).encode()
        self.send_response(200)
        self.send_header("x-upstream", "1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


class AppServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A gateway that drops a connection is no fault."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    """Where a gateway runs: its folder, with `certs` and `run`, and its ports."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.app_port = free_port()
        # Seconds that a client waits.
        self.patience = 10


def filled(text, world):
    """Text with tokens, thumbprints and lengths in their places."""
    text = re.sub(r"\{token:([\w-]+)\}", lambda match: world.tokens[match[1]], text)
    text = re.sub(r"\{thumbprint:([\w-]+)\}", lambda match: world.thumbprints[match[1]], text)
    return re.sub(r"\{(\d+)\}", lambda match: "a" * int(match[1]), text)


def connect(place, table, case):
    context = ssl.create_default_context(cafile=place.folder / "certs/server.pem")
    if case["client"]:
        certificate = place.folder / "certs" / case["client"]
        context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
    address = case.get("from") or table["clients"].get(case["client"], "127.0.0.1")
    plain = socket.create_connection(
        ("127.0.0.1", place.port), timeout=place.patience, source_address=(address, 0))
    # The name of the host in TLS too: gateways with several hosts may demand that.
    host = case.get("host", "api.northbank.example").split(":")[0].lower()
    return context.wrap_socket(plain, server_hostname=host)


def ask(place, world, table, case):
    """Makes the request of a case; (status, headers, body), or None when TLS refuses it."""
    client = http.client.HTTPConnection("localhost")
    with contextlib.closing(client):
        try:
            client.sock = connect(place, table, case)
            client.putrequest(
                case.get("method", "GET"), filled(case["path"], world), skip_host=True,
                skip_accept_encoding=True)
            client.putheader("host", case.get("host", "api.northbank.example"))
            for name, value in case.get("headers", []):
                client.putheader(name, filled(value, world))
            if "token" in case:
                client.putheader("authorization", f"Bearer {world.tokens[case['token']]}")
            body = "x" * case["bodyBytes"] if "bodyBytes" in case else case.get("send")
            if body is not None:
                client.putheader("content-length", str(len(body)))
            elif case.get("method", "GET") == "POST":
                client.putheader("content-length", "0")
            client.endheaders(body.encode() if body else None)
            answer = client.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
            return None


def chosen(value, gateway):
    """The value for a gateway, and whether there is one."""
    if not isinstance(value, dict):
        return value, True
    key = gateway if gateway in value else "default"
    return value.get(key), key in value


def differences(expected, got, gateway, where):
    for name, value in expected.items():
        value, is_judged = chosen(value, gateway)
        found = got.get(name)
        if is_judged and found != value and (value != "*" or not found):
            yield f"{where} {name}: {found!r}, not {value!r}"


def judge(case, answer, gateway, cause):
    """What is wrong with an answer; nothing when all is as the table says."""
    expected, _ = chosen(case["status"], gateway)
    if answer is None or expected is None:
        return [] if answer is None and expected is None else [f"got {answer}, not {expected}"]
    status, headers, body = answer
    wrong = [] if status == expected else [f"status {status}, not {expected}"]
    is_reached = "x-upstream" in headers
    if is_reached != case.get("reached", expected == 200):
        wrong.append("the service was reached" if is_reached else "the service was not reached")
    wrong += differences(case.get("answer", {}), headers, gateway, "the client got")
    if is_reached:
        wrong += differences(case.get("seen", {}), json.loads(body), gateway, "the service saw")
    if cause is not None and cause != case.get("cause", cause):
        wrong.append(f"the cause is `{cause}`, not `{case['cause']}`")
    text, is_judged = chosen(case.get("body", {}), gateway)
    if is_judged and body.decode(errors="replace") != text:
        wrong.append(f"body {body!r}")
    return wrong


def documented():
    """What clients see by the documentation: from rows to codes by gateway."""
    text = (here.parent.parent / "Sources/ForwardAuth/ForwardAuth.docc/FailModes.md").read_text()
    table = [[cell.strip() for cell in line.strip("| ").split("|")]
             for line in text.splitlines() if line.startswith("|")]
    heads = [head.lower() for head in table[0]]
    return {row[0]: dict(zip(heads, row)) for row in table[2:]}


def undocumented(case, answer, rows, gateway):
    """How an answer differs from the documentation."""
    if "row" not in case:
        return []
    if case["row"] not in rows:
        return [f"there is no row `{case['row']}` in the documentation"]
    said = rows[case["row"]].get(gateway)
    return [] if answer and said == str(answer[0]) else [f"the documentation says {said}"]


def end(process):
    """Ends a program with those that it has started: killed at once, nginx would leave its workers."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait(port):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    sys.exit(f"nobody listens at {port}")


def run(name, program, pattern):
    from service import Service
    from world import World

    driver = importlib.import_module(f"drivers.{name}")
    if reason := driver.available():
        print(f"{name}: SKIPPED, {reason}")
        return 0
    table = json.loads((here / "cases.json").read_text())
    cases = [case for case in table["cases"] if name in case.get("only", [name])]
    cases = [case for case in cases if pattern in case["name"] or "writ" in case]
    rows = documented()
    for row in rows.keys() - {case.get("row") for case in table["cases"]}:
        sys.exit(f"the documentation has a row without a case: {row}")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(pathlib.Path(folder))
        place.patience = getattr(driver, "PATIENCE", place.patience)
        world = World(place.folder, table)
        app = AppServer(("127.0.0.1", place.app_port), App)
        threading.Thread(target=app.serve_forever, daemon=True).start()
        service = gateway = None
        try:
            service = Service(program, world, driver.listeners(place))
            gateway = driver.start(place)
            wait(place.port)
            for case in cases:
                service.enter(case.get("state"))
                if "writ" in case:
                    service.writ(*[filled(word, world) for word in case["writ"]])
                answer = ask(place, world, table, case)
                cause = None
                # Envoy gave up on a late one itself: there was no decision to log.
                if "cause" in case and (name, case["cause"]) != ("envoy", "deadlineExceeded"):
                    decision = answer and answer[1].get("x-decision-id")
                    cause = service.cause(decision)
                    if hasattr(driver, "cause") and (told := driver.cause(place, decision)) != cause:
                        cause = f"{cause} by Writ's log and {told} by {name}'s"
                wrong = judge(case, answer, name, cause)
                if wrong := wrong + undocumented(case, answer, rows, name):
                    failed += 1
                    print(f"{name}: {case['name']}: {'; '.join(wrong)}", flush=True)
        finally:
            for process in filter(None, [gateway, service and service.process]):
                end(process)
            app.shutdown()
    print(f"{name}: {len(cases) - failed} passed, {failed} failed", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("writ")
    parser.add_argument("gateways", nargs="*", default=GATEWAYS)
    parser.add_argument("--only", default="", help="cases with this in their names")
    arguments = parser.parse_args()
    try:
        import cryptography  # noqa: F401
    except ImportError:
        print("gateways: SKIPPED, python3-cryptography is not installed")
        return
    sys.exit(any([run(name, arguments.writ, arguments.only) for name in arguments.gateways]))


if __name__ == "__main__":
    main()
