"""Records answers of ext_authz as Google's protobuf library encodes them.

usage: python3 Tests/Record/ext_authz.py > Tests/ExtAuthzMessagesTests/Fixtures/replies.json

Needs grpcio-tools and protobuf. The messages are those of Tests/Gateways/ext_authz.proto.
"""

import json
import pathlib
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc

root = pathlib.Path(__file__).parent.parent.parent
with tempfile.TemporaryDirectory() as folder:
    source = root / "Tests/Gateways"
    includes = [f"-I{source}", f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}"]
    if protoc.main(["protoc", *includes, f"--python_out={folder}", "ext_authz.proto"]):
        sys.exit("protoc failed")
    sys.path.insert(0, folder)
    import ext_authz_pb2 as pb

OVERWRITE = pb.HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD
FAILURE_MODE = "x-envoy-auth-failure-mode-allowed"


def add(headers, name, value):
    option = headers.add()
    option.header.key = name
    option.header.value = value
    option.append_action = OVERWRITE
    option.keep_empty_value = value == ""


def allow(headers=(), remove=(), client=()):
    reply = pb.CheckResponse()
    reply.status.SetInParent()
    reply.ok_response.SetInParent()
    for name, value in headers:
        add(reply.ok_response.headers, name, value)
    reply.ok_response.headers_to_remove.extend([*remove, FAILURE_MODE])
    for name, value in client:
        add(reply.ok_response.response_headers_to_add, name, value)
    return reply


def deny(status, code, body="", headers=()):
    reply = pb.CheckResponse()
    reply.status.code = code
    reply.denied_response.status.code = status
    reply.denied_response.body = body
    for name, value in headers:
        add(reply.denied_response.headers, name, value)
    return reply


replies = {
    "allow": allow(),
    "allow with identity": allow(
        headers=[("x-user", "alice"), ("x-note", "")], remove=["x-roles"], client=[("x-seen", "1")]
    ),
    "deny": deny(403, 7),
    "deny 401": deny(401, 16, "who are you?", [("www-authenticate", "Bearer"), ("x-why", "näher")]),
    "deny 429": deny(429, 8, "slow down", [("retry-after", "5")]),
    "deny 503": deny(503, 14),
    "deny 404": deny(404, 7),
    "long body": deny(403, 7, "x" * 3000),
}
text = allow()
text.dynamic_metadata.fields["decision"].string_value = "00c0ffee"
replies["metadata text"] = text
number = deny(403, 7)
number.dynamic_metadata.fields["revision"].number_value = 42
replies["metadata number"] = number
several = allow()
for name in ["policy-a", "policy-b"]:
    several.dynamic_metadata.fields["policies"].list_value.values.add().string_value = name
replies["metadata list"] = several
none = allow()
none.dynamic_metadata.fields["policies"].list_value.SetInParent()
replies["metadata empty list"] = none

json.dump(
    {name: reply.SerializeToString(deterministic=True).hex() for name, reply in replies.items()},
    sys.stdout,
    indent=1,
    ensure_ascii=False,
)
print()
