#!/usr/bin/env python3
"""Compares Writ with the Rust implementation of Cedar on generated cases.

Every case is a schema, policies with links, entities and requests, whole or slightly broken. The Rust
implementation, through `cedarpy`, says what it makes of each part: whether it is accepted, which
policies are invalid, the policies as JSON, the decisions with their reasons and errors. `writ
conformance` then judges whether Writ says the same. A case that differs is made smaller and printed as
a line that `writ conformance` replays. Example:

    swift build -c release
    Tests/Differential/differential.py --seed 1 --count 100000

Exit codes: 0 no differences, 1 differences, 2 it could not be run.
"""

import argparse
import collections
import concurrent.futures.process
import json
import os
import re
import subprocess
import sys
import tempfile
import time

VERSION = "4.12.2"
BATCH = 250

try:
    import importlib.metadata

    import cedarpy  # noqa: F401

    installed = importlib.metadata.version("cedarpy")
except ImportError:
    installed = "not installed"
if installed != VERSION:
    print(f"error: cedarpy is {installed}: run `pip install cedarpy=={VERSION}`", file=sys.stderr)
    sys.exit(2)

from cases import generate
from exceptions import unexplained
from reference import Panicked, record
from shrink import shrink

MISMATCH = re.compile(r".*?:(\d+): .*?(?: check \d+)?: ((?:schema|polic|validation|entities|link|request|what).*)")


def judge(writ, cases):
    """What `writ conformance` says against each case: a list of messages, empty when it agrees."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for case in cases:
            file.write(json.dumps(case) + "\n")
        file.flush()
        result = subprocess.run(
            [writ, "conformance", "--show", "1000000", file.name], capture_output=True, timeout=600)
    messages = [[] for _ in cases]
    lines = result.stdout.decode("utf-8", "replace").split("\n")
    summary = [line for line in lines if re.fullmatch(r"\d+ passed, \d+ failed", line)]
    if not summary:
        raise RuntimeError(f"writ conformance died: {result.stderr.decode('utf-8', 'replace')[-2000:]}")
    for line in lines:
        if not line.startswith(file.name):
            continue
        match = MISMATCH.match(line)
        if match is None:
            raise RuntimeError(f"a mismatch that cannot be read: {line}")
        messages[int(match[1]) - 1].append(match[2])
    if sum(map(len, messages)) != int(summary[0].split()[2]):
        raise RuntimeError(f"mismatches without a line: {summary[0]}")
    return messages, int(summary[0].split()[0])


def kind(message):
    """What is wrong, without what it is about."""
    message = re.sub(r"`[^`]*`|\".*\"|\[.*?\]|\.[^ ]*$", "…", message)
    return re.sub(r"\d+", "n", message)[:60]


def recorded(cases):
    """The cases that the reference answers, as copies."""
    answered = []
    for case in cases:
        try:
            answered.append(record(json.loads(json.dumps(case))))
        except Panicked:
            answered.append(None)
    return answered


def run_batch(work):
    """Makes, records and judges cases; returns the differences and what was counted."""
    writ, seed, numbers = work
    counts = collections.Counter()
    cases = []
    for number in numbers:
        case = generate(seed, number)
        try:
            cases.append(record(case))
        except Panicked as error:
            counts[f"not answered: {str(error)[:80]}"] += 1
            continue
        count(case, counts)
    messages, checks = judge(writ, cases)
    counts["checks"] = checks
    differences = []
    for case, found in zip(cases, messages):
        remaining = unexplained(case, found)
        counts["cases with a deliberate exception"] += len(found) != len(remaining)
        if remaining:
            differences.append((case, remaining))
    return differences, counts


def count(case, counts):
    """Notes what kind of cases there were: a fuzzer whose cases are all refused tests little."""
    counts["cases"] += 1
    for part in ("schema", "policies", "entities"):
        if part in case:
            counts[f"{part} accepted" if case[part]["accepted"] else f"{part} refused"] += 1
    for link in case["policies"].get("links", []):
        counts["links accepted" if link["accepted"] else "links refused"] += 1
    if "invalid" in case["policies"]:
        counts["policy sets invalid" if case["policies"]["invalid"] else "policy sets valid"] += 1
    for request in case["requests"]:
        counts["requests accepted" if request["accepted"] else "requests refused"] += 1
        if request["accepted"]:
            counts[f"decisions {request['decision']}"] += 1
            counts["decisions with errors"] += bool(request["errors"])


def minimal(writ, case, message):
    wanted = kind(message)

    def differs(candidates):
        answered = recorded(candidates)
        known = [case for case in answered if case is not None]
        verdicts = iter(judge(writ, known)[0] if known else [])
        result = []
        for candidate in answered:
            found = next(verdicts) if candidate is not None else []
            result.append(any(kind(m) == wanted for m in unexplained(candidate, found)))
        return result

    return recorded([shrink(case, differs)])[0]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="1", help="what the cases are made from (default: 1)")
    parser.add_argument("--count", type=int, default=1000, help="how many cases (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first case (default: 0)")
    parser.add_argument("--writ", default=".build/release/writ", help="the program (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (default: cores)")
    parser.add_argument("--show", type=int, default=5, help="kinds of differences to make small (default: 5)")
    parser.add_argument("--no-shrink", action="store_true", help="print cases as they are")
    arguments = parser.parse_args()
    if not os.access(arguments.writ, os.X_OK):
        print(f"error: there is no `{arguments.writ}`: run `swift build -c release`", file=sys.stderr)
        return 2
    started = time.monotonic()
    end = arguments.first + arguments.count
    work = [
        (arguments.writ, arguments.seed, range(first, min(end, first + BATCH)))
        for first in range(arguments.first, end, BATCH)
    ]
    counts = collections.Counter()
    differences = []
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        waiting = {pool.submit(run_batch, one): one for one in work}
        for done in concurrent.futures.as_completed(waiting):
            try:
                found, counted = done.result()
            except concurrent.futures.process.BrokenProcessPool:
                # A crash of the reference takes its process along.
                print("error: a process died: run fewer cases at a time to find which", file=sys.stderr)
                return 2
            counts += counted
            differences += found
            if sys.stderr.isatty():
                print(f"\r{counts['cases']} cases, {len(differences)} differ", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    report(arguments, differences)
    for name, number in sorted(counts.items()):
        print(f"{number:>9,} {name}")
    seconds = time.monotonic() - started
    print(f"seed {arguments.seed}: {counts['cases']:,} cases, {len(differences)} differ, {seconds:.0f} s")
    return 1 if differences or not counts["cases"] else 0


def report(arguments, differences):
    kinds = collections.defaultdict(list)
    for case, messages in differences:
        kinds[kind(messages[0])].append((case, messages[0]))
    for name, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(found)} × {name} (first: {found[0][0]['id']})")
    for found in list(kinds.values())[:arguments.show]:
        case, message = min(found, key=lambda item: len(json.dumps(item[0])))
        if not arguments.no_shrink:
            case = minimal(arguments.writ, case, message)
        print(f"\n{message}\n{json.dumps(case, ensure_ascii=False)}")


if __name__ == "__main__":
    sys.exit(main())
