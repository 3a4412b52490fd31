#!/usr/bin/env python3
"""Records what the Rust implementation of Cedar answers to cases.

Reads cases as JSON Lines from standard input or from files, each
{"id", "policies", "entities", "requests": [{"principal", "action", "resource", "context"}]}, and
writes the same cases with "decision", "reason" and "errors" (ids of policies) in every request.
Run on demand, not by the tests:

    generate-cases --count 20000 --seed 1 | record_cedarpy.py > recorded.jsonl

A case that the implementation refuses (text that does not parse, bad entities, a bad request) has no
answer: it is reported on standard error, left out, and makes the exit status 1.
"""

import argparse
import json
import multiprocessing
import re
import sys

VERSION = "4.12.2"

# Policies of a text are numbered by the parser, so an id is always `policy` and digits. What follows
# it may quote anything that a policy says; only the start of the message is to be trusted.
ERROR_OF_POLICY = re.compile(r"error while evaluating policy `(policy[0-9]+)`: ")

DECISIONS = {"Allow": "allow", "Deny": "deny"}


def policy_number(policy_id):
    return int(policy_id.removeprefix("policy"))


def erroring_policies(messages):
    ids = set()
    for message in messages:
        match = ERROR_OF_POLICY.match(message)
        if match is None:
            raise ValueError(f"an error that names no policy: {message}")
        ids.add(match[1])
    return sorted(ids, key=policy_number)


def record(line):
    """Returns the recorded line and None, or None and why there is none."""
    case = json.loads(line)
    requests = [
        {key: request[key] for key in ("principal", "action", "resource", "context")}
        for request in case["requests"]
    ]
    try:
        answers = cedarpy.is_authorized_batch(
            requests=requests,
            policies=case["policies"],
            entities=json.dumps(case["entities"]),
        )
        for request, answer in zip(case["requests"], answers, strict=True):
            if answer.decision.value not in DECISIONS:
                raise ValueError("; ".join(answer.diagnostics.errors))
            request["decision"] = DECISIONS[answer.decision.value]
            request["reason"] = sorted(answer.diagnostics.reasons, key=policy_number)
            request["errors"] = erroring_policies(answer.diagnostics.errors)
    except Exception as error:
        return None, f"case {case.get('id')}: {error}"
    return json.dumps(case, ensure_ascii=False, separators=(",", ":")), None


def lines(paths):
    if not paths:
        yield from sys.stdin
    for path in paths:
        with open(path, encoding="utf-8", newline="\n") as file:
            yield from file


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", help="cases as JSON Lines; default: standard input")
    parser.add_argument("--jobs", type=int, default=2, help="processes to use (default: 2)")
    arguments = parser.parse_args()
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    recorded = refused = 0
    with multiprocessing.Pool(arguments.jobs) as pool:
        cases = (line for line in lines(arguments.files) if line.strip())
        for answer, problem in pool.imap(record, cases, chunksize=64):
            if problem is None:
                recorded += 1
                print(answer)
            else:
                refused += 1
                print(problem, file=sys.stderr)
            if (recorded + refused) % 500 == 0 and sys.stderr.isatty():
                print(f"\r{recorded + refused} cases", end="", file=sys.stderr)
    print(f"{recorded} cases recorded, {refused} refused", file=sys.stderr)
    return 0 if refused == 0 else 1


try:
    import importlib.metadata

    import cedarpy

    installed = importlib.metadata.version("cedarpy")
except ImportError:
    sys.exit(f"error: cedarpy is not installed: run `pip install cedarpy=={VERSION}`")
if installed != VERSION:
    sys.exit(f"error: cedarpy is {installed}: run `pip install cedarpy=={VERSION}`")

if __name__ == "__main__":
    sys.exit(main())
