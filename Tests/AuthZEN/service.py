"""Starts `writ serve` on a folder of Policies/authzen, over HTTPS and on a local socket."""
import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIXTURES = os.path.join(ROOT, "Tests", "AuthZENTests", "Fixtures")
KEY = "5f0c1c8d0b7a4f5e9d5c4c2f1f3b6a7d"


def configuration(folder, scenario, authzen, log):
    policies = os.path.join(ROOT, "Policies", "authzen", scenario)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    # JSON is YAML.
    return json.dumps({
        "policies": os.path.join(policies, "policies.cedar"),
        "schema": os.path.join(policies, "schema.cedarschema"),
        "store": os.path.join(folder, "store"),
        "socket": {"path": os.path.join(folder, "writ.sock"), "threads": 1},
        "identity": {"trust": {"domains": {"example.org": {"bundle": os.path.join(folder, "trust")}}}},
        "http": [
            {
                "name": "network", "family": "authzen", "address": "127.0.0.1:0", "log": log,
                "tls": {
                    "certificate": os.path.join(FIXTURES, "server.pem"),
                    "key": os.path.join(FIXTURES, "server.key"), "clients": "optional",
                },
                "callers": {
                    "certificates": [{"spiffe": "spiffe://example.org/gateway"}],
                    "keys": [{"name": "test", "sha256": digest}],
                },
                "authzen": authzen,
            },
            {
                "name": "beside", "family": "authzen", "socket": os.path.join(folder, "http.sock"),
                "log": log, "authzen": authzen,
            },
            {"name": "figures", "family": "operations", "address": "127.0.0.1:0"},
        ],
    }, indent=1)


class Service:
    """A running `writ serve`."""

    def __init__(self, writ, folder, scenario, authzen=None, log="none"):
        self.folder = folder
        metadata = {"decisionPoint": "https://pdp.example.org"}
        authzen = {"metadata": metadata, **(authzen or {})}
        os.mkdir(os.path.join(folder, "trust"))
        with open(os.path.join(FIXTURES, "authority.pem")) as source:
            with open(os.path.join(folder, "trust", "authority.pem"), "w") as target:
                target.write(source.read())
        with open(os.path.join(folder, "writ.yaml"), "w") as file:
            file.write(configuration(folder, scenario, authzen, log))
        entities = os.path.join(ROOT, "Policies", "authzen", scenario, "entities.json")
        subprocess.run(
            [writ, "store", "import", "--store", os.path.join(folder, "store"), entities],
            check=True, stdout=subprocess.DEVNULL)
        self.log_path = os.path.join(folder, "serve.err")
        with open(self.log_path, "w") as errors:
            self.process = subprocess.Popen(
                [writ, "serve", "--config", os.path.join(folder, "writ.yaml")],
                stdout=subprocess.DEVNULL, stderr=errors)
        end = time.monotonic() + 30
        self.ports = {}
        while {"network", "figures"} - set(self.ports):
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("writ serve did not start:\n" + self.log())
            time.sleep(0.02)
            for line in self.log().splitlines():
                # The last one may be half written still.
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    host, _, port = entry.get("address", "").rpartition(":")
                    if host == "127.0.0.1":
                        self.ports[entry["listener"]] = int(port)

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def tls(self, client="client"):
        context = ssl.create_default_context(cafile=os.path.join(FIXTURES, "authority.pem"))
        if client:
            context.load_cert_chain(
                os.path.join(FIXTURES, client + ".pem"), os.path.join(FIXTURES, client + ".key"))
        return context

    def network(self, client="client", timeout=10):
        return http.client.HTTPSConnection(
            "127.0.0.1", self.ports["network"], context=self.tls(client), timeout=timeout)

    def local(self, timeout=10):
        connection = http.client.HTTPConnection("localhost", timeout=timeout)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(timeout)
        connection.sock.connect(os.path.join(self.folder, "http.sock"))
        return connection

    def figures(self, timeout=10):
        return http.client.HTTPConnection("127.0.0.1", self.ports["figures"], timeout=timeout)

    def get(self, path):
        with contextlib.closing(self.figures()) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


@contextlib.contextmanager
def running(writ, scenario, authzen=None, log="none"):
    """A service that is ended with the block; it must end well."""
    with tempfile.TemporaryDirectory(prefix="authzen-", dir="/tmp") as folder:
        service = Service(writ, folder, scenario, authzen, log)
        try:
            yield service
        finally:
            code = service.stop()
        if code != 0:
            raise SystemExit(f"writ serve ended with {code}:\n{service.log()}")
