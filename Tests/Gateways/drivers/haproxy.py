"""HAProxy, from Debian's package, with a Lua action over a Unix socket."""

import shutil

from drivers import forward_auth


def available():
    return None if shutil.which("haproxy") else "no haproxy here: apt-get install haproxy"


def listeners(place):
    return {"http": [forward_auth.listener(place, "haproxy")]}


def start(place):
    certs = place.folder / "certs"
    (certs / "server.combined.pem").write_text(
        (certs / "server.pem").read_text() + (certs / "server.key").read_text())
    forward_auth.configured(place, "haproxy/writ.lua", [("unix@run/", f"unix@{place.folder}/run/")])
    configuration = forward_auth.configured(place, "haproxy/haproxy.cfg", [
        ("127.0.0.1:8446", f"127.0.0.1:{place.port}"), ("127.0.0.1:8080", f"127.0.0.1:{place.app_port}"),
        ("haproxy/writ.lua", "writ.lua"), ("certs/", f"{certs}/")])
    return forward_auth.run(place, "haproxy", "haproxy", "-f", configuration)
