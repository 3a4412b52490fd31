#!/usr/bin/env python3
"""Compares Writ's coding of HTTP/2 headers with the `hpack` library of Python.

Connections of one to twelve blocks: fields that recur, fields of any bytes, each in a representation
chosen by chance (indexed, remembered, not remembered, never to be remembered; its name by index or
spelled out; each text in Huffman code or not), changes of the table's size, lists beyond the limit. The
last block of some connections is damaged. `hpack` says what a block means or that it means nothing, and
Writ must say the same. Writ may refuse more: integers of more than six bytes, a third change of size in
a block, and blocks that are made to be expensive. Every list is also encoded by Writ and decoded by
`hpack`. Example:

    swift build -c release
    Tests/Differential/headers.py --seed 1 --count 100000

With `--record FILE` nothing is compared: the connections are written down with what `hpack` says, as
the tests replay them.

Exit codes: 0 no differences, 1 differences, 2 it could not be run.
"""

import argparse
import collections
import importlib.metadata
import random
import struct
import subprocess
import sys

VERSION = "4.2.0"

try:
    import hpack
    from hpack import huffman, huffman_constants, table

    installed = importlib.metadata.version("hpack")
except ImportError:
    installed = "not installed"
if installed != VERSION:
    print(f"error: hpack is {installed}: run `pip install hpack=={VERSION}`", file=sys.stderr)
    sys.exit(2)

HUFFMAN = huffman.HuffmanEncoder(
    huffman_constants.REQUEST_CODES, huffman_constants.REQUEST_CODES_LENGTH
)
UNLIMITED = 1 << 40
ERRORS = [
    "truncated", "integerTooLong", "indexZero", "indexOutOfRange", "sizeUpdateMisplaced",
    "sizeUpdateTooLarge", "huffmanEnd", "huffmanPadding", "expansion",
]
# What Writ refuses beyond `hpack`.
STRICTER = {"integerTooLong", "sizeUpdateMisplaced", "expansion"}
FAILED = None


def integer(number, bits, mark):
    """An integer as RFC 7541 section 5.1 has it, beside the bits of `mark`."""
    coded = hpack.hpack.encode_integer(number, bits)
    coded[0] |= mark
    return bytes(coded)


class Sender:
    """Encodes lists in every way there is, by chance; keeps the table as the receiver must."""

    def __init__(self, random, limit):
        self.random = random
        self.limit = limit
        self.broken = False
        self.table = table.HeaderTable()
        self.table.maxsize = min(limit, 4096)

    def text(self, text):
        if self.random.random() < 0.5:
            coded = HUFFMAN.encode(text)
            if self.broken and self.random.random() < 0.2:
                # Ones where text should be: its end, or padding of more than seven bits.
                place = self.random.randrange(len(coded) + 1)
                coded = coded[:place] + b"\xff" * self.random.randint(1, 6) + coded[place:]
            return integer(len(coded), 7, 0x80) + coded
        return integer(len(text), 7, 0) + text

    def resize(self):
        """One change of size, or two of which the first is the smaller."""
        sizes = sorted(self.random.randint(0, self.limit) for _ in range(self.random.choice((1, 1, 2))))
        if self.random.random() < 0.3:
            sizes[-1] = self.limit
        for size in sizes:
            self.table.maxsize = size
        return b"".join(integer(size, 5, 0x20) for size in sizes)

    def field(self, name, value):
        found = self.table.search(name, value)
        index, exact = (found[0], found[2] is not None) if found else (0, False)
        if exact and self.random.random() < 0.8:
            return integer(index, 7, 0x80)
        if index and self.random.random() < 0.2:
            index = 0
        bits, mark = self.random.choice(((6, 0x40), (6, 0x40), (4, 0x00), (4, 0x10)))
        coded = integer(index, bits, mark)
        if not index:
            coded += self.text(name)
        coded += self.text(value)
        if mark == 0x40:
            self.table.add(name, value)
        return coded

    def block(self, fields):
        start = self.resize() if self.random.random() < 0.15 else b""
        return start + b"".join(self.field(name, value) for name, value in fields)


class Lists:
    """Makes lists of fields."""

    LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789-_./:; =+%ABCDEFXYZ"

    def __init__(self, random, longest):
        self.random = random
        self.longest = longest
        self.pool = [self.fresh() for _ in range(random.randint(1, 60))]

    def text(self, most):
        length = min(most, int(self.random.expovariate(1 / 12)))
        shape = self.random.random()
        if shape < 0.02:
            length = self.random.randint(0, self.longest)
        if shape < 0.15:
            return self.random.randbytes(length)
        return bytes(self.random.choices(self.LETTERS, k=length))

    def fresh(self):
        shape = self.random.random()
        if shape < 0.3:
            return self.random.choice(table.HeaderTable.STATIC_TABLE)
        if shape < 0.5:
            return self.random.choice(table.HeaderTable.STATIC_TABLE)[0], self.text(200)
        if shape < 0.6:
            trace = f"00-{self.random.getrandbits(128):032x}-{self.random.getrandbits(64):016x}-01"
            return b"traceparent", trace.encode()
        return self.text(40), self.text(200)

    def next(self):
        length = min(80, int(self.random.expovariate(1 / 8)))
        return [
            self.random.choice(self.pool) if self.random.random() < 0.8 else self.fresh()
            for _ in range(length)
        ]


def damage(random, block):
    """A copy of a block with something wrong, or by chance nothing."""
    bad = bytearray(block)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        place = random.randrange(len(bad) + 1)
        what = random.random()
        if what < 0.5 and place < len(bad):
            bad[place] ^= 1 << random.randrange(8)
        elif what < 0.65:
            del bad[place:]
        elif what < 0.8:
            del bad[place : place + random.randint(1, 4)]
        elif what < 0.9:
            bad[place:place] = random.randbytes(random.randint(1, 4))
        elif what < 0.93:
            bad[place:place] = b"\xff" * random.randint(2, 8)
        else:
            bad[place:place] = bytes([random.choice((0x20, 0x3F, 0x80, 0xFF, 0x7F, 0x0F, 0x00))])
    return bytes(bad)


def expected(decoder, block):
    try:
        return [(bytes(name), bytes(value)) for name, value in decoder.decode(block, raw=True)]
    except hpack.HPACKError:
        return FAILED


def within(fields, limit):
    """The fields that are lent: all, or those before the first that passes the limit."""
    size = 0
    for index, (name, value) in enumerate(fields):
        size += len(name) + len(value) + 32
        if size > limit:
            return fields[:index]
    return fields


class Probe:
    """Writ's side."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, *parts):
        self.process.stdin.write(b"".join(parts))
        self.process.stdin.flush()

    def number(self):
        return struct.unpack("<I", self.read(4))[0]

    def read(self, count):
        data = self.process.stdout.read(count)
        if len(data) != count:
            sys.exit(f"error: header-probe ended: {self.process.wait()}")
        return data

    def begin(self, size, limit):
        self.process.stdin.write(struct.pack("<cII", b"N", size, limit))

    def decode(self, block):
        self.send(struct.pack("<cI", b"B", len(block)), block)
        status = self.read(1)[0]
        fields = []
        for _ in range(self.number()):
            name, value = self.number(), self.number()
            fields.append((self.read(name), self.read(value)))
        return status, fields

    def encode(self, fields):
        parts = [struct.pack("<II", len(n), len(v)) + n + v for n, v in fields]
        self.send(struct.pack("<cI", b"E", len(fields)), *parts)
        return self.read(self.number())


def symbols():
    """Every byte in Huffman code, from alone to more than fit in a word."""
    decoder = hpack.Decoder(max_header_list_size=UNLIMITED)
    rows = []
    for byte in range(256):
        coded = HUFFMAN.encode(bytes([byte]) * (1 + byte % 9))
        block = b"\x04" + integer(len(coded), 7, 0x80) + coded
        rows.append((block, expected(decoder, block)))
    return 4096, 65536, rows


def connections(seed, count, longest):
    """Connections with `count` blocks in all: size of the table, limit of the list, blocks, and what
    each means."""
    chance = random.Random(seed)
    yield symbols()
    blocks = 0
    while blocks < count:
        size = chance.choice((0, 33, 64, 256, 1000, 4096, 4096, 4096, 4096, 20000, 65536))
        limit = chance.choice((0, 100, 1000, 8192, 65536, 65536, 65536, 1 << 20))
        lists, sender = Lists(chance, longest), Sender(chance, size)
        decoder = hpack.Decoder(max_header_list_size=UNLIMITED)
        decoder.max_allowed_table_size = size
        decoder.header_table_size = min(size, 4096)
        rows = []
        for _ in range(min(count - blocks, chance.randint(1, 12))):
            fields = lists.next()
            block = sender.block(fields)
            rows.append((block, expected(decoder, block)))
            blocks += 1
            if rows[-1][1] != fields:
                sys.exit("error: `hpack` does not decode what was encoded for it")
        if chance.random() < 0.5:
            sender.broken = chance.random() < 0.5
            block = sender.block(lists.next())
            if not sender.broken:
                block = damage(chance, block)
            rows.append((block, expected(decoder, block)))
        yield size, limit, rows


def record(path, seed, count, longest):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"# headers.py --seed {seed} --count {count} --longest {longest}, hpack {VERSION}\n")
        for size, limit, rows in connections(seed, count, longest):
            file.write(f"connection {size} {limit}\n")
            for block, fields in rows:
                file.write(f"block {block.hex()}\n")
                if fields is FAILED:
                    file.write("failed\n")
                    continue
                for name, value in fields:
                    file.write(f"field {name.hex()} {value.hex()}\n")


def compare(path, seed, count, longest):
    probe = Probe(path)
    counts = collections.Counter()
    for size, limit, rows in connections(seed, count, longest):
        probe.begin(size, limit)
        for block, fields in rows:
            status, got = probe.decode(block)
            error = ERRORS[status - 2] if status > 1 else None
            if fields is FAILED:
                counts[f"refused: {error}"] += 1
                same = error is not None
            elif error in STRICTER:
                counts[f"refused by Writ only: {error}"] += 1
                same = True
            else:
                lent = within(fields, limit)
                counts["whole" if len(lent) == len(fields) else "too long"] += 1
                counts["fields"] += len(fields)
                same = error is None and got == lent and (status == 1) == (len(lent) < len(fields))
                back = expected(hpack.Decoder(max_header_list_size=UNLIMITED), probe.encode(fields))
                if back != fields:
                    print(f"encoded differently: {fields}")
                    counts["differences"] += 1
            if not same:
                counts["differences"] += 1
                print(f"table {size}, limit {limit}, block {block.hex()}: {status} {got}, not {fields}")
            if error:
                break
    probe.process.stdin.close()
    for name, number in sorted(counts.items()):
        print(f"{number:9} {name}")
    return counts["differences"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    parser.add_argument("--count", type=int, default=10000, help="whole blocks (10,000)")
    parser.add_argument("--longest", type=int, default=6000, help="bytes of a long text (6000)")
    parser.add_argument("--probe", default=".build/release/header-probe", help="the program compared")
    parser.add_argument("--record", metavar="FILE", help="write the connections down instead")
    arguments = parser.parse_args()
    if arguments.record:
        record(arguments.record, arguments.seed, arguments.count, arguments.longest)
        return 0
    try:
        differences = compare(
            arguments.probe, arguments.seed, arguments.count, arguments.longest
        )
        return 1 if differences else 0
    except FileNotFoundError as error:
        print(f"error: {error}: run `swift build -c release`", file=sys.stderr)
        return 2


sys.exit(main())
