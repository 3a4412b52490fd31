#!/usr/bin/env python3
"""Makes the open-banking scenario fit for now: certificates, tokens, revocation lists and entities.

usage: world.py FOLDER

The scenario happens on one day of October 2025. All its instants are moved by as much as lies between
its 10:30 UTC and now, so that certificates are valid, devices have just reported and consents are in
force; what was late by a second then is late by a second now. FOLDER gets

    certs/          the gateway's server.pem and server.key (server.combined.pem: both in one file);
                    ca.pem, the authorities of the clients; NAME.pem and NAME.key of every client
    tokens/         NAME.jwt, and issuers.jwks.json, the keys of who signed them
    trust/          authorities with their revocation lists, as Writ reads them
    entities.json   for `writ store import`

Gateways name nobody: who asks comes from certificate or token alone. So third parties go by the
organisation identifier of their certificate and services by the path of their SPIFFE id, in entities.json
too. They reach the gateway over loopback, which the networks of two of them become.

Every private key is derived from a name that anybody can read: for trying things out, nothing else.
Needs python3-cryptography, 43 or newer.
"""
import importlib.util
import json
import pathlib
import re
import shutil
import sys
import tempfile
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
scenario = root / "Policies" / "open-banking"
THEN = datetime(2025, 10, 14, 10, 30, tzinfo=timezone.utc)
DATE = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}Z)?"
# Who is also known by a token of the staff's issuer, beside the scenario's own tokens.
DESKS = {
    "theo": ["theo-laptop", "theo-unencrypted", "theo-jailbroken", "theo-own-phone", "theo-quiet",
             "theo-unpatched", "sasha-laptop"],
    "sasha": ["sasha-laptop"],
    "wren": ["wren-workstation"],
}
# Their traffic comes over loopback here.
LOCAL = ["moneylens", "budgetwise"]
REVOKED = ["viktor-workstation"]


def load(path):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


identities = load(root / "Tests" / "Record" / "identities.py")


def moved(text, by):
    form = "%Y-%m-%dT%H:%M:%SZ" if "T" in text else "%Y-%m-%d"
    then = datetime.strptime(text, form).replace(tzinfo=timezone.utc)
    return (then + by).strftime("%Y-%m-%dT%H:%M:%SZ")


def plan(by):
    """identities.json, moved, with the tokens of the staff's desks."""
    plan = json.loads((scenario / "identities/identities.json").read_text())
    for entry in plan["authorities"] + plan["certificates"]:
        for member in ("notBefore", "notAfter"):
            entry[member] = moved(entry[member], by)
    for person, devices in DESKS.items():
        for device in devices:
            plan["tokens"].append({
                "name": f"{person}-on-{device}", "certificate": device,
                "claims": {
                    "iss": "https://staff.northbank.example", "sub": person,
                    "aud": ["https://api.northbank.example"], "client_id": "northbank-desk",
                    "scope": "desk", "amr": ["hwk"], "auth_time": "2025-10-14T10:29:00Z",
                    "iat": "2025-10-14T10:29:00Z", "exp": "2025-10-14T11:30:00Z"}})
    ended = {"name": "amelia-ended", "claims": dict(plan["tokens"][0]["claims"])}
    ended["claims"].update(iat="2025-10-14T08:00:00Z", exp="2025-10-14T09:00:00Z")
    other = {"name": "amelia-elsewhere", "claims": dict(plan["tokens"][0]["claims"])}
    other["claims"]["aud"] = ["https://shop.example"]
    plan["tokens"] += [ended, other]
    for entry in plan["tokens"]:
        for member in ("iat", "exp", "auth_time"):
            if member in entry["claims"]:
                entry["claims"][member] = moved(entry["claims"][member], by)
    return plan


def revocation_list(name, revoked, now):
    holder = identities.key(scenario.name, "authority", name)
    authority = next(
        entry for entry in json.loads((scenario / "identities/identities.json").read_text())["authorities"]
        if entry["name"] == name)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(identities.name(authority["subject"]))
        .last_update(now - timedelta(hours=1)).next_update(now + timedelta(days=7))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(holder.public_key()), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False))
    for certificate in revoked:
        made = made.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(identities.serial(scenario.name, certificate))
            .revocation_date(now - timedelta(minutes=30)).build())
    return made.sign(holder, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def private(holder):
    return holder.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())


def server(folder, by):
    """The gateway's own certificate, of an authority of its own: gateway.pem."""
    dates = {"notBefore": moved("2025-10-01", by), "notAfter": moved("2026-06-30", by)}
    authority = identities.authority(
        scenario.name, {"name": "gateway", "subject": [["CN", "Gateway"]], **dates})
    leaf = identities.leaf(
        scenario.name, {
            "name": "server", "authority": "gateway", "subject": [["CN", "api.northbank.example"]],
            "dnsNames": ["api.northbank.example", "back-office.northbank.example", "localhost"],
            **dates}, {"gateway": authority})
    key = private(identities.key(scenario.name, "certificate", "server"))
    chain = identities.pem(leaf).encode()
    (folder / "gateway.pem").write_text(identities.pem(authority))
    (folder / "server.pem").write_bytes(chain)
    (folder / "server.key").write_bytes(key)
    (folder / "server.combined.pem").write_bytes(chain + key)


def entities(plan, files, by):
    """entities.json, moved, with the thumbprints of the new certificates and the names above."""
    text = (scenario / "entities.json").read_text()
    text = re.sub(
        rf'("fn": ?"datetime", ?"arg": ?")({DATE})"', lambda m: f'{m[1]}{moved(m[2], by)}"', text)
    for entry in plan["certificates"]:
        before = (scenario / f"identities/certificates/{entry['name']}.pem").read_bytes()
        after = files[f"certificates/{entry['name']}.pem"].encode()
        digests = [
            x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
            for pem in (before, after)]
        text = text.replace(digests[0], digests[1])
    names = {}
    for entry in plan["certificates"]:
        for kind, value in entry.get("subject", []):
            if kind == "organizationIdentifier":
                names["ThirdParty", entry["name"]] = value
        if "spiffeId" in entry:
            path = entry["spiffeId"].removeprefix("spiffe://northbank.example/")
            names["Workload", entry["name"]] = path
    all = json.loads(text)
    for entity in all:
        if entity["uid"]["type"] == "ThirdParty" and entity["uid"]["id"] in LOCAL:
            entity["attrs"]["network"]["__extn"]["arg"] = "127.0.0.0/8"

    def renamed(value):
        if isinstance(value, list):
            return [renamed(element) for element in value]
        if isinstance(value, dict):
            value = {key: renamed(member) for key, member in value.items()}
            if value.keys() == {"type", "id"}:
                value["id"] = names.get((value["type"], value["id"]), value["id"])
        return value

    return json.dumps(renamed(all), indent=1) + "\n"


def make(folder):
    now = datetime.now(timezone.utc).replace(microsecond=0)
    by = now - THEN
    with tempfile.TemporaryDirectory() as temporary:
        copy = pathlib.Path(temporary) / scenario.name
        (copy / "identities").mkdir(parents=True)
        moved_plan = plan(by)
        (copy / "identities/identities.json").write_text(json.dumps(moved_plan))
        files = identities.mint(copy)
    for name in ("certs", "tokens", "trust"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    certs = folder / "certs"
    for entry in moved_plan["certificates"]:
        (certs / f"{entry['name']}.pem").write_text(files[f"certificates/{entry['name']}.pem"])
        (certs / f"{entry['name']}.key").write_bytes(
            private(identities.key(scenario.name, "certificate", entry["name"])))
    authorities = {path: text for path, text in files.items() if path.startswith("trust/")}
    (certs / "ca.pem").write_text("".join(authorities.values()))
    for path, text in authorities.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    for entry in moved_plan["authorities"]:
        place = folder / "trust" / entry.get("trustDomain", "organizations")
        (place / f"{entry['name']}.crl").write_bytes(
            revocation_list(entry["name"], REVOKED if entry["name"] == "devices" else [], now))
    (folder / "trust/denied").write_text("")
    for path, text in files.items():
        if path.startswith("tokens/"):
            (folder / path).write_text(text)
    (folder / "tokens/issuers.jwks.json").write_text(files["issuers.jwks.json"])
    server(certs, by)
    (folder / "entities.json").write_text(entities(moved_plan, files, by))
    (folder / "run").mkdir(exist_ok=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    make(pathlib.Path(sys.argv[1]).resolve())
