"""What the gateways that ask by forward-auth have in common."""

import pathlib
import subprocess

scenario = pathlib.Path(__file__).parent.parent.parent.parent / "Policies/open-banking"


def listener(place, gateway):
    """The listener of `Policies/open-banking/gateways/writ.yaml` for a gateway, for one core, and with the
    causes of denials, which cases look for where a gateway lets them through."""
    from gateways import CHALLENGE, IDENTITY

    return {
        "name": gateway, "family": "forward-auth", "threads": 1, "maximumConnections": 8,
        "socket": str(place.folder / f"run/forward-auth-{gateway}.sock"),
        "forwardAuth": {
            "gateway": gateway, "routes": "routes.yaml", "identityHeaders": IDENTITY,
            "challenge": CHALLENGE, "deadline": "500ms", "causes": True}}


def configured(place, source, changes):
    """Copies a file of the scenario's gateways with other ports and places; its path."""
    text = (scenario / "gateways" / source).read_text()
    for old, new in changes:
        if old not in text:
            raise SystemExit(f"`{old}` is not in {source}")
        text = text.replace(old, new)
    copy = place.folder / pathlib.Path(source).name
    copy.write_text(text)
    return copy


def run(place, name, *words):
    log = (place.folder / f"{name}.log").open("w")
    return subprocess.Popen(
        [*map(str, words)], cwd=place.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
