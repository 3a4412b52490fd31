#!/usr/bin/env python3
"""Compares Writ's side of HTTP/2 connections with the `h2` library of Python.

A client's conversation with calls of every shape, in which one or two frames are moved, doubled, left
out or changed by chance, is served by both. Where `h2` takes everything, Writ must take everything and
serve the same messages; where `h2` ends the connection or resets a stream, Writ must do one of both,
after the same messages. Where the two differ by right, `lenience` and `strictness` say why. Example:

    swift build -c release
    Tests/Differential/connections.py --seed 1 --count 100000

With `--record FILE` the conversations on which both agree are written down, as the tests replay them.

Exit codes: 0 no differences, 1 differences, 2 it could not be run.
"""

import argparse
import collections
import importlib.metadata
import random
import struct
import subprocess
import sys

VERSION = "4.4.1"

try:
    import h2.config
    import h2.connection
    import h2.events
    import h2.exceptions
    import h2.settings

    installed = importlib.metadata.version("h2")
except ImportError:
    installed = "not installed"
if installed != VERSION:
    print(f"error: h2 is {installed}: run `pip install h2=={VERSION}`", file=sys.stderr)
    sys.exit(2)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
REQUEST = [(":method", "POST"), (":scheme", "http"), (":path", "/echo"), (":authority", "pdp")]


def frame(kind, flags=0, stream=0, payload=b""):
    """A frame: RFC 9113 section 4.1."""
    head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags])
    return head + struct.pack(">I", stream) + payload


def block(fields):
    """A header block of literals that nobody remembers."""

    def text(value):
        return bytes([len(value)]) + value.encode()

    return b"".join(b"\0" + text(name) + text(value) for name, value in fields)


def headers(stream, fields=REQUEST, ends=False):
    return frame(1, 4 | ends, stream, block(fields))


def data(stream, content, ends=True):
    return frame(0, int(ends), stream, content)


def settings(*values):
    return frame(4, 0, 0, b"".join(struct.pack(">HI", *value) for value in values))


def update(stream, increment):
    return frame(8, 0, stream, struct.pack(">I", increment))


FIELDS = block(REQUEST)
CONVERSATION = [
    settings((4, 1000), (5, 20000)),
    frame(4, 1),
    headers(1),
    data(1, b"deny"),
    update(0, 1000),
    frame(2, 0, 9, b"\0\0\0\1\7"),
    frame(1, 0x2C, 3, b"\2\0\0\0\0\x09" + FIELDS + b"\0\0"),
    frame(0, 8, 3, b"\3\5\6\0\0\0"),
    frame(6, 0, 0, b"12345678"),
    headers(5, REQUEST + [("te", "trailers"), ("content-length", "4")]),
    data(5, b"\1\2", False),
    frame(0, 9, 3, b"\0"),
    data(5, b"\3\4", False),
    headers(5, [("x-end", "1")], True),
    frame(1, 0, 7, FIELDS[:11]),
    frame(9, 0, 7, FIELDS[11:30]),
    frame(9, 4, 7, FIELDS[30:]),
    data(7, b"hello"),
    headers(11),
    update(11, 7),
    frame(3, 0, 11, b"\0\0\0\x08"),
    frame(99, 255, 3, b"\1\2\3"),
    settings((4, 70000)),
    headers(13),
    data(13, b"abc", False),
    update(13, 5),
    data(13, b"def"),
    headers(15, REQUEST, True),
    frame(6, 1, 0, b"87654321"),
]


def conversation(chance):
    """The conversation with one or two frames spoiled."""
    frames = [bytearray(part) for part in CONVERSATION]
    for _ in range(chance.randint(1, 2)):
        index = chance.randrange(len(frames))
        other = chance.randrange(len(frames))
        one = frames[index]
        match chance.randrange(9):
            case 0:
                frames[index], frames[other] = frames[other], frames[index]
            case 1:
                frames.insert(other, bytearray(one))
            case 2:
                del frames[index]
            case 3:
                one[3] = chance.randrange(11)
            case 4:
                one[4] ^= 1 << chance.randrange(8)
            case 5:
                one[8] = chance.randrange(18)
            case 6:
                one[2] = (one[2] + chance.choice([1, 255])) & 255
            case _:
                one[chance.randrange(len(one))] = chance.randrange(256)
    return PREFACE + b"".join(bytes(part) for part in frames)


def parts(content):
    """The preface and the frames."""
    yield content[:24]
    yield from frames(content[24:])


def frames(content):
    """The frames, as their lengths say, and what is left."""
    place = 0
    while place < len(content):
        size = 9 + int.from_bytes(content[place : place + 3], "big")
        yield content[place : place + size]
        place += size


class Judge:
    """A server made of `h2` that answers every call with what it was sent."""

    def __init__(self):
        configuration = h2.config.H2Configuration(client_side=False, header_encoding=None)
        self.connection = h2.connection.H2Connection(configuration)
        codes = h2.settings.SettingCodes
        self.connection.local_settings = h2.settings.Settings(
            client=False,
            initial_values={
                codes.MAX_CONCURRENT_STREAMS: 1000,
                codes.MAX_HEADER_LIST_SIZE: 16384,
                codes.INITIAL_WINDOW_SIZE: 65535,
            },
        )
        self.connection.initiate_connection()
        self.messages = {}
        self.served = []
        self.resets = 0
        self.error = None

    def serve(self, content):
        try:
            for part in parts(content):
                for event in self.connection.receive_data(part):
                    self.take(event)
            self.resets = sum(
                1 for part in frames(self.connection.data_to_send()) if part[3] == 3
            )
        except h2.exceptions.ProtocolError as error:
            self.error = f"{type(error).__name__} {error}"
        except Exception as error:  # flaws of the library: the conversation says nothing
            self.error = f"flaw: {error!r}"

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.messages[event.stream_id] = b""
        elif isinstance(event, h2.events.DataReceived):
            self.messages[event.stream_id] += event.data
            if event.flow_controlled_length:
                self.connection.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id
                )
        elif isinstance(event, h2.events.StreamEnded):
            self.answer(event.stream_id)

    def answer(self, stream):
        message = self.messages[stream]
        self.served.append("=" + message.hex())
        try:
            self.connection.send_headers(stream, [(b":status", b"200")])
            if message:
                self.connection.send_data(stream, message)
            self.connection.send_headers(stream, [(b"end", b"1")], end_stream=True)
        except h2.exceptions.FlowControlError:
            pass

    @property
    def is_refusal(self):
        return self.error is not None or self.resets > 0


class Probe:
    """Writ."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def serve(self, content):
        self.process.stdin.write(content.hex() + "\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        if not words:
            print("error: the probe has ended", file=sys.stderr)
            sys.exit(1)
        error = None if words[0] == "-" else int(words[0])
        served = [word for word in words[1:] if word.startswith("=")]
        resets = [word for word in words[1:] if "!" in word]
        return error, served, resets


def difference(judge, error, served, resets):
    """What is between the two verdicts; None when they agree."""
    refuses = error is not None or bool(resets)
    if judge.is_refusal and not refuses:
        return "lenient"
    if refuses and not judge.is_refusal:
        return "strict"
    if not refuses and served != judge.served:
        return "messages"
    return None


def turning_point(content, refuses):
    """The number and the bytes of the first part that is refused, and whether it is whole."""
    everything = list(parts(content))
    for number in range(1, len(everything) + 1):
        if refuses(b"".join(everything[:number])):
            break
    last = everything[number - 1]
    is_whole = number == 1 or len(last) == 9 + int.from_bytes(last[:3], "big")
    return number, last, is_whole


def strictness(probe, content):
    """Why Writ may refuse what `h2` takes; None when it may not."""

    def refuses(beginning):
        error, _, resets = probe.serve(beginning)
        return error is not None or bool(resets)

    number, last, is_whole = turning_point(content, refuses)
    error, _, _ = probe.serve(content)
    if not is_whole:
        return "a frame is too long or out of place, which is told before it is whole"
    if number == 2 and (last[3] != 4 or last[4] & 1):
        return "the first frame is not SETTINGS (section 3.4)"
    if last[3] == 4 and error == 1 and b"\0\x09" in last:
        return "SETTINGS_NO_RFC7540_PRIORITIES beyond 1 (RFC 9218 section 2.1)"
    if last[3] in (3, 5) and error == 1:
        return "RST_STREAM of an idle stream, or PUSH_PROMISE (sections 6.4, 8.4)"
    if last[3] in (1, 9):
        return "trailers end a message of another length, or a field is malformed (section 8)"
    return None


def lenience(content):
    """Why Writ may take what `h2` refuses; None when it may not."""

    def judged(beginning):
        judge = Judge()
        judge.serve(beginning)
        return judge

    _, last, is_whole = turning_point(content, lambda beginning: judged(beginning).is_refusal)
    words = judged(content).error or ""
    if not is_whole:
        return "a frame that is not whole yet is judged when it is"
    if last[3] == 10:
        return "ALTSVC means nothing to a server (RFC 7838 section 4)"
    if last[3] == 8 and last[9] & 128:
        return "the reserved bit of WINDOW_UPDATE is ignored (section 6.9)"
    if "CLOSED" in words:
        return "what comes behind GOAWAY is not looked at"
    if ":authority" in words:
        return "a request may have no authority"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probe", default=".build/release/connection-probe")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--record", metavar="FILE")
    arguments = parser.parse_args()
    try:
        probe = Probe(arguments.probe)
    except FileNotFoundError as error:
        print(f"error: {error}: run `swift build -c release`", file=sys.stderr)
        sys.exit(2)
    chance = random.Random(arguments.seed)
    figures = collections.Counter()
    differences = 0
    recorded = []
    for _ in range(arguments.count):
        content = conversation(chance)
        judge = Judge()
        judge.serve(content)
        error, served, resets = probe.serve(content)
        kind = difference(judge, error, served, resets)
        verdict = "refused" if judge.is_refusal else "taken"
        if kind is None:
            figures[verdict] += 1
            words = [verdict] if judge.is_refusal else [verdict, *judge.served]
            recorded.append(" ".join([content.hex(), *words]))
            continue
        reason = {"strict": lambda: strictness(probe, content), "lenient": lambda: lenience(content)}
        why = reason[kind]() if kind in reason else None
        if why is not None:
            figures[f"{kind}: {why}"] += 1
            continue
        differences += 1
        print(f"{kind}: h2 {judge.error} {judge.resets} {judge.served}")
        print(f"  Writ {error} {resets} {served}\n  {content.hex()}")
    for name, number in figures.most_common():
        print(f"{number:8} {name}")
    if arguments.record:
        with open(arguments.record, "w", encoding="ascii") as file:
            file.write("\n".join(recorded) + "\n")
        return
    print(f"{arguments.count} conversations, {differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
