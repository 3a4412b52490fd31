#!/usr/bin/env python3
"""Runs the scenario's gateway examples exactly as they are written, with their own `writ.yaml` and ports.

usage: example.py WRIT

`gateways.py` puts many requests through the same files with other ports; here every command is one of those
that `Policies/open-banking/gateways/README.md` tells. What Traefik sends is sent in its place as well, field by
field: it asks over TCP, where others could try.
"""

import contextlib
import http.client
import importlib
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
PATH = "/accounts/amelia-current/balances"
PORTS = {
    "nginx": 8443, "caddy": 8444, "traefik": 8445, "haproxy": 8446, "envoy": 8447, "spoe": 8448}
COMMANDS = {
    "nginx": ["nginx", "-p", ".", "-c", "nginx/nginx.conf", "-e", "run/nginx-errors.log"],
    "caddy": ["caddy", "run", "--config", "caddy/Caddyfile"],
    "traefik": ["traefik", "--configFile=traefik/traefik.yaml"],
    "haproxy": ["haproxy", "-f", "haproxy/haproxy.cfg"],
    "spoe": ["haproxy", "-f", "haproxy-spoe/haproxy.cfg"],
    "envoy": ["envoy", "-c", "envoy/envoy.yaml", "--use-dynamic-base-id", "--log-level", "warning"],
}


def context(folder, client):
    made = ssl.create_default_context(cafile=folder / "certs/server.pem")
    if client:
        made.load_cert_chain(folder / f"certs/{client}.pem", folder / f"certs/{client}.key")
    return made


def ask(folder, port, client, path, headers, host="api.northbank.example"):
    """(status, headers) of an answer; None when TLS refuses the client."""
    connection = http.client.HTTPConnection(host)
    with contextlib.closing(connection):
        try:
            plain = socket.create_connection(
                ("127.0.0.1", port), timeout=10, source_address=("127.0.2.5", 0))
            connection.sock = context(folder, client).wrap_socket(plain, server_hostname=host)
            connection.request("GET", path, headers={"host": host, **headers})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}
        except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
            return None


class Count:
    passed = failed = 0

    def expect(self, what, got, wanted):
        if got == wanted:
            self.passed += 1
        else:
            self.failed += 1
            print(f"example: {what}: {got}, not {wanted}", flush=True)


def traefik(folder, count):
    """What Traefik sends for a client, to Writ's own listener, as Traefik and as others."""
    pem = (folder / "certs/moneylens.pem").read_text()
    base64 = "".join(line for line in pem.splitlines() if "-----" not in line)
    sent = {
        "x-forwarded-method": "GET", "x-forwarded-proto": "https", "x-forwarded-uri": PATH,
        "x-forwarded-host": "api.northbank.example", "x-forwarded-for": "127.0.2.5",
        "x-forwarded-tls-client-cert": base64, "x-consent-id": "amelia-moneylens",
        "x-forwarded-server": "edge", "accept-encoding": "gzip"}

    def status(client, headers, path="/forward-auth"):
        answer = ask(folder, 8183, client, path, headers)
        return answer and answer[0]

    answer = ask(folder, 8183, "traefik", "/forward-auth", sent)
    count.expect("traefik: allowed", answer and answer[0], 200)
    if answer:
        count.expect("traefik: principal", answer[1].get("x-principal"), "PSDGB-NB-100200")
    for name in ["x-forwarded-method", "x-forwarded-uri", "x-forwarded-host", "x-forwarded-for",
                 "x-forwarded-proto", "x-forwarded-tls-client-cert", "x-consent-id"]:
        rest = {key: value for key, value in sent.items() if key != name}
        count.expect(f"traefik: without {name}", status("traefik", rest), 403)
    count.expect("traefik: another's field", status("traefik", {**sent, "x-original-uri": PATH}), 403)
    count.expect("a gateway without a certificate", status(None, sent), None)
    count.expect("a client in the gateway's place", status("moneylens", sent), 403)
    count.expect("a path given by mistake", status("traefik", sent, "/health/live"), 404)


def main(program):
    from gateways import App, AppServer, end, wait
    from ready import make

    count = Count()
    with tempfile.TemporaryDirectory() as temporary:
        scenario = pathlib.Path(temporary) / "open-banking"
        shutil.copytree(here.parent.parent / "Policies/open-banking", scenario)
        folder = scenario / "gateways"
        make(folder)
        app = AppServer(("127.0.0.1", 8080), App)
        threading.Thread(target=app.serve_forever, daemon=True).start()
        subprocess.run(
            [program, "store", "import", "--config", "writ.yaml", "entities.json"], cwd=folder,
            check=True, capture_output=True)
        log = (folder / "run/log").open("w")
        running = [subprocess.Popen(
            [program, "serve", "--config", "writ.yaml"], cwd=folder, stdout=log, stderr=log)]
        try:
            wait(8190)
            with urllib.request.urlopen("http://127.0.0.1:8190/health/ready") as ready:
                count.expect("ready", ready.status, 200)
            traefik(folder, count)
            for name, command in COMMANDS.items():
                driver = importlib.import_module(f"drivers.{name}")
                if reason := driver.available():
                    print(f"example of {name}: SKIPPED, {reason}")
                    continue
                if name == "nginx" and os.getuid() == 0:
                    command = [*command, "-g", "user root;"]
                running.append(subprocess.Popen(command, cwd=folder, stdout=log, stderr=log))
                wait(PORTS[name])
                if name == "traefik":
                    driver.await_routes(folder, PORTS[name])
                consent = {"x-consent-id": "amelia-moneylens"}
                answer = ask(folder, PORTS[name], "moneylens", PATH, consent)
                count.expect(f"{name}: with consent", answer and answer[0], 200)
                count.expect(f"{name}: reached", "x-upstream" in (answer or [0, {}])[1], True)
                answer = ask(folder, PORTS[name], "moneylens", PATH, {})
                count.expect(f"{name}: without", answer and answer[0], 403)
        finally:
            for process in reversed(running):
                end(process)
            app.shutdown()
        if count.failed:
            print((folder / "run/log").read_text()[-4000:])
    print(f"example: {count.passed} passed, {count.failed} failed", flush=True)
    return count.failed


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    try:
        import cryptography  # noqa: F401
    except ImportError:
        sys.exit(print("example: SKIPPED, python3-cryptography is not installed"))
    sys.exit(1 if main(str(pathlib.Path(sys.argv[1]).resolve())) else 0)
