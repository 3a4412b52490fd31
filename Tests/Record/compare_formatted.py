#!/usr/bin/env python3
"""Compares `writ format` with the formatter of the Rust implementation of Cedar.

    compare_formatted.py --writ .build/release/writ --count 2000 --seed 1
    compare_formatted.py --writ .build/release/writ corpus/*.jsonl

Without files it makes random policies with random white space and comments in every position, and
formats each with a random line width (40 to 120) and indentation (1 to 8). With files (JSON Lines
whose rows have "policies") it formats their texts, each with the usual widths and with random ones.

What is counted: "same" byte by byte; "settled", where the reference changes its own output when run
again and ours is what it comes to; "comment lost", where the reference loses one (behind a trailing
comma) and ours keeps all; "refused" by both; and "different", shown, which makes the exit status 1.
`--print` writes the cases as rows for `record_formatted.py` instead of comparing.
"""

import argparse
import collections
import json
import random
import re
import subprocess
import sys

import cedarpy
from record_formatted import comments, settled

TOKEN = re.compile(
    r'\s+|//[^\n\r]*|"(?:\\.|[^"\\])*"|\?[a-z]+|\w+|::|==|!=|<=|>=|&&|\|\||.', re.DOTALL
)
ATOMS = (
    "true false 1 0 007 -5 principal action resource context [] {} context.a.b "
    'User::"x" A::B::C::"y" "s" "é中" "👨‍👩‍👧" "//no"'
).split() + ['"a\\"b"', '"several\n   \n\n lines"', '"لا"']


def expression(depth):
    if depth <= 0:
        return random.choice(ATOMS)

    def inner():
        return expression(depth - 1)

    def operand():
        return f"({inner()})" if random.random() < 0.7 else random.choice(ATOMS)

    def chain(sign, longest):
        return sign.join(operand() for _ in range(random.randint(2, longest)))

    def members(make, most):
        count = random.randint(0, most)
        comma = random.choice(["", ","]) if count else ""
        return ",".join(make(index) for index in range(count)) + comma

    def key(index):
        return random.choice([f"k{index}", f'"k {index}"'])

    makers = [
        lambda: f"if {inner()} then {inner()} else {inner()}",
        lambda: chain(" && ", 5),
        lambda: chain(" && ", 5),
        lambda: chain(" || ", 4),
        lambda: chain(" + ", 4),
        lambda: chain(" * ", 2) + " - " + operand(),
        lambda: operand() + random.choice(["==", "!=", "<", "<=", " in "]) + operand(),
        lambda: operand() + " has " + random.choice(["a", "a.b.c", '"x y"']),
        lambda: operand() + " like " + random.choice(['"*"', '"a\\*b*"']),
        lambda: operand() + " is A::B",
        lambda: operand() + " is Foo in " + operand(),
        lambda: random.choice("!-") * random.randint(1, 4) + operand(),
        lambda: "[" + members(lambda _: inner(), 4) + "]",
        lambda: "{" + members(lambda index: f"{key(index)}:{inner()}", 4) + "}",
        lambda: operand() + random.choice([".a", '["x y"]', ".isEmpty()", ".longName"]) * 2,
        lambda: f"{operand()}.containsAll({inner()}{random.choice(['', ','])})",
        lambda: 'ip("127.0.0.1").isInRange(ip("10.0.0.0/8"))',
    ]
    return random.choice(makers)()


def scope_part(variable):
    entity = random.choice(['User::"a"', 'Ns::Group::"g g"', '(User::"b")', "?" + variable])
    tails = [""] * 3 + [f" == {entity}", f" in {entity}", " is A::B", f" is Foo in {entity}"]
    return variable + random.choice(tails)


def policy():
    actions = ['Action::"a"', 'Ns::Action::"b"', 'Action::"read"']
    action = random.choice(
        ["action"] * 3
        + [f"action == {actions[0]}", f"action in {actions[1]}"]
        + ["action in [" + ",".join(actions[: random.randint(0, 3)]) + "]"]
    )
    notes = "".join(
        random.choice(['@note%d("x")', "@foo%d ", '@if%d("a\\nb")']) % index
        for index in range(random.randint(0, 2))
    )
    conditions = "".join(
        random.choice(["when", "unless"]) + "{" + expression(random.randint(1, 4)) + "}"
        for _ in range(random.randint(0, 2))
    )
    effect = random.choice(["permit", "forbid"])
    comma = random.choice(["", ","])
    scope = f"({scope_part('principal')},{action},{scope_part('resource')}{comma})"
    return notes + effect + scope + conditions + ";"


def gap(is_needed, comment_chance):
    """White space, sometimes with comments, as it may stand between two tokens."""
    if random.random() < comment_chance:
        text = random.choice(["", " ", "\n", "\n\n", " \t"])
        for _ in range(random.randint(1, 3)):
            text += "//" + random.choice([" c", ' "q"', " a // b", "", " é ", " 中中"])
            text += random.choice(["\n", "\n", "\n\n", "\r\n", "\n  "])
        return text
    if is_needed or random.random() < 0.6:
        return random.choice([" ", " ", " ", "\n", "\n\n", "\t", "\r\n"])
    return ""


def spread(text):
    """The same tokens with other white space and comments."""
    chance = random.choice([0, 0, 0.02, 0.1, 0.5])
    words = [word for word in TOKEN.findall(text) if not word.isspace() and word[:2] != "//"]
    parts = [gap(False, chance)]
    for word, following in zip(words, words[1:] + [""]):
        is_needed = re.match(r"\w", word[-1:]) and re.match(r"\w", following[:1])
        parts += [word, gap(is_needed, chance)]
    return "".join(parts)


def random_widths():
    return random.randint(40, 120), random.randint(1, 8)


def cases(files, count):
    if not files:
        for _ in range(count):
            text = "".join(policy() for _ in range(random.randint(1, 3)))
            yield spread(text), *random_widths()
    for path in files:
        with open(path, encoding="utf-8", newline="\n") as file:
            for line in file:
                text = json.loads(line).get("policies")
                if isinstance(text, str):
                    yield text, 80, 2
                    yield text, *random_widths()


def reference(text, line_width, indent_width):
    try:
        return cedarpy.format_policies(text, line_width, indent_width)
    except ValueError:
        return None


def compare(writ, text, line_width, indent_width):
    run = subprocess.run(
        [writ, "format", "-l", str(line_width), "-i", str(indent_width)],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    ours = run.stdout.decode() if run.returncode == 0 else None
    theirs = reference(text, line_width, indent_width)
    if ours == theirs:
        return "refused" if ours is None else "same"
    if ours is not None and theirs is not None:
        if comments(theirs) != comments(text) and comments(ours) == comments(text):
            return "comment lost"
        if settled(theirs, line_width, indent_width) == ours:
            return "settled"
    print(f"\n== {line_width} {indent_width}\n{text}\n-- ours\n{ours}\n-- reference\n{theirs}")
    return "different"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="*", help="JSON Lines; default: random policies")
    parser.add_argument("--writ", default=".build/debug/writ", help="the program to compare")
    parser.add_argument("--count", type=int, default=1000, help="random cases (default: 1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--print", action="store_true", help="print the cases and end")
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    counts = collections.Counter()
    for text, line_width, indent_width in cases(arguments.files, arguments.count):
        if arguments.print:
            row = {"input": text, "lineWidth": line_width, "indentWidth": indent_width}
            print(json.dumps(row, ensure_ascii=False))
        else:
            counts[compare(arguments.writ, text, line_width, indent_width)] += 1
    if counts:
        print(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
