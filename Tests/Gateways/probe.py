#!/usr/bin/env python3
"""Shows that real Envoy makes of every form of answer what it should.

usage: probe.py PROBE

PROBE is the program `ext-authz-probe`, which answers as the path of a request says: `probe.json` has
answers that no policy can bring about. `gateways.py` asks the real service.
"""

import argparse
import contextlib
import http.client
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))

from drivers.envoy import available  # noqa: E402


class App(http.server.BaseHTTPRequestHandler):
    """The service behind the gateway: says what it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("x-upstream", "1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def mint(folder):
    """An authority, the gateway's certificate and the client's."""
    folder.mkdir()
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
            "-days", 2, "-subj", "/CN=Test authority")
    for name, names in [("server", "DNS:localhost,IP:127.0.0.1"),
                        ("alice", "URI:spiffe://example.com/user/alice")]:
        (folder / "ext").write_text(f"subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\n")
        openssl("req", *key, "-keyout", folder / f"{name}.key", "-out", folder / "csr",
                "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", folder / "csr", "-CA", folder / "ca.pem", "-CAkey",
                folder / "ca.key", "-CAcreateserial", "-days", 2, "-extfile", folder / "ext",
                "-out", folder / f"{name}.pem")


class Place:
    def __init__(self, folder):
        self.folder = folder
        self.socket = folder / "run/pdp.sock"
        self.port = free_port()
        self.app_port = free_port()


def ask(place, case):
    """Makes the request of a case; (status, headers, body), or None when TLS refuses it."""
    context = ssl.create_default_context(cafile=place.folder / "certs/ca.pem")
    if case.get("certificate", True):
        context.load_cert_chain(place.folder / "certs/alice.pem", place.folder / "certs/alice.key")
    body = "x" * case["bodyBytes"] if "bodyBytes" in case else case.get("body")
    client = http.client.HTTPSConnection("localhost", place.port, context=context, timeout=10)
    with contextlib.closing(client):
        try:
            client.request(case.get("method", "GET"), case["path"], body, case.get("headers", {}))
            answer = client.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
            return None


def judge(case, answer):
    """What is wrong with an answer; nothing when all is as the table says."""
    if answer is None:
        return [] if case["status"] is None else ["no answer"]
    status, headers, body = answer
    wrong = []
    if status != case["status"]:
        wrong.append(f"status {status}, not {case['status']}")
    if ("x-upstream" in headers) != case["upstream"]:
        wrong.append("the service was reached" if "x-upstream" in headers else "not passed on")
    for name, value in case.get("answer_headers", {}).items():
        if headers.get(name) != value:
            wrong.append(f"{name}: {headers.get(name)}")
    if "body_is" in case and body.decode() != case["body_is"]:
        wrong.append(f"body {body!r}")
    if "seen" in case and "x-upstream" in headers:
        seen = json.loads(body)
        for name, value in case["seen"].items():
            if seen.get(name) != value:
                wrong.append(f"the service saw {name}: {seen.get(name)}")
    return wrong


def wait(port, path=None):
    for _ in range(200):
        with contextlib.suppress(OSError), contextlib.closing(
            socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        ) as probe:
            probe.connect(str(path) if path else ("127.0.0.1", port))
            return
        time.sleep(0.1)
    sys.exit(f"nobody listens at {path or port}")


def start(place):
    """Starts Envoy between `place.port` and `place.app_port`; returns the process."""
    text = (here / "envoy.yaml").read_text()
    text = text.replace("10443", str(place.port)).replace("18080", str(place.app_port))
    text = text.replace("run/pdp.sock", str(place.socket)).replace("certs/", f"{place.folder}/certs/")
    configuration = place.folder / "envoy.yaml"
    configuration.write_text(text)
    return subprocess.Popen(
        ["envoy", "-c", str(configuration), "--use-dynamic-base-id", "--log-level", "warning"],
        stdout=subprocess.DEVNULL, stderr=(place.folder / "envoy.log").open("w"))


def run(program):
    name = "envoy"
    if reason := available():
        print(f"{name}: SKIPPED, {reason}")
        return 0
    cases = json.loads((here / "probe.json").read_text())
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(pathlib.Path(folder))
        mint(place.folder / "certs")
        app = http.server.ThreadingHTTPServer(("127.0.0.1", place.app_port), App)
        threading.Thread(target=app.serve_forever, daemon=True).start()
        probe = subprocess.Popen([program, str(place.socket)])
        gateway = None
        try:
            wait(0, place.socket)
            gateway = start(place)
            wait(place.port)
            for case in sorted(cases, key=lambda case: case.get("down", False)):
                if case.get("down") and probe.poll() is None:
                    probe.kill()
                    probe.wait()
                if wrong := judge(case, ask(place, case)):
                    failed += 1
                    print(f"{name}: {case['name']}: {'; '.join(wrong)}")
        finally:
            for process in filter(None, [gateway, probe]):
                process.kill()
                process.wait()
            app.shutdown()
    print(f"{name}: {len(cases) - failed} passed, {failed} failed")
    return failed


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("probe")
sys.exit(bool(run(parser.parse_args().probe)))
