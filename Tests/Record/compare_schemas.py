#!/usr/bin/env python3
"""Compares schemas that Writ translated with what the Rust implementation of Cedar makes of them.

usage: compare_schemas.py WRIT FILE...

A file is a schema in either syntax or JSON Lines of cases with "schema", and maybe "schemaJSON" and
"policies". Each schema is translated there and back by `writ translate-schema`, and checked:

- The reference reads both results as the same schema as the original; the text is, byte for byte, the
  text that the reference prints.
- The JSON has the same members as the "schemaJSON" of the case.
- The reference gives the case's policies the same verdicts with the original and the translations.

Run on demand, not by the tests. Exit status 1 after a difference.
"""

import argparse
import json
import subprocess
import sys

import cedarpy


def translate(writ, direction, schema):
    """Returns the translation, or None and prints why there is none."""
    done = subprocess.run(
        [writ, "translate-schema", "--direction", direction],
        input=schema.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout.decode()
    return None, done.stderr.decode()


def handle(schema):
    is_json = schema.lstrip().startswith("{")
    return (cedarpy.Schema.from_json_str if is_json else cedarpy.Schema.from_str)(schema)


def verdict(policies, schema):
    result = cedarpy.validate_policies(policies, schema)
    return sorted(str(error) for error in result.errors)


def differences(writ, case):
    original = case["schema"]
    try:
        expected = str(handle(original))
    except ValueError:
        return
    if expected.startswith("<unrenderable"):
        if isinstance(translate(writ, "json-to-cedar", original), str):
            yield "the reference cannot print it"
        return
    if original.lstrip().startswith("{"):
        translated = original
    else:
        translated = translate(writ, "cedar-to-json", original)
        if not isinstance(translated, str):
            yield f"to JSON: {translated[1]}"
            return
    text = translate(writ, "json-to-cedar", translated)
    if not isinstance(text, str):
        yield f"to Cedar's syntax: {text[1]}"
        return
    try:
        if str(handle(translated)) != expected:
            yield "the reference reads the JSON as another schema"
        if text != expected + "\n":
            yield f"the reference prints another text:\n{expected}\nnot\n{text}"
        again = translate(writ, "cedar-to-json", text)
        if str(handle(again)) != expected:
            yield "another schema after going there and back"
        if "schemaJSON" in case and json.loads(translated) != case["schemaJSON"]:
            yield f"other JSON: {translated}\nnot\n{json.dumps(case['schemaJSON'])}"
        if "policies" in case:
            before = verdict(case["policies"], original)
            for schema in (translated, text, again):
                if verdict(case["policies"], schema) != before:
                    yield "other verdicts on policies"
    except ValueError as error:
        yield f"the reference refuses a translation: {error}"


def cases(paths):
    seen = set()
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            content = file.read()
        is_lines = path.endswith(".jsonl")
        rows = map(json.loads, content.splitlines()) if is_lines else [{"schema": content}]
        for row in rows:
            if "schema" in row and not isinstance(row["schema"], str):
                row["schema"] = json.dumps(row["schema"])
            key = (row.get("schema"), row.get("policies"))
            if row.get("schema") is None or key in seen:
                continue
            seen.add(key)
            yield f"{path} {row.get('id', '')}", row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("writ")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    count = failed = 0
    for name, case in cases(arguments.files):
        count += 1
        found = list(differences(arguments.writ, case))
        failed += bool(found)
        for difference in found:
            print(f"{name}: {difference}")
    print(f"{count} schemas, {failed} with differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
