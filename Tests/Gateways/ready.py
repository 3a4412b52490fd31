#!/usr/bin/env python3
"""Makes the folder of the examples ready: certificates, trust, tokens and entities that are good now.

usage: ready.py FOLDER

FOLDER is `Policies/open-banking/gateways` or a copy of it beside copies of `policies.cedar` and
`schema.cedarschema`. It gets `certs`, `tokens`, `trust`, `run` and `entities.json`. Every private key can be
made by anybody: for trying things out, nothing else.
"""

import json
import pathlib
import shutil
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))


def make(folder):
    from world import World

    table = json.loads((here / "cases.json").read_text())
    for name in ["certs", "tokens", "trust"]:
        shutil.rmtree(folder / name, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        world = World(pathlib.Path(temporary), table)
        shutil.copytree(world.folder / "certs", folder / "certs")
        shutil.copytree(world.minted / "identities/trust", folder / "trust")
        shutil.copy(world.minted / "identities/issuers.jwks.json", folder / "trust")
        shutil.copy(world.folder / "entities.json", folder)
    certs = folder / "certs"
    (certs / "server.combined.pem").write_text(
        (certs / "server.pem").read_text() + (certs / "server.key").read_text())
    (folder / "tokens").mkdir()
    for name, token in world.tokens.items():
        (folder / f"tokens/{name}.jwt").write_text(token + "\n")
    (folder / "run").mkdir(exist_ok=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    make(pathlib.Path(sys.argv[1]).resolve())
