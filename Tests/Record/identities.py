#!/usr/bin/env python3
"""Mints the certificates and tokens of a scenario from its `identities/identities.json`.

usage: identities.py SCENARIO_FOLDER [--check]

Every key is derived from the name of who holds it and every signature is deterministic, so the same
file always gives the same bytes, and anybody can sign in these names: they are for trying things
out, and no service must ever trust these authorities. `--check` writes nothing and fails when a
file would change. Needs python3-cryptography, 43 or newer.
"""
import base64
import hashlib
import json
import pathlib
import sys
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ATTRIBUTES = {
    "C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME,
    "organizationIdentifier": ObjectIdentifier("2.5.4.97"),
}


def key(scenario, kind, name):
    seed = hashlib.sha256(f"writ {scenario} {kind} {name}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def name(pairs):
    return x509.Name([x509.NameAttribute(ATTRIBUTES[kind], text) for kind, text in pairs])


def serial(scenario, text):
    return int.from_bytes(hashlib.sha256(f"{scenario} serial {text}".encode()).digest()[:8], "big") >> 1


def builder(subject, issuer, holder, number, entry):
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        .public_key(holder.public_key()).serial_number(number)
        .not_valid_before(instant(entry["notBefore"])).not_valid_after(instant(entry["notAfter"])))


def usage(signs_certificates):
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates,
        crl_sign=signs_certificates, encipher_only=False, decipher_only=False)


def authority(scenario, entry):
    holder = key(scenario, "authority", entry["name"])
    subject = name(entry["subject"])
    made = (
        builder(subject, subject, holder, serial(scenario, entry["name"]), entry)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(holder.public_key()), critical=False))
    if entry.get("trustDomain"):
        made = made.add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier("spiffe://" + entry["trustDomain"])]),
            critical=False)
    return made.sign(holder, hashes.SHA256(), ecdsa_deterministic=True)


def leaf(scenario, entry, authorities):
    issuer = authorities[entry["authority"]]
    issuer_key = key(scenario, "authority", entry["authority"])
    holder = key(scenario, "certificate", entry["name"])
    made = (
        builder(
            name(entry.get("subject", [])), issuer.subject, holder,
            serial(scenario, entry["name"]), entry)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
            critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False))
    names = [x509.DNSName(text) for text in entry.get("dnsNames", [])]
    if "spiffeId" in entry:
        names.append(x509.UniformResourceIdentifier(entry["spiffeId"]))
    if names:
        # Without a subject the names are all there is, and critical (RFC 5280, 4.2.1.6).
        made = made.add_extension(
            x509.SubjectAlternativeName(names), critical=not entry.get("subject"))
    return made.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return text64(json.dumps(value, separators=(",", ":")).encode())


def token(scenario, entry, leaves):
    claims = dict(entry["claims"])
    for member in ("iat", "exp", "auth_time"):
        if member in claims:
            claims[member] = int(instant(claims[member]).timestamp())
    if "certificate" in entry:
        digest = leaves[entry["certificate"]].fingerprint(hashes.SHA256())
        claims["cnf"] = {"x5t#S256": text64(digest)}
    claims.setdefault("jti", entry["name"])
    head = {"alg": "ES256", "typ": "at+jwt", "kid": claims["iss"]}
    signed = compact(head) + "." + compact(claims)
    signature = key(scenario, "issuer", claims["iss"]).sign(
        signed.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    return signed + "." + text64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def key_set(scenario, issuers):
    keys = []
    for issuer in sorted(issuers):
        point = key(scenario, "issuer", issuer).public_key().public_numbers()
        keys.append({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": issuer,
            "x": text64(point.x.to_bytes(32, "big")), "y": text64(point.y.to_bytes(32, "big"))})
    return json.dumps({"keys": keys}, indent=2) + "\n"


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def mint(folder):
    """The files of a scenario, by their path inside `identities/`."""
    plan = json.loads((folder / "identities" / "identities.json").read_text())
    scenario = folder.name
    files = {}
    authorities = {}
    for entry in plan["authorities"]:
        authorities[entry["name"]] = authority(scenario, entry)
        files[f"authorities/{entry['name']}.pem"] = pem(authorities[entry["name"]])
    leaves = {}
    for entry in plan["certificates"]:
        leaves[entry["name"]] = leaf(scenario, entry, authorities)
        files[f"certificates/{entry['name']}.pem"] = pem(leaves[entry["name"]])
    issuers = {entry["claims"]["iss"] for entry in plan.get("tokens", [])}
    for entry in plan.get("tokens", []):
        files[f"tokens/{entry['name']}.jwt"] = token(scenario, entry, leaves) + "\n"
    if issuers:
        files["issuers.jwks.json"] = key_set(scenario, issuers)
    return files


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[0]).resolve()
    files = mint(folder)
    changed = []
    for path, text in files.items():
        file = folder / "identities" / path
        if not file.exists() or file.read_text() != text:
            changed.append(path)
            if "--check" not in sys.argv:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
    print(f"{len(files)} files, {len(changed)} changed")
    if "--check" in sys.argv and changed:
        sys.exit("other than minted: " + ", ".join(changed))


if __name__ == "__main__":
    main()
