#!/usr/bin/env python3
"""Asks a running `writ serve` every recorded case of the AuthZEN corpus, over HTTPS and on a local socket.

    corpus.py WRIT CORPUS

Prints how many cases passed, and ends with 1 when one did not.
"""
import contextlib
import json
import os
import socket
import sys

from service import running


def read(corpus, name):
    with open(os.path.join(corpus, name)) as file:
        return json.load(file)


def key(value):
    return json.dumps(value, sort_keys=True)


def problem(case, status, body):
    """What is wrong with an answer; None when nothing is."""
    if status != case.get("status", 200):
        return f"status {status}: {body[:200]}"
    expected = case.get("expect")
    if status != 200 or not expected:
        return None
    answer = json.loads(body)
    if "decision" in expected and answer.get("decision") is not expected["decision"]:
        return f"another decision: {body[:200]}"
    if "evaluations" in expected:
        decisions = [item.get("decision") for item in answer.get("evaluations", [])]
        if decisions != [item["decision"] for item in expected["evaluations"]]:
            return f"other decisions: {body[:200]}"
        if "decision" in answer:
            return "a decision beside evaluations"
    if "results" in expected:
        wanted = {key(item) for item in expected["results"]}
        results = [key(item) for item in answer.get("results", [])]
        if len(set(results)) != len(results):
            return "a result comes twice"
        found = set(results)
        if not (wanted <= found if case.get("match") == "superset" else wanted == found):
            return f"other results: {body[:200]}"
    return None


def ask(connection, case, headers, token):
    if "raw_body" in case:
        body = case["raw_body"]
    else:
        body = json.dumps(case["body"]) if "body" in case else ""
    body = body.replace("<next_token from previous response>", token)
    method = case.get("method", "POST")
    headers = {**headers, **case.get("headers", {})}
    if method == "POST":
        headers["Content-Type"] = case.get("content_type", "application/json")
    connection.request(method, case["path"], body if method == "POST" else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    found = problem(case, answer.status, text)
    for name, value in case.get("headers", {}).items():
        if found is None and name == "X-Request-ID" and answer.headers.get(name) != value:
            found = f"`{name}` is {answer.headers.get(name)}"
    for name in ("Writ-Decision-ID", "Writ-Policy-Version", "Writ-Revision"):
        if found is None and "/access/" in case["path"] and answer.status == 200:
            found = None if answer.headers.get(name) else f"`{name}` is missing"
    return text, found


def run(service, cases, title):
    failures = 0
    for name, connect, headers in [
        ("HTTPS, certificate", service.network, {}),
        ("HTTPS, key", lambda: service.network(None), {
            "Authorization": "Bearer 5f0c1c8d0b7a4f5e9d5c4c2f1f3b6a7d"}),
        ("local socket", service.local, {}),
    ]:
        passed, failed, token = 0, 0, ""
        with contextlib.closing(connect()) as connection:
            for case in cases:
                bodies = set()
                for _ in range(case.get("repeat", 1)):
                    text, found = ask(connection, case, headers, token)
                    bodies.add(text)
                if found is None and len(bodies) != 1:
                    found = "the answers to one request differ"
                if case.get("c") == "c-4-5-1":
                    token = json.loads(text).get("page", {}).get("next_token", "")
                    if found is None and not token:
                        found = "there is no token of a next page"
                if found is None:
                    passed += 1
                else:
                    failed += 1
                    print(f"{title} over {name}: {case.get('c', '')} {case.get('label', '')}: {found}")
        print(f"{title} over {name}: {passed} passed, {failed} failed")
        failures += failed
    return failures


def resumption(service):
    """A TLS session that goes on where another ended is the same caller's, as proxies reuse theirs."""
    body = b'{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},' \
        b'"resource":{"type":"record","id":"record-1"}}'
    request = b"POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" \
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    context, session, answers = service.tls(), None, []
    for _ in range(2):
        plain = socket.create_connection(("127.0.0.1", service.ports["network"]), timeout=10)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as secured:
            secured.sendall(request)
            answers.append((secured.recv(4096).split(b" ")[1], secured.session_reused))
            session = secured.session
    passed = answers == [(b"200", False), (b"200", True)]
    print(f"resumed TLS session: {'passed' if passed else f'FAILED: {answers}'}")
    return 0 if passed else 1


def interoperability(corpus, name, path=None):
    cases = []
    data = read(corpus, name)
    for member in ("evaluation", "evaluations"):
        for index, item in enumerate(data.get(member, [])):
            expected = item["expected"]
            if path is None:
                expected = {"decision" if member == "evaluation" else "evaluations": expected}
            cases.append({
                "c": f"{member} {index}", "path": path or f"/access/v1/{member}",
                "body": item["request"], "expect": expected,
            })
    return cases


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    writ, corpus = os.path.abspath(sys.argv[1]), sys.argv[2]
    failures = 0
    for title, scenario, cases, settings, count in [
        ("certification", "certification", read(corpus, "scenario.json")["cases"],
         {"context": []}, 57),
        ("todo", "todo", interoperability(corpus, "todo.json"), {}, 43),
        ("api-gateway", "api-gateway", interoperability(corpus, "api-gateway.json"), {}, 25),
        ("search-subject", "search",
         interoperability(corpus, "search-subject.json", "/access/v1/search/subject"), {}, 60),
    ]:
        if len(cases) != count:
            print(f"{title}: {len(cases)} cases instead of {count}")
            failures += 1
        with running(writ, scenario, settings) as service:
            failures += run(service, cases, title)
            failures += resumption(service) if scenario == "certification" else 0
    raise SystemExit(1 if failures else 0)


main()
