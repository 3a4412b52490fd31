#!/usr/bin/env python3
"""Records how the Rust implementation of Cedar prints schemas in Cedar's own syntax.

Reads JSON Lines {"schema": text in either syntax} from standard input and writes them with "printed":
the text, or null where the implementation can read the schema but has no text for it. A schema that
it refuses is reported on standard error, left out, and makes the exit status 1. Run on demand:

    record_schemas.py < Tests/Fixtures/schemas.jsonl > new.jsonl
"""

import json
import sys

import cedarpy


def main():
    status = 0
    for line in sys.stdin:
        schema = json.loads(line)["schema"]
        is_json = schema.lstrip().startswith("{")
        try:
            read = cedarpy.Schema.from_json_str if is_json else cedarpy.Schema.from_str
            printed = str(read(schema))
        except ValueError as error:
            print(f"{schema}: {error}", file=sys.stderr)
            status = 1
            continue
        if printed.startswith("<unrenderable Schema"):
            printed = None
        print(json.dumps({"schema": schema, "printed": printed}, ensure_ascii=False))
    return status


if __name__ == "__main__":
    sys.exit(main())
