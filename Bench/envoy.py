#!/usr/bin/env python3
"""What a decision adds to a request through Envoy, beside a service that always says OK.

    swift build -c release
    python="$(.ci/gateways)"
    PATH="$(dirname "$python"):$PATH" "$python" Bench/envoy.py .build/release

One Envoy has listeners that are alike but for what they ask: nothing, a server of our own stack
that answers a bare OK, one whose OK has as many fields as a decision's, `writ serve` in the
open-banking scenario, and with `--go` a server of Go's own gRPC that answers a bare OK
(`Bench/Peers/go-ok`). Envoy answers by itself what is
allowed, so that no service behind it is measured. One connection to each, with TLS and a client
certificate; some requests to each in turn, so that the machine's drift is the same for all. A
request that is not answered with 200 ends the command with exit code 1.
"""
import argparse
import json
import pathlib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

import yaml

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "Tests/Gateways"))

from drivers import envoy  # noqa: E402
from gateways import Place, end, free_port, wait  # noqa: E402
from service import Service  # noqa: E402
from world import World  # noqa: E402

CASE = "a third party reads balances the customer agreed to"


def configuration(place, ports, sockets):
    """Envoy's own answer behind each of the listeners, from the scenario's configuration."""
    whole = yaml.safe_load((envoy.scenario / "gateways/envoy/envoy.yaml").read_text())
    resources = whole["static_resources"]
    asked = next(cluster for cluster in resources["clusters"] if cluster["name"] == "writ")
    text = json.dumps(resources["listeners"][0]).replace("certs/", f"{place.folder}/certs/")
    listeners, clusters = [], []
    for name in ports:
        listener = json.loads(text)
        listener["address"]["socket_address"]["port_value"] = ports[name]
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        manager["route_config"]["virtual_hosts"][0]["routes"] = [
            {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "ok"}}}]
        filters = manager["http_filters"]
        if name == "alone":
            manager["http_filters"] = [item for item in filters if "ext_authz" not in item["name"]]
        else:
            check = next(item for item in filters if "ext_authz" in item["name"])["typed_config"]
            check["grpc_service"]["envoy_grpc"]["cluster_name"] = name
            check["grpc_service"]["timeout"] = "2s"
            cluster = json.loads(json.dumps(asked).replace("run/ext-authz.sock", sockets[name]))
            cluster["name"] = name
            cluster["load_assignment"]["cluster_name"] = name
            clusters.append(cluster)
        listeners.append(listener)
    return {"static_resources": {"listeners": listeners, "clusters": clusters}}


def connect(place, port, address, client):
    context = ssl.create_default_context(cafile=place.folder / "certs/server.pem")
    certificate = place.folder / "certs" / client
    context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
    plain = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(address, 0))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="api.northbank.example")


def ask(connection, request):
    """Microseconds until the whole answer came."""
    started = time.perf_counter_ns()
    connection.sendall(request)
    answer = b""
    while not answer.endswith(b"\r\n\r\nok"):
        part = connection.recv(65536)
        answer += part
        if not part or (b"\r\n" in answer and b" 200 " not in answer.split(b"\r\n", 1)[0]):
            sys.exit(f"not allowed: {answer[:300]!r}")
    return (time.perf_counter_ns() - started) / 1000


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", help="the folder of `writ`, `writ-bench` and `ext-authz-probe`")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--requests", type=int, default=100, help="to each, in a round")
    parser.add_argument("--go", metavar="PROGRAM", help="a built Bench/Peers/go-ok, to be measured as well")
    parser.add_argument("--json", help="write the figures there")
    options = parser.parse_args()
    if reason := envoy.available():
        sys.exit(f"cannot measure: {reason}")
    names = ["alone", "bare OK", "full OK", "writ"] + (["Go OK"] if options.go else [])
    programs = pathlib.Path(options.programs).resolve()
    table = json.loads((root / "Tests/Gateways/cases.json").read_text())
    case = next(case for case in table["cases"] if case["name"] == CASE)
    fields = "".join(f"{name}: {value}\r\n" for name, value in case["headers"])

    def request(path):
        return f"GET {path} HTTP/1.1\r\nhost: api.northbank.example\r\n{fields}\r\n".encode()

    with tempfile.TemporaryDirectory() as folder:
        place = Place(pathlib.Path(folder))
        world = World(place.folder, table)
        processes = []
        try:
            service = Service(str(programs / "writ"), world, envoy.listeners(place))
            processes.append(service.process)
            probe = place.folder / "run/probe.sock"
            full = place.folder / "run/full.sock"
            processes.append(subprocess.Popen([programs / "ext-authz-probe", probe]))
            processes.append(subprocess.Popen(
                [programs / "writ-bench", "ext-authz-server", "--full", "--socket", full]))
            peer = place.folder / "run/go.sock"
            if options.go:
                processes.append(subprocess.Popen([options.go, peer]))
            while not (probe.exists() and full.exists() and (peer.exists() or not options.go)):
                time.sleep(0.05)
            ports = {name: free_port() for name in names}
            sockets = {"bare OK": str(probe), "full OK": str(full), "Go OK": str(peer),
                       "writ": str(place.folder / "run/ext-authz.sock")}
            file = place.folder / "envoy.json"
            file.write_text(json.dumps(configuration(place, ports, sockets)))
            processes.append(subprocess.Popen(
                ["envoy", "-c", str(file), "--use-dynamic-base-id", "--concurrency", "1",
                 "--log-level", "error"],
                stdout=subprocess.DEVNULL, stderr=(place.folder / "envoy.log").open("w")))
            for port in ports.values():
                wait(port)
            address = table["clients"][case["client"]]
            open_ = {name: connect(place, ports[name], address, case["client"]) for name in names}
            wanted = {name: request("/allow" if name == "bare OK" else case["path"]) for name in names}
            times = {name: [] for name in names}
            for number in range(options.rounds + 5):
                for name in names:
                    took = [ask(open_[name], wanted[name]) for _ in range(options.requests)]
                    if number >= 5:
                        times[name] += took
        finally:
            for process in processes:
                end(process)
    report(times, options.json)


def report(times, file):
    alone = statistics.median(times["alone"])
    rows = []
    print(f"{'':10}  p50 µs  p99 µs  added p50 µs")
    for name in times:
        middle = statistics.median(times[name])
        high = statistics.quantiles(times[name], n=100)[98]
        rows.append({"server": name, "p50": middle, "p99": high, "added": middle - alone})
        print(f"{name:10}  {middle:6.1f}  {high:6.1f}  {middle - alone:12.1f}")
    added = {row["server"]: row["added"] for row in rows}
    ratios = {name: added["writ"] / added[name] for name in added if name not in ("alone", "writ")}
    shares = ", ".join(f"{ratio:.2f} of what {name} adds" for name, ratio in ratios.items())
    print(f"\nwrit adds {shares}; the client's own time is in all")
    if file:
        pathlib.Path(file).write_text(json.dumps({"rows": rows, "ratios": ratios}))


main()
