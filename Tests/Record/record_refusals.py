#!/usr/bin/env python3
"""Checks that the Rust implementation of Cedar refuses every row of Tests/Fixtures/refusals.jsonl.

Reads JSON Lines {"parser", "text", …} from standard input and prints those that it accepts; the exit
status is 1 when there are some. Places and words of errors are Writ's own and not looked at.

Links files are a format of the `cedar` command line, not of the library: their structure is checked
as its reader does, and the links themselves as those of a policy set.

    record_refusals.py < Tests/Fixtures/refusals.jsonl
"""

import json
import sys

import cedarpy

SCHEMA = """
entity G; entity U in [G] { e?: G, d?: decimal, i?: ipaddr, t?: datetime, u?: duration,
s?: Set<decimal>, r?: {a: decimal, b?: Long}, l?: Long, st?: String, se?: Set<G>,
ss?: Set<String>, ac?: Action, en?: E, b?: Bool } tags decimal;
entity E enum ["x"]; entity T;
action g; action h in [g]; action v in [h] appliesTo {principal: U, resource: U,
context: {d?: decimal, l?: Long}};
"""
POLICY = "permit(principal, action, resource);"


def policy(principal, resource):
    return {
        "effect": "permit",
        "principal": principal,
        "action": {"op": "All"},
        "resource": resource,
        "conditions": [],
    }


ANY = {"op": "All"}
PRINCIPAL = {"op": "==", "slot": "?principal"}
RESOURCE = {"op": "in", "slot": "?resource"}
TEMPLATES = {
    "staticPolicies": {"s": policy(ANY, ANY)},
    "templates": {"t": policy(PRINCIPAL, ANY), "b": policy(PRINCIPAL, RESOURCE)},
}


def unique(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a member stands there twice")
    return dict(pairs)


def read_request(text, schema):
    request = json.loads(text, object_pairs_hook=unique)
    for role in ("principal", "action", "resource"):
        if not isinstance(request[role], str):
            raise ValueError(f"{role} is no string")
    # The library reads the context from its own text.
    request["context"] = text[text.index('"context": ') + len('"context": ') : -1]
    decision = cedarpy.is_authorized(request, POLICY, [], schema).decision
    if decision.value == "NoDecision":
        raise ValueError("refused")


def read_links(text):
    links = []
    document = json.loads(text, object_pairs_hook=unique)
    if not isinstance(document, list):
        raise ValueError("no array")
    for link in document:
        for member in ("template_id", "link_id"):
            if not isinstance(link[member], str):
                raise ValueError(f"{member} is no string")
        for value in link["args"].values():
            request = {"principal": value, "action": 'A::"a"', "resource": 'A::"a"', "context": {}}
            decision = cedarpy.is_authorized(request, POLICY, []).decision
            if decision.value == "NoDecision":
                raise ValueError("no entity")
        values = {slot: {"type": "U", "id": "x"} for slot in link["args"]}
        links.append(
            {"templateId": link["template_id"], "newId": link["link_id"], "values": values}
        )
    cedarpy.PolicySet.from_json_str(json.dumps(TEMPLATES | {"templateLinks": links}))


READERS = {
    "entities": cedarpy.Entities.from_json_str,
    "schemaEntities": lambda text: cedarpy.Entities.from_json_str(text, SCHEMA),
    "request": lambda text: read_request(text, None),
    "schemaRequest": lambda text: read_request(text, SCHEMA),
    "set": cedarpy.PolicySet.from_json_str,
    "links": read_links,
}


def is_refused(row):
    try:
        READERS[row["parser"]](row["text"])
    except Exception:
        return True
    except BaseException as error:
        # Some links make the library panic, which is no class below Exception.
        return type(error).__name__ == "PanicException"
    return False


def main():
    rows = [json.loads(line) for line in sys.stdin]
    accepted = [row for row in rows if not is_refused(row)]
    for row in accepted:
        print(f"accepted as {row['parser']}: {row['text']}")
    print(f"{len(rows)} rows, {len(accepted)} accepted", file=sys.stderr)
    return 1 if accepted else 0


if __name__ == "__main__":
    sys.exit(main())
