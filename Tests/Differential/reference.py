"""What the reference implementation answers to a case."""

import json
import re

import cedarpy

VERSION = "4.12.2"

ERROR_OF_POLICY = re.compile(r"error while evaluating policy `(.*?)`: ", re.S)


class Panicked(Exception):
    """The reference did not answer, which is no answer to compare with."""


def asked(work):
    """The result and True, or None and False when it is refused."""
    try:
        return work(), True
    except (ValueError, KeyError, TypeError):
        return None, False
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise Panicked(str(error)) from error


def record(case):
    """Writes into a case what the reference says to each of its parts."""
    schema = None
    if "schema" in case:
        node = case["schema"]
        read = cedarpy.Schema.from_json_str if node["format"] == "json" else cedarpy.Schema.from_str
        schema, node["accepted"] = asked(lambda: read(node["text"]))
    policies = cedarpy.PolicySet.from_str("")
    if "policies" in case:
        policies = record_policies(case["policies"], schema, policies)
    entities = None
    if "entities" in case:
        node = case["entities"]
        entities, node["accepted"] = asked(lambda: cedarpy.Entities.from_json_str(node["text"], schema))
        node.pop("json", None)
        # Records with a member like `__entity` are entities that JSON cannot say.
        if entities is not None and not str(entities).startswith("<unrenderable"):
            node["json"] = json.loads(str(entities))
    if entities is None:
        entities = cedarpy.Entities.from_json_str("[]", schema)
    requests = case.get("requests", [])
    if requests:
        record_requests(requests, policies, entities, schema)
    return case


def record_policies(node, schema, empty):
    text = node["text"]
    for key in ("json", "invalid"):
        node.pop(key, None)
    if node["format"] == "json":
        policies, node["accepted"] = asked(lambda: cedarpy.PolicySet.from_json_str(text))
    else:
        policies, node["accepted"] = asked(lambda: cedarpy.PolicySet.from_str(text))
        if policies is not None:
            written, _ = asked(lambda: cedarpy.policies_to_json_str(text))
            node["json"] = json.loads(written)
            if schema is not None:
                result, _ = asked(lambda: cedarpy.validate_policies(text, schema))
                invalid = {error.policy_id for error in result.errors}
                if bool(invalid) == result.validation_passed or "" in invalid:
                    raise Panicked(f"a verdict that names no policy: {result.errors}")
                node["invalid"] = sorted(invalid)
    if policies is None:
        policies = empty
    for link in node.get("links", []):
        linked, link["accepted"] = asked(
            lambda: policies.with_linked(link["template"], link["id"], link["values"]))
        policies = linked or policies
    return policies


def record_requests(requests, policies, entities, schema):
    keys = ("principal", "action", "resource", "context")
    plain = [{key: request[key] for key in keys if key in request} for request in requests]
    answers, _ = asked(lambda: cedarpy.is_authorized_batch(plain, policies, entities, schema))
    if answers is None:
        answers = [asked(lambda: cedarpy.is_authorized(one, policies, entities, schema))[0] for one in plain]
    for request, answer in zip(requests, answers, strict=True):
        for key in ("decision", "reason", "errors"):
            request.pop(key, None)
        request["accepted"] = answer is not None and answer.decision.value != "NoDecision"
        if not request["accepted"]:
            continue
        request["decision"] = answer.decision.value.lower()
        request["reason"] = sorted(answer.diagnostics.reasons)
        errors = [ERROR_OF_POLICY.match(message) for message in answer.diagnostics.errors]
        if None in errors:
            raise Panicked(f"an error that names no policy: {answer.diagnostics.errors}")
        request["errors"] = sorted({match[1] for match in errors})
