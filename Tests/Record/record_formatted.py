#!/usr/bin/env python3
"""Records how the Rust implementation of Cedar formats policies.

Reads rows as JSON Lines from standard input, {"input", "lineWidth", "indentWidth"} each, and writes
them with "output"; where that formatter would change its own output when run again, also with
"settled", what it comes to in the end. Run on demand, not by the tests; to record the fixture anew:

    record_formatted.py < Tests/Fixtures/formatted.jsonl > formatted.jsonl

A text that the implementation refuses has no output: it is reported, left out, and makes the exit
status 1. So is a text of which it loses a comment: see `compare_formatted.py`.
"""

import json
import re
import sys

import cedarpy

VERSION = "4.12.2"
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n\r]*', re.DOTALL)


def comments(text):
    return [word.strip() for word in TOKEN.findall(text) if word.startswith("//")]


def settled(text, line_width, indent_width):
    """Returns what repeated formatting comes to, None if it does not within eight rounds."""
    for _ in range(8):
        result = cedarpy.format_policies(text, line_width, indent_width)
        if result == text:
            return text
        text = result
    return None


def record(row):
    """Returns the recorded row; raises ValueError when there is none."""
    widths = row["lineWidth"], row["indentWidth"]
    row = {key: row[key] for key in ("input", "lineWidth", "indentWidth")}
    row["output"] = cedarpy.format_policies(row["input"], *widths)
    if comments(row["input"]) != comments(row["output"]):
        raise ValueError("the reference loses a comment")
    final = settled(row["output"], *widths)
    if final is None:
        raise ValueError("the reference does not come to an end")
    if final != row["output"]:
        row["settled"] = final
    return row


def main():
    failures = 0
    for number, line in enumerate(sys.stdin, 1):
        try:
            row = record(json.loads(line))
        except ValueError as error:
            print(f"row {number}: {error}", file=sys.stderr)
            failures += 1
            continue
        print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
