"""nginx, from Debian's package, with auth_request over a Unix socket."""

import os
import shutil

from drivers import forward_auth


def available():
    return None if shutil.which("nginx") else "no nginx here: apt-get install nginx-light"


def listeners(place):
    return {"http": [forward_auth.listener(place, "nginx")]}


def start(place):
    configuration = forward_auth.configured(place, "nginx/nginx.conf", [
        ("127.0.0.1:8443", f"127.0.0.1:{place.port}"), ("127.0.0.1:8080", f"127.0.0.1:{place.app_port}"),
        ("unix:run/", f"unix:{place.folder}/run/"), ("../certs/", f"{place.folder}/certs/")])
    # As root, nginx would let its workers run for a user that Writ does not know.
    user = ["-g", "user root;"] if os.getuid() == 0 else []
    return forward_auth.run(
        place, "nginx", "nginx", "-p", place.folder, "-c", configuration, "-e", "run/nginx-errors.log",
        *user)
