"""Tests of the Python client against a real server, and against servers that lie.

usage: test_writ_client.py WRIT [unittest options]
"""
import datetime
import decimal
import ipaddress
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Sources" / "WritClient" / "python"))
from writ_client import (  # noqa: E402
    Answer, Cause, Client, ConnectionFailed, Entity, Evidence, InvalidRequest, MalformedResponse,
    Obligation, ObligationKind, Refused, Request, Verdict, WritError)

WRIT = ""
VIEW, BEACH = Entity("Action", "view"), Entity("Photo", "beach")
ALICE, BOB = Entity("User", "alice"), Entity("User", "bob")

POLICIES = r"""
@id("friends-view") @reason("Friends see photos.") @header("x-seen-by: writ")
permit (principal in Group::"friends", action == Action::"view", resource);

@id("slow-down") @status("429") @reason("Later.")
forbid (principal, action == Action::"burst", resource);

@id("values")
permit (principal, action == Action::"compare", resource) when {
  context.yes && !context.no && context.low == -9223372036854775808 &&
  context.high == 9223372036854775807 && context.empty == "" &&
  context.text == "eight by" && context.words == "naïve \u{1F600} text" &&
  context.price == decimal("12.34") && context.debt == decimal("-0.0001") &&
  context.at == datetime("2026-11-21T12:30:00.250Z") && context.span == duration("-1h30m") &&
  context.four == ip("192.0.2.7") && context.six == ip("2001:db8::1") &&
  context.net == ip("10.0.0.0/8") && context.host == ip("10.1.2.3/8") &&
  context.numbers == [3, 1, 2] && context.friends == [User::"alice", User::"bob"] &&
  context.none == [] && context.mixed == [1, "1", true, [1], {a: 1}] &&
  context.record == {a: {b: {c: "deep"}}, "an odd key": 1} && context.who == Bank::User::"ü" &&
  context.long.like_none == {} && context.many.contains("k99") && context.many.contains("k0")
};

@id("proven")
permit (principal == User::"alice", action == Action::"prove", resource) when {
  context.verified.token.issuer == "https://login.example.org" &&
  context.verified.sourceIp == ip("192.0.2.7") && context.verified.http.method == "GET"
};
"""

VALUES = {
    "yes": True, "no": False, "low": -(1 << 63), "high": (1 << 63) - 1, "empty": "",
    "text": "eight by", "words": "naïve \U0001F600 text", "price": decimal.Decimal("12.340"),
    "debt": decimal.Decimal("-0.0001"),
    "at": datetime.datetime(2026, 11, 21, 13, 30, 0, 250_000,
                            tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    "span": -datetime.timedelta(hours=1, minutes=30),
    "four": ipaddress.ip_address("192.0.2.7"), "six": ipaddress.ip_address("2001:db8::1"),
    "net": ipaddress.ip_network("10.0.0.0/8"), "host": ipaddress.ip_interface("10.1.2.3/8"),
    "numbers": [1, 2, 3, 3], "friends": {ALICE, BOB}, "none": (),
    "mixed": [[1], {"a": 1}, True, "1", 1], "record": {"a": {"b": {"c": "deep"}}, "an odd key": 1},
    "who": Entity("Bank::User", "ü"), "long": {"like_none": {}},
    "many": {f"k{index}" for index in range(100)},
}


class Server:
    """A `writ serve` in a folder of its own."""

    def __init__(self, more: str = "", socket_more: str = "") -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="writ-python-")
        root = pathlib.Path(self.folder.name)
        (root / "policies.cedar").write_text(POLICIES)
        (root / "entities.json").write_text(json.dumps([
            {"uid": {"type": "Group", "id": "friends"}, "attrs": {}, "parents": []},
            {"uid": {"type": "User", "id": "alice"}, "attrs": {},
             "parents": [{"type": "Group", "id": "friends"}]}]))
        self.run("store", "import", "--store", str(root / "store"), str(root / "entities.json"))
        self.path = str(root / "run" / "writ.sock")
        (root / "writ.yaml").write_text(
            f"policies: policies.cedar\nstore: store\n{more}"
            f"socket:\n  path: {self.path}\n  threads: 1\n{socket_more}")
        self.log = open(root / "log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([WRIT, "serve", "--config", str(root / "writ.yaml")],
                                        stderr=self.log)
        until = time.monotonic() + 20
        while not os.path.exists(self.path):
            if time.monotonic() > until or self.process.poll() is not None:
                raise AssertionError("the server did not start: "
                                     + (root / "log").read_text())
            time.sleep(0.02)

    @staticmethod
    def run(*words: str) -> None:
        subprocess.run([WRIT, *words], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        self.log.close()
        self.folder.cleanup()


class WithServer(unittest.TestCase):
    more, socket_more = "", ""

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Server(cls.more, cls.socket_more)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self) -> None:
        self.client = Client(self.server.path)
        self.addCleanup(self.client.close)


class RefusedRequests(WithServer):
    def refused(self, **more: object) -> None:
        with self.assertRaises(InvalidRequest):
            self.client.authorize(VIEW, BEACH, **{"principal": ALICE, **more})

    def test_values_that_cedar_does_not_have(self) -> None:
        deep: object = 1
        for _ in range(200):
            deep = [deep]
        for value in (1 << 63, -(1 << 63) - 1, 1.5, None, b"x", object(), "\ud800", deep,
                      decimal.Decimal("0.00001"), decimal.Decimal("NaN"),
                      decimal.Decimal("Infinity"), decimal.Decimal("1e400000"),
                      datetime.datetime(2026, 1, 1), datetime.timedelta(microseconds=1), {1: 2}):
            with self.subTest(repr(value)[:40]):
                self.refused(context={"value": value})
        self.refused(context={7: True})

    def test_questions_without_their_parts(self) -> None:
        self.refused(principal=None)
        self.refused(principal="alice")
        self.refused(at_least_revision=-1)
        self.refused(context={"text": "x" * (1 << 20)})
        with self.assertRaises(InvalidRequest):
            self.client.authorize_batch([])
        # The connection was not touched.
        self.client.ping()

    def test_nobody_answers(self) -> None:
        with Client(self.server.path + ".not") as client:
            with self.assertRaises(ConnectionFailed):
                client.authorize(VIEW, BEACH, principal=ALICE)
            self.assertIs(client.is_allowed(VIEW, BEACH, principal=ALICE), False)

    def test_a_server_of_another_user(self) -> None:
        with Client(self.server.path, server_uids=[os.getuid() + 1]) as client:
            with self.assertRaises(ConnectionFailed):
                client.ping()
        with Client(self.server.path, server_uids=[os.getuid()]) as client:
            client.ping()

    def test_evidence_without_identities(self) -> None:
        answer = self.client.authorize(
            VIEW, BEACH, principal=ALICE, evidence=Evidence(source_ip="192.0.2.7"))
        self.assertFalse(answer)
        self.assertIs(answer.cause, Cause.UNAUTHORIZED_PEER)
        self.assertEqual(answer.detail, "not_a_gateway")

    def test_a_revision_that_is_not_there(self) -> None:
        answer = self.client.authorize(
            VIEW, BEACH, principal=ALICE, at_least_revision=1000, deadline=0.05)
        self.assertIs(answer.verdict, Verdict.DENY)
        self.assertIs(answer.cause, Cause.STALE_REVISION)


class Decisions(WithServer):
    def test_allow_and_deny(self) -> None:
        answer = self.client.authorize(VIEW, BEACH, principal=ALICE)
        self.assertTrue(answer)
        self.assertIs(answer.verdict, Verdict.ALLOW)
        self.assertEqual(answer.reasons, ("friends-view",))
        self.assertEqual(set(answer.obligations), {
            Obligation(ObligationKind.REASON, "", "Friends see photos."),
            Obligation(ObligationKind.HEADER, "x-seen-by", "writ")})
        self.assertNotEqual(answer.policy_version, 0)
        denied = self.client.authorize(VIEW, BEACH, principal=BOB)
        self.assertFalse(denied)
        self.assertEqual((denied.cause, denied.reasons, denied.obligations), (Cause.DECIDED, (), ()))
        self.assertNotEqual(answer.decision_id, denied.decision_id)
        self.assertIs(self.client.is_allowed(VIEW, BEACH, principal=ALICE), True)
        self.assertIs(self.client.is_allowed(VIEW, BEACH, principal=BOB), False)

    def test_a_deny_has_its_status(self) -> None:
        answer = self.client.authorize(Entity("Action", "burst"), BEACH, principal=ALICE)
        self.assertEqual(answer.reasons, ("slow-down",))
        self.assertIn(Obligation(ObligationKind.STATUS, "", "429"), answer.obligations)

    def test_every_kind_of_value(self) -> None:
        compare = Entity("Action", "compare")
        answer = self.client.authorize(compare, BEACH, principal=BOB, context=VALUES)
        self.assertTrue(answer, answer)
        # Each of them counts.
        for name in VALUES:
            with self.subTest(name):
                others = {**VALUES, name: Entity("No", "value")}
                self.assertFalse(
                    self.client.authorize(compare, BEACH, principal=BOB, context=others))

    def test_texts_of_every_length(self) -> None:
        for length in range(0, 40):
            answer = self.client.authorize(
                VIEW, Entity("Photo", "é" * length), principal=ALICE,
                context={"a" * length: "b" * length})
            self.assertTrue(answer, (length, answer))

    def test_batches(self) -> None:
        answers = self.client.authorize_batch(
            [Request(VIEW, BEACH, principal=who) for who in (ALICE, BOB, ALICE)])
        self.assertEqual([bool(answer) for answer in answers], [True, False, True])
        answers = self.client.authorize_batch([Request(VIEW, BEACH, principal=ALICE)] * 5000)
        self.assertEqual(len(answers), 5000)
        self.assertEqual({answer.cause for answer in answers}, {Cause.TOO_LARGE})

    def test_threads_take_turns(self) -> None:
        wrong = []

        def ask(who: Entity) -> None:
            for _ in range(100):
                if bool(self.client.authorize(VIEW, BEACH, principal=who)) != (who == ALICE):
                    wrong.append(who)

        threads = [threading.Thread(target=ask, args=(who,)) for who in (ALICE, BOB) * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class ProvenIdentities(WithServer):
    more = """identity:
  trust: {domains: {}}
  tokens:
    - {issuer: 'https://login.example.org', audiences: [writ], introspection: true}
  principals:
    - {token: 'https://login.example.org', type: User, id: sub}
"""
    socket_more = f"  gateways: {{users: [{os.getuid()}]}}\n"

    def answer(self, **changes: object) -> Answer:
        claims = {"active": True, "iss": "https://login.example.org", "sub": "alice", "aud": "writ",
                  "exp": int(time.time()) + 60, **changes}
        return self.client.authorize(Entity("Action", "prove"), BEACH, evidence=Evidence(
            introspection=json.dumps(claims), source_ip="192.0.2.7", http={"method": "GET"}))

    def test_refusals(self) -> None:
        for changes, code in (({"active": False}, "token_inactive"),
                              ({"aud": "other"}, "token_wrong_audience"),
                              ({"exp": 1}, "token_expired"),
                              ({"iss": "https://evil.example.org"}, "token_untrusted_issuer")):
            answer = self.answer(**changes)
            self.assertFalse(answer)
            self.assertEqual((answer.cause, answer.detail), (Cause.IDENTITY_REJECTED, code))
        nobody = self.client.authorize(VIEW, BEACH, evidence=Evidence())
        self.assertEqual(nobody.detail, "principal_missing")
        both = self.client.authorize(
            VIEW, BEACH, evidence=Evidence(token="a.b.c", introspection="{}"))
        self.assertIs(both.cause, Cause.MALFORMED_REQUEST)

    def test_the_principal_is_the_one_that_is_proven(self) -> None:
        for _ in range(3):
            answer = self.answer()
            self.assertTrue(answer, answer)
            self.assertEqual(answer.reasons, ("proven",))
        self.assertFalse(self.answer(sub="bob"))


def answered(number: int, body: bytes, kind: int = 2, version: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<IBBHQ", 16 + len(body), version, kind, flags, number) + body


def plain(decision: int = 1, cause: int = 0, reasons: int = 0, errors: int = 0,
          obligations: int = 0, rest: bytes = bytes(4), detail: int = 0) -> bytes:
    return struct.pack("<BBHHHQQQI", decision, cause, reasons, errors, obligations, 1, 1, 1,
                       detail) + rest


class LyingServers(unittest.TestCase):
    """Whatever comes back, nothing but a well-formed allow of this request is one."""

    def ask(self, reply: bytes, silent: bool = False) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/s"
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(path)
                listener.listen(1)

                def serve() -> None:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(reply)
                        if silent:
                            connection.settimeout(5)
                            connection.recv(1)

                thread = threading.Thread(target=serve)
                thread.start()
                try:
                    with Client(path, timeout=0.3 if silent else 5) as client:
                        return client.authorize(VIEW, BEACH, principal=ALICE)
                finally:
                    thread.join()

    def test_the_honest_one(self) -> None:
        self.assertTrue(self.ask(answered(1, plain())))
        self.assertFalse(self.ask(answered(1, plain(decision=2))))

    def test_no_response(self) -> None:
        for reply in (b"", answered(1, plain())[:-1], answered(1, plain())[:10]):
            with self.assertRaises(ConnectionFailed):
                self.ask(reply)
        with self.assertRaises(ConnectionFailed):
            self.ask(b"", silent=True)
        with self.assertRaises(ConnectionFailed):
            self.ask(answered(1, plain())[:-1], silent=True)

    def test_malformed(self) -> None:
        rows = [
            answered(2, plain()), answered(1, plain(decision=0)), answered(1, plain(decision=3)),
            answered(1, plain(cause=1)), answered(1, plain(cause=200)),
            answered(1, plain(rest=b"\0\0\0\1")), answered(1, plain() + bytes(8)),
            answered(1, plain()[:-8]), answered(1, plain(reasons=1, rest=b"\xff\xff\0\0")),
            answered(1, plain(reasons=1, rest=b"\2\0\xff\xfe")),
            answered(1, plain(errors=2)), answered(1, plain(obligations=1)),
            answered(1, plain(obligations=1, rest=b"\x09\0\0\0\0" + bytes(7))),
            answered(1, plain(detail=0xFFFFFFFF)), answered(1, plain(), version=2),
            answered(1, plain(), flags=1), answered(1, plain(), kind=6),
            answered(1, plain(), kind=99), answered(1, struct.pack("<II", 1, 0) + plain(), kind=4),
            struct.pack("<IBBHQ", 1 << 30, 1, 2, 0, 1), struct.pack("<IBBHQ", 8, 1, 2, 0, 1),
            struct.pack("<IBBHQ", 57, 1, 2, 0, 1), answered(0, b"\0\0\0\0" + bytes(4), kind=7),
        ]
        for index, reply in enumerate(rows):
            with self.subTest(index), self.assertRaises(MalformedResponse):
                self.ask(reply)

    def test_refusals(self) -> None:
        with self.assertRaises(Refused) as caught:
            self.ask(answered(0, struct.pack("<BBH", 7, 0, 4) + b"gone", kind=7))
        self.assertEqual(caught.exception.reason, 7)
        self.assertTrue(issubclass(Refused, WritError))


class ForkedProcesses(WithServer):
    """A process forked from one that is connected, as servers that load an application first make."""

    def exit_code(self, child: object) -> int:
        process = os.fork()
        if process == 0:
            code = 3
            try:
                code = child()
            finally:
                os._exit(code)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        self.fail("the forked process does not end")

    def test_a_child_never_takes_its_parents_answer(self) -> None:
        self.client.ping()
        # An allow for the parent lies ready, under the number that the child's next request has, too.
        exchange, numbers = self.client._exchange, []

        def send_only(frame: bytes, number: int) -> object:
            self.client._socket.sendall(frame)
            numbers.append(number)
            raise KeyboardInterrupt

        self.client._exchange = send_only
        with self.assertRaises(KeyboardInterrupt):
            self.client.authorize(VIEW, BEACH, principal=ALICE)
        self.client._exchange = exchange
        self.client._last_id = numbers[0] - 1
        time.sleep(0.2)
        self.assertEqual(self.exit_code(
            lambda: int(bool(self.client.authorize(VIEW, BEACH, principal=BOB)))), 0)
        # The parent's answer is still there for it.
        header = self.client._receive(self.client._socket, 16, time.monotonic() + 5)
        self.assertEqual(struct.unpack("<IBBHQ", header)[4], numbers[0])

    def test_a_lock_that_a_thread_of_the_parent_holds(self) -> None:
        self.client.ping()
        with self.client._lock:
            self.assertEqual(self.exit_code(
                lambda: int(not self.client.authorize(VIEW, BEACH, principal=ALICE))), 0)
        self.client.ping()


class RestartedServers(unittest.TestCase):
    def test_the_next_call_connects_again(self) -> None:
        server = Server()
        with Client(server.path) as client:
            client.ping()
            server.stop()
            with self.assertRaises(WritError):
                client.authorize(VIEW, BEACH, principal=ALICE)
            again = Server()
            self.addCleanup(again.stop)
            client._path = again.path
            self.assertTrue(client.authorize(VIEW, BEACH, principal=ALICE))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: test_writ_client.py WRIT [unittest options]")
    WRIT = os.path.abspath(sys.argv.pop(1))
    unittest.main()
