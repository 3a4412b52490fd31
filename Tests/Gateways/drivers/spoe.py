"""HAProxy, from Debian's package, with its stream processing offload engine over a Unix socket."""

import shutil
import time

from drivers import forward_auth


def available():
    return None if shutil.which("haproxy") else "no haproxy here: apt-get install haproxy"


def listeners(place):
    from gateways import CHALLENGE, IDENTITY

    return {"spoe": {
        "socket": str(place.folder / "run/spoe.sock"), "routes": "routes.yaml", "threads": 1,
        "maximumConnections": 8, "identityHeaders": IDENTITY, "challenge": CHALLENGE,
        "deadline": "500ms"}}


def start(place):
    certs = place.folder / "certs"
    (certs / "server.combined.pem").write_text(
        (certs / "server.pem").read_text() + (certs / "server.key").read_text())
    forward_auth.configured(place, "haproxy-spoe/writ.conf", [])
    configuration = forward_auth.configured(place, "haproxy-spoe/haproxy.cfg", [
        ("127.0.0.1:8448", f"127.0.0.1:{place.port}"), ("127.0.0.1:8080", f"127.0.0.1:{place.app_port}"),
        ("unix@run/", f"unix@{place.folder}/run/"), ("haproxy-spoe/writ.conf", "writ.conf"),
        ("certs/", f"{certs}/")])
    return forward_auth.run(place, "spoe", "haproxy", "-f", configuration)


def cause(place, decision):
    """Why Writ denied, by HAProxy's log."""
    for _ in range(40):
        for line in (place.folder / "spoe.log").read_text(errors="replace").splitlines():
            facts = dict(word.partition("=")[::2] for word in line.split())
            if decision and facts.get("decision") == decision:
                return "policies" if facts["cause"] == "decided" else facts["cause"]
        time.sleep(0.05)
    return "none logged"
