#!/usr/bin/env python3
"""What routes read of bodies and of Envoy's own configuration, through the real Envoy.

usage: envoy_bodies.py WRIT

Envoy runs with the filter of the open-banking example; one virtual host has a context extension, and one
sends no bodies to Writ. Payments up to 100 are allowed to the tenant `acme`.
"""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from drivers import envoy  # noqa: E402
from gateways import Place, connect, end, wait  # noqa: E402
from service import Service  # noqa: E402
from world import World  # noqa: E402

POLICIES = """
@id("pays") permit (principal is ThirdParty, action == Action::"pay", resource)
when { context.tenant == "acme" && context.amount.lessThanOrEqual(decimal("100.0")) };
@id("looks") permit (principal is ThirdParty, action == Action::"look", resource);
@id("no-secrets") forbid (principal, action, resource) when { context has note };
"""
ROUTES = """
version: 1
routes:
  - {method: POST, path: /payments, action: 'Action::"pay"',
     resource: {type: Account, id: {body: /debtor/account}},
     context: {tenant: {extension: tenant}, amount: {body: /amount, type: decimal}}}
  - {method: POST, path: /look, action: 'Action::"look"', resource: {type: Account, id: any},
     context: {note: {body: /note, optional: true}}}
"""
PER_ROUTE = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute"
JSON = [("content-type", "application/json")]


def payment(amount, **more):
    return json.dumps({"debtor": {"account": "a-1"}, "amount": amount, **more}).encode()


# Host, path, fields, body (a list is sent in chunks) and the status of the answer.
CASES = {
    "an amount within the bound": ("acme", "/payments", JSON, payment(100), 200),
    "the same in chunks": ("acme", "/payments", JSON, [payment(100)[:20], payment(100)[20:]], 200),
    "an amount with a fraction": ("acme", "/payments", JSON, payment(99.99), 200),
    "an amount beyond": ("acme", "/payments", JSON, payment(100.01), 403),
    "an amount that is text": ("acme", "/payments", JSON, payment("much"), 403),
    "no amount": ("acme", "/payments", JSON, b'{"debtor": {"account": "a-1"}}', 403),
    "no body": ("acme", "/payments", JSON, b"", 403),
    "an account that is a number": ("acme", "/payments", JSON, b'{"debtor": {"account": 1}, "amount": 1}', 403),
    "an amount given twice": ("acme", "/payments", JSON, payment(5)[:-1] + b', "amount": 5000}', 403),
    "an amount in another spelling": ("acme", "/payments", JSON, payment(5, Amount=5000), 403),
    "no JSON": ("acme", "/payments", JSON, b"amount=5", 403),
    "JSON by another name": ("acme", "/payments", [("content-type", "text/plain")], payment(5), 403),
    "two types of content": ("acme", "/payments", JSON + [("content-type", "text/plain")], payment(5), 403),
    "compressed": ("acme", "/payments", JSON + [("content-encoding", "gzip")], gzip.compress(payment(5)), 403),
    "more than Envoy shows": ("acme", "/payments", JSON, payment(5, note="x" * 9000), 403),
    "the same, said to be whole": (
        "acme", "/payments", JSON + [("x-envoy-auth-partial-body", "false")], payment(5, note="x" * 9000), 403),
    "another tenant": ("other", "/payments", JSON, payment(5), 403),
    "a tenant by the client's word": ("other", "/payments", JSON + [("tenant", "acme")], payment(5), 403),
    "a host that sends no bodies": ("blind", "/payments", JSON, payment(5), 403),
    "what may be absent is": ("acme", "/look", JSON, b"{}", 200),
    "what may be absent is forbidden": ("acme", "/look", JSON, b'{"note": "s"}', 403),
    "what may be absent is forbidden, in chunks": ("acme", "/look", JSON, [b'{"note": ', b'"s"}'], 403),
    "what may be absent is not shown": ("blind", "/look", JSON, b'{"note": "s"}', 403),
    "what may be absent is not shown, in chunks": ("blind", "/look", JSON, [b'{"note": ', b'"s"}'], 403),
    "what may be absent is not shown, said to be whole": (
        "blind", "/look", JSON + [("x-envoy-auth-partial-body", "false")], [b'{"note": "s"}'], 403),
    "what may be absent is not seen": ("acme", "/look", JSON, b'{"note": "s", "x": "' + b"x" * 9000 + b'"}', 403),
    "a request without a body": ("acme", "/look", [], b"", 200),
    "a request without a body where none is shown": ("blind", "/look", [], b"", 200),
    "no chunks": ("acme", "/look", JSON, [], 403),
    "no word of a body": ("acme", "/look", [], None, 403),
}


class BodyWorld(World):
    def configuration(self, listeners):
        (self.folder / "bodies.cedar").write_text(POLICIES)
        (self.folder / "bodies.yaml").write_text(ROUTES)
        listeners["envoy"]["routes"] = "bodies.yaml"
        whole = json.loads(super().configuration(listeners))
        whole["policies"] = "bodies.cedar"
        del whole["schema"]
        return json.dumps(whole)


def configuration(place):
    """The example's, with an answer of its own behind it and three hosts."""
    text = (envoy.scenario / "gateways/envoy/envoy.yaml").read_text()
    text = text.replace("port_value: 8447", f"port_value: {place.port}").replace(
        "path: run/", f"path: {place.folder}/run/").replace("filename: certs/", f"filename: {place.folder}/certs/")
    whole = yaml.safe_load(text)
    manager = whole["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    routes = [{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "ok"}}}]

    def host(name, settings):
        return {"name": name, "domains": [name], "routes": routes, "typed_per_filter_config": {
            "envoy.filters.http.ext_authz": {"@type": PER_ROUTE, "check_settings": settings}}}

    manager["route_config"]["virtual_hosts"] = [
        host("acme", {"context_extensions": {"tenant": "acme"}}),
        host("blind", {"context_extensions": {"tenant": "acme"}, "disable_request_body_buffering": True}),
        {"name": "others", "domains": ["*"], "routes": routes},
    ]
    return whole


def ask(place, table, host, path, fields, body):
    connection = connect(place, table, {"client": "moneylens"})
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in fields]
    if isinstance(body, list):
        lines.append("transfer-encoding: chunked")
        sent = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in body) + b"0\r\n\r\n"
    elif body is not None:
        lines.append(f"content-length: {len(body)}")
        sent = body
    else:
        sent = b""
    with connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + sent)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1])


def main():
    if reason := envoy.available():
        print(f"bodies through Envoy: SKIPPED, {reason}")
        return
    table = json.loads((pathlib.Path(__file__).resolve().parent / "cases.json").read_text())
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(pathlib.Path(folder))
        processes = []
        try:
            processes.append(Service(sys.argv[1], BodyWorld(place.folder, table), envoy.listeners(place)).process)
            file = place.folder / "envoy.json"
            file.write_text(json.dumps(configuration(place)))
            processes.append(subprocess.Popen(
                ["envoy", "-c", str(file), "--use-dynamic-base-id", "--log-level", "error"],
                stdout=subprocess.DEVNULL, stderr=(place.folder / "envoy.log").open("w")))
            wait(place.port)
            for name, (host, path, fields, body, wanted) in CASES.items():
                status = ask(place, table, host, path, fields, body)
                if status != wanted:
                    failed += 1
                    print(f"{name}: {status} instead of {wanted}")
        finally:
            for process in processes:
                end(process)
    print(f"bodies through Envoy: {len(CASES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
