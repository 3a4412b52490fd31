"""The open-banking scenario, moved to the present and to this machine.

Every instant is shifted by one distance, so that 2025-10-14T10:30:00Z is now; the networks are those
of loopback; and certificates, tokens and thumbprints are minted anew for that.
"""

import base64
import importlib.util
import ipaddress
import json
import pathlib
import re
import shutil
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

root = pathlib.Path(__file__).parent.parent.parent
scenario = root / "Policies/open-banking"
THEN = datetime(2025, 10, 14, 10, 30, tzinfo=timezone.utc)
INSTANT = re.compile(r'"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z)?"')
ISSUERS = {
    "customers": "https://id.northbank.example", "staff": "https://staff.northbank.example",
    "stranger": "https://id.elsewhere.example",
}
AUDIENCE = "https://api.northbank.example"

_module = importlib.util.spec_from_file_location("identities", root / "Tests/Record/identities.py")
identities = importlib.util.module_from_spec(_module)
_module.loader.exec_module(identities)


def written(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def moved(text, distance):
    """JSON text with every instant shifted and every network on loopback."""

    def shift(match):
        instant = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00:00'}+00:00")
        return f'"{written(instant + distance)}"'

    return INSTANT.sub(shift, text.replace('"192.0.2.', '"127.0.2.'))


class World:
    """What gateways and Writ need, in a folder."""

    def __init__(self, folder, table):
        self.folder = folder
        self.now = datetime.now(timezone.utc).replace(microsecond=0)
        self.distance = self.now - THEN
        self.minted = folder / scenario.name
        self.tokens = {}
        self.thumbprints = {}
        self.mint(table)
        self.copy()

    # Certificates and tokens

    def mint(self, table):
        plan = json.loads(moved((scenario / "identities/identities.json").read_text(), self.distance))
        lasting = {key: plan["certificates"][0][key] for key in ("notBefore", "notAfter")}
        plan["certificates"] += [
            {"name": "northbank-app", "authority": "third-parties", **lasting,
             "subject": [["O", "Northbank"], ["CN", "northbank-app"]]},
            {"name": "injected-name", "authority": "northbank.example", **lasting,
             "spiffeId": "spiffe://northbank.example/x;URI=spiffe://northbank.example/production"
                         "/fraud/scoring"},
            {"name": "traefik", "authority": "northbank.example", **lasting,
             "spiffeId": "spiffe://northbank.example/production/edge/traefik"},
            {"name": "overdue", "authority": "northbank.example",
             "notBefore": written(self.now - timedelta(days=2)),
             "notAfter": written(self.now - timedelta(days=1)),
             "spiffeId": "spiffe://northbank.example/production/fraud/scoring"},
        ]
        plan["tokens"] = [self.token(name, words) for name, words in table["tokens"].items()]
        (self.minted / "identities").mkdir(parents=True)
        (self.minted / "identities/identities.json").write_text(json.dumps(plan))
        certs = self.folder / "certs"
        certs.mkdir()
        authorities = []
        for path, text in identities.mint(self.minted).items():
            file = self.minted / "identities" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            if path.startswith("trust/"):
                authorities.append(text)
            if path.startswith("tokens/"):
                self.tokens[file.stem] = text.strip()
            if path.startswith("certificates/"):
                (certs / file.name).write_text(text)
                self.thumbprints[file.stem] = self.thumbprint(text)
                self.write_key(certs / f"{file.stem}.key", identities.key(
                    scenario.name, "certificate", file.stem))
        (certs / "ca.pem").write_text("".join(authorities))
        self.self_signed("server", "api.northbank.example", "back-office.northbank.example")
        self.self_signed("stranger", "stranger")
        for name, words in table["tokens"].items():
            if "tampered" in words:
                head, body, signature = self.tokens[name].split(".")
                self.tokens[name] = ".".join(
                    [head, body, ("A" if signature[0] != "A" else "B") + signature[1:]])
            if "unsigned" in words:
                head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
                self.tokens[name] = f"{head}.{self.tokens[name].split('.')[1]}."

    def token(self, name, words):
        """A token in the form of `identities.json`, from that of `cases.json`."""
        signed_in = self.now - timedelta(seconds=words.get("signedIn", 60))
        entry = {"name": name, "claims": {
            "iss": ISSUERS[words["issuer"]], "sub": words["subject"],
            "aud": [words.get("audience", AUDIENCE)], "client_id": "northbank-app", "jti": name,
            "scope": "accounts", "amr": words.get("methods", ["pwd"]),
            "auth_time": written(signed_in), "iat": written(signed_in),
            "exp": written(self.now + timedelta(seconds=words.get("expires", 3600)))}}
        if "certificate" in words:
            entry["certificate"] = words["certificate"]
        return entry

    def thumbprint(self, text):
        return x509.load_pem_x509_certificate(text.encode()).fingerprint(hashes.SHA256()).hex()

    def write_key(self, file, key):
        file.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))

    def self_signed(self, name, *hosts):
        """A certificate that only those trust who are told to: the gateway's, and a stranger's."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        made = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=1))
            .not_valid_after(self.now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(
                [*map(x509.DNSName, hosts), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False)
            .sign(key, hashes.SHA256()))
        (self.folder / f"certs/{name}.pem").write_bytes(
            made.public_bytes(serialization.Encoding.PEM))
        self.write_key(self.folder / f"certs/{name}.key", key)

    # Policies and entities

    def copy(self):
        for file in ["schema.cedarschema", "gateways/routes.yaml"]:
            shutil.copy(scenario / file, self.folder)
        policies = (scenario / "policies.cedar").read_text()
        (self.folder / "policies.cedar").write_text(policies.replace("10.20.0.0/16", "127.20.0.0/16"))
        shutil.copy(pathlib.Path(__file__).parent / "gateway.cedar", self.folder)
        (self.folder / "entities.json").write_text(self.entities())

    def entities(self):
        """The entities under the names that certificates give them, with the thumbprints of those."""
        text = moved((scenario / "entities.json").read_text(), self.distance)
        for file in (scenario / "identities/certificates").iterdir():
            text = text.replace(self.thumbprint(file.read_text()), self.thumbprints[file.stem])
        entities = json.loads(text)
        plan = json.loads((self.minted / "identities/identities.json").read_text())
        names = {}
        for entry in plan["certificates"]:
            for kind, value in entry.get("subject", []):
                if kind == "organizationIdentifier":
                    names["ThirdParty", entry["name"]] = value
        for entity in entities:
            if entity["uid"]["type"] == "Workload":
                names["Workload", entity["uid"]["id"]] = entity["attrs"]["spiffeId"]
        return json.dumps(renamed(entities, names))

    def configuration(self, listeners):
        """The text of `writ.yaml`; JSON is YAML."""
        keys = {"keys": str(self.minted / "identities/issuers.jwks.json"), "audiences": [AUDIENCE],
                "algorithms": ["ES256"]}
        trust = self.minted / "identities/trust"
        return json.dumps({
            "policies": ["policies.cedar", "gateway.cedar"], "schema": "schema.cedarschema",
            "store": "store", "obligations": ["mask", "log"],
            "socket": {"path": str(self.folder / "run/writ.sock"), "threads": 1},
            "identity": {
                "trust": {
                    "domains": {"northbank.example": {"bundle": str(trust / "northbank.example")}},
                    "organizations": {"bundle": str(trust / "organizations")}},
                "tokens": [{"issuer": ISSUERS["customers"], **keys},
                           {"issuer": ISSUERS["staff"], **keys}],
                "principals": [
                    {"token": ISSUERS["customers"], "type": "Customer", "id": "sub"},
                    {"token": ISSUERS["staff"], "type": "Staff", "id": "sub"},
                    {"organization": "*", "type": "ThirdParty", "id": "organizationIdentifier"},
                    {"spiffe": "spiffe://northbank.example/**", "type": "Workload",
                     "id": "spiffeId"}],
                "device": {"thumbprint": True}},
            **listeners,
        }, indent=1)


def renamed(value, names):
    if isinstance(value, list):
        return [renamed(element, names) for element in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"type", "id"} and (value["type"], value["id"]) in names:
        return {"type": value["type"], "id": names[value["type"], value["id"]]}
    return {key: renamed(element, names) for key, element in value.items()}
