"""Random spellings: names, texts, escapes and JSON."""

import json

# Texts with what goes wrong in strings: quotes, escapes, combining and astral characters, wildcards.
TEXTS = [
    "", "a", "b", "ab", "abc", "a*b", "*", "\\", "it's", 'say "x"', "e\u0301", "\u00e9", "\u0301",
    "\U0001f600", "\n", "\t", "\0", "\x7f", "\u200b", "\u202e", "\ufeff", " ", "a b", "1", "true",
    "10.0.0.1", "1.5", "2024-01-01", "1h", "User", 'User::"a"', "\u2028", "\ue000", "\U000e0001",
    "\u0430", "\r",
]

# Unquoted names cannot be these.
RESERVED = {"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"}

INTEGERS = [
    0, 1, 2, 3, -1, -2, 7, 10, 60, 1000, 86400000, 4294967296, 9223372036854775807,
    -9223372036854775808, 9223372036854775806, -9223372036854775807, 3037000500,
]

DECIMALS = [
    "0.0", "1.5", "-1.5", "1.0", "1.0000", "-0.5", "922337203685477.5807", "-922337203685477.5808",
    "0.0001", "00.1",
]
BAD_DECIMALS = ["1", "1.", ".5", "1.00000", "+1.0", "922337203685477.5808", "1e2", "", "1.5 ", "-"]
ADDRESSES = [
    "10.0.0.1", "10.0.0.0/8", "127.0.0.1", "127.0.0.1/8", "224.0.0.1", "::1", "::", "ff00::1",
    "2001:db8::1/32", "10.0.0.1/32", "0.0.0.0/0", "1:2:3:4:5:6:7:8", "::ffff:a00:1", "127.0.0.1/7",
]
BAD_ADDRESSES = [
    "10.0.0", "10.0.0.01", "10.0.0.1/33", "10.0.0.1/08", "::1/129", ":::1", "::ffff:10.0.0.1",
    "fe80::1%eth0", "", "1:2:3:4:5:6:7::8", "10.0.0.256", "::1/", " 10.0.0.1", "12345::",
]
DATETIMES = [
    "2024-01-01", "1970-01-01", "0000-01-01", "9999-12-31", "2024-02-29", "2024-01-01T00:00:00Z",
    "2024-01-01T01:02:03.456Z", "2024-01-01T00:00:00+0130", "2024-01-01T23:59:59.999-2359",
    "1969-12-31T23:59:59.999Z",
]
BAD_DATETIMES = [
    "2023-02-29", "2024-1-1", "2024-01-01T00:00:00", "2024-01-01t00:00:00Z", "2024-13-01",
    "2024-01-01T24:00:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.1Z",
    "2024-01-01T00:00:00+01:30", "2024-01-01T00:00:00+2400", "", "24-01-01", "10000-01-01",
    "2024-01-01Z",
]
DURATIONS = [
    "1h", "60m", "1d2h3m4s5ms", "-1d", "0s", "1000ms", "1s", "9223372036854775807ms",
    "-9223372036854775808ms", "25h",
]
BAD_DURATIONS = ["1", "1h1d", "", "-", "1.5h", "9223372036854775808ms", "+1h", "1H", "1h ", "1y"]

EXTENSIONS = {
    "decimal": ("decimal", DECIMALS, BAD_DECIMALS),
    "ipaddr": ("ip", ADDRESSES, BAD_ADDRESSES),
    "datetime": ("datetime", DATETIMES, BAD_DATETIMES),
    "duration": ("duration", DURATIONS, BAD_DURATIONS),
}


def is_identifier(name):
    return name.isascii() and name.replace("_", "a").isalnum() and not name[0].isdigit() if name else False


def escaped(random, character, pattern=False):
    """A character as it may stand between quotes; in patterns a star of its own is escaped."""
    code = ord(character)
    plain = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "\0": "\\0", '"': '\\"'}
    if pattern and character == "*":
        return "\\*"
    if character in plain and (character not in "\n\t" or random.random() < 0.9):
        return plain[character]
    chance = random.random()
    if pattern and character == "*":
        return "\\*"
    if chance < 0.02 and character == "'":
        return "\\'"
    if chance < 0.04:
        return "\\u{%x}" % code
    if chance < 0.05 and code < 0x80:
        return "\\x%02x" % code
    return character


def quoted(random, text):
    return '"' + "".join(escaped(random, c) for c in text) + '"'


def extension_text(random, name, good=0.93):
    _, valid, invalid = EXTENSIONS[name]
    return random.choice(valid if random.random() < good else invalid)


def dumps(random, value):
    """A value as JSON in one of many spellings."""
    style = random.random()
    if style < 0.6:
        return json.dumps(value, ensure_ascii=False)
    if style < 0.8:
        return json.dumps(value, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, indent=random.choice([0, 1, "\t"]))
