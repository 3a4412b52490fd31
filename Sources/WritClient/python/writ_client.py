"""Ask a Writ decision point on its local socket. One file, Python 3.9 or newer, no dependencies.

    from writ_client import Client, Entity

    with Client("/run/writ/writ.sock") as writ:
        answer = writ.authorize(Entity("Action", "view"), Entity("Photo", "beach"),
                                principal=Entity("User", "alice"), context={"amount": 5})
        if answer.is_allowed: ...

Only an answer whose verdict is `Verdict.ALLOW` lets a request go on. Whatever else happens is an
exception, of which none is an allow; so is a response that is not understood to its last byte.

Values of a context: bool, int (64 bits), str, Entity, dict (record), set, frozenset, list and tuple
(set), decimal.Decimal (up to 4 digits after the point), aware datetime.datetime and datetime.timedelta
(whole milliseconds), and addresses, interfaces and networks of `ipaddress`.
"""
from __future__ import annotations

import datetime
import decimal
import enum
import ipaddress
import os
import socket
import struct
import threading
import time
import weakref
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Sequence

__all__ = ["Answer", "Cause", "Client", "ConnectionFailed", "Entity", "Evidence", "InvalidRequest",
           "MalformedResponse", "Obligation", "ObligationKind", "PolicyFault", "Refused", "Request",
           "Verdict", "WritError"]


class Verdict(enum.Enum):
    """Whether a request may go on. Only ALLOW is true."""
    ALLOW = 1
    DENY = 2

    def __bool__(self) -> bool:
        return self is Verdict.ALLOW


class Cause(enum.IntEnum):
    """Why a decision is what it is; every cause but DECIDED comes with a deny."""
    DECIDED = 0
    MALFORMED_REQUEST = 1
    TOO_LARGE = 2
    DEADLINE_EXCEEDED = 3
    OVERLOADED = 4
    STALE_REVISION = 5
    POLICY_ERROR = 6
    NO_POLICIES = 7
    STORE_UNAVAILABLE = 8
    INTERNAL_ERROR = 9
    UNAUTHORIZED_PEER = 10
    IDENTITY_REJECTED = 11
    RESERVED_MEMBER = 12
    SCHEMA_VIOLATION = 13
    SHUTTING_DOWN = 14
    QUARANTINED = 15


class ObligationKind(enum.IntEnum):
    """What an obligation is: see `Obligation`."""
    OBLIGATION = 1
    HEADER = 2
    CHALLENGE = 3
    REASON = 4
    STATUS = 5


class WritError(Exception):
    """There is no decision, so the caller denies."""


class InvalidRequest(WritError):
    """The request cannot be sent as it is; nothing was sent."""


class ConnectionFailed(WritError):
    """Nobody answers, the time is up, or the connection ended; the request may have been decided."""


class MalformedResponse(WritError):
    """The server sent bytes that are no response to this request."""


class Refused(WritError):
    """The server refused the connection."""

    REASONS = ("", "wrong version", "unknown kind", "malformed frame", "frame too large", "overloaded",
               "unauthorized peer", "shutting down", "incomplete frame timeout")

    def __init__(self, reason: int, text: str) -> None:
        super().__init__(f"the server refused the connection: {self.REASONS[reason]}: {text}")
        self.reason = reason


@dataclass(frozen=True)
class Entity:
    """An entity by type, as in `Bank::Account`, and id."""
    type: str
    id: str


@dataclass(frozen=True)
class Obligation:
    """What a determining policy asks of whoever enforces the decision.

    An allow holds only for whoever fulfils all of kind OBLIGATION.
    """
    kind: ObligationKind
    name: str
    value: str


@dataclass(frozen=True)
class PolicyFault:
    """A policy that could not be evaluated."""
    fault: int
    policy: str


@dataclass(frozen=True)
class Answer:
    """The answer to one question; true only when it is an allow."""
    verdict: Verdict
    cause: Cause
    reasons: tuple[str, ...]
    errors: tuple[PolicyFault, ...]
    obligations: tuple[Obligation, ...]
    policy_version: int
    revision: int
    decision_id: int
    detail: str

    @property
    def is_allowed(self) -> bool:
        return self.verdict is Verdict.ALLOW

    def __bool__(self) -> bool:
        return self.is_allowed


@dataclass(frozen=True)
class Evidence:
    """Proof of who asks and from where, from callers that the server takes for gateways.

    Of the forms of a certificate at most one, and of token and introspection at most one.
    """
    chain: Sequence[bytes] = ()
    """Certificates in DER, leaf first."""
    forwarded_client_cert: str = ""
    client_cert: str = ""
    client_cert_chain: str = ""
    escaped_pem: str = ""
    base64_der: str = ""
    token: str = ""
    device_id: str = ""
    source_ip: str = ""
    http: Optional[Mapping[str, Any]] = None
    introspection: str = ""
    """What the issuer of an opaque token answered about it: the JSON of RFC 7662."""


@dataclass(frozen=True)
class Request:
    """One question of a batch; without a principal it is the one that the evidence leads to."""
    action: Entity
    resource: Entity
    principal: Optional[Entity] = None
    context: Optional[Mapping[str, Any]] = None


class Client:
    """A connection to the socket at `path`, made when it is needed and made again after an error.

    May be used by several threads, which take turns, and by a process forked from this one, which
    makes a connection of its own.
    """

    def __init__(self, path: str, *, timeout: float = 5.0, maximum_frame_bytes: int = 1 << 20,
                 server_uids: Optional[Sequence[int]] = None) -> None:
        """
        timeout: seconds that one call may take.
        server_uids: the users as whom the server may run; None accepts any.
        """
        if not timeout > 0:
            raise ValueError("the timeout must be above zero")
        self._path = path
        self._timeout = timeout
        self._limit = maximum_frame_bytes
        self._server_uids = server_uids
        self._socket: Optional[socket.socket] = None
        # The process that the connection belongs to.
        self._process = 0
        self._lock = threading.Lock()
        self._last_id = 0
        _clients.add(self)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; the next call makes another."""
        with self._lock:
            self._drop()

    def authorize(self, action: Entity, resource: Entity, *, principal: Optional[Entity] = None,
                  context: Optional[Mapping[str, Any]] = None, evidence: Optional[Evidence] = None,
                  deadline: Optional[float] = None, at_least_revision: int = 0) -> Answer:
        """Asks one question.

        deadline: seconds after which the answer is of no use; None is the server's default.
        at_least_revision: the revision that the store must have reached; 0 is any.
        """
        request = Request(action, resource, principal, context)
        return self._ask([request], False, evidence, deadline, at_least_revision)[0]

    def authorize_batch(self, requests: Sequence[Request], *, evidence: Optional[Evidence] = None,
                        deadline: Optional[float] = None,
                        at_least_revision: int = 0) -> list[Answer]:
        """Asks several questions on one snapshot; the answers are in the same order."""
        if not 1 <= len(requests) <= 0xFFFFFFFF:
            raise InvalidRequest("a batch must have at least one question")
        return self._ask(requests, True, evidence, deadline, at_least_revision)

    def is_allowed(self, action: Entity, resource: Entity, **more: Any) -> bool:
        """`authorize`, with every failure taken for a deny. Obligations are not reported here, so an
        answer that has any of kind OBLIGATION is a deny as well."""
        try:
            answer = self.authorize(action, resource, **more)
        except WritError:
            return False
        return answer.is_allowed and all(
            o.kind is not ObligationKind.OBLIGATION for o in answer.obligations)

    def ping(self) -> None:
        """Asks whether the server is there."""
        with self._lock:
            number = self._next_id()
            kind, body = self._exchange(_frame(5, number, b""), number)
            if kind != 6 or body:
                raise self._malformed("no pong to a ping")

    def _ask(self, requests: Sequence[Request], is_batch: bool, evidence: Optional[Evidence],
             deadline: Optional[float], revision: int) -> list[Answer]:
        if not 0 <= revision < 1 << 64:
            raise InvalidRequest("the revision is not in 0...2^64-1")
        microseconds = 0
        if deadline is not None:
            # 0 would mean the default: a deadline that has passed is the shortest one.
            microseconds = min(max(int(deadline * 1_000_000), 1), 0xFFFFFFFF)
        body = struct.pack("<IIQ", microseconds, len(requests) if is_batch else 0, revision)
        if evidence is not None:
            body += _evidence(evidence)
        body += b"".join(_item(request, evidence is not None) for request in requests)
        kind = (3 if is_batch else 1) if evidence is None else (9 if is_batch else 8)
        with self._lock:
            number = self._next_id()
            frame = _frame(kind, number, body)
            if len(frame) > self._limit:
                raise InvalidRequest(f"{len(frame)} bytes are more than the limit of {self._limit}")
            response, content = self._exchange(frame, number)
            try:
                answers = _answers(response, content)
            except _Malformed as error:
                raise self._malformed(str(error)) from None
            if is_batch and response == 2 and not answers[0].is_allowed:
                # The batch as a whole could not be read: one deny stands for all its questions.
                return answers * len(requests)
            if is_batch != (response == 4) or len(answers) != len(requests):
                raise self._malformed("the wrong number of answers")
            return answers

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _malformed(self, reason: str) -> MalformedResponse:
        self._drop()
        return MalformedResponse(f"malformed response: {reason}")

    def _exchange(self, frame: bytes, number: int) -> tuple[int, bytes]:
        """Sends a frame and returns kind and body of its response."""
        until = time.monotonic() + self._timeout
        try:
            connection = self._connected(until)
            self._set_time(connection, until)
            try:
                connection.sendall(frame)
            except (BrokenPipeError, ConnectionResetError):
                pass  # What the server said before it closed is still to be read.
            header = self._receive(connection, 16, until)
            length, version, kind, flags, response = struct.unpack("<IBBHQ", header)
            if version != 1 or flags or length < 16 or length % 8 or length > self._limit:
                raise self._malformed("a header that is none")
            body = self._receive(connection, length - 16, until)
        except OSError as error:
            self._drop()
            raise ConnectionFailed(f"no answer at `{self._path}`: {error}") from error
        except BaseException:
            # Whatever interrupts leaves a response behind that belongs to no later request.
            self._drop()
            raise
        if kind == 7:
            self._drop()
            raise _refusal(body)
        if response != number:
            raise self._malformed("an answer to another request")
        return kind, body

    def _connected(self, until: float) -> socket.socket:
        if self._socket is not None and self._process != os.getpid():
            # Parent and child have the same number for the next request: on one connection either
            # would take the other's answer for its own. The parent's copy of it stays open.
            self._drop()
        if self._socket is not None:
            return self._socket
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._set_time(connection, until)
            connection.connect(self._path)
            if self._server_uids is not None:
                credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
                user = struct.unpack("=iII", credentials)[1]
                if user not in self._server_uids:
                    raise ConnectionFailed(f"the server runs as user {user}, which is not accepted")
        except BaseException:
            connection.close()
            raise
        self._socket = connection
        self._process = os.getpid()
        return connection

    @staticmethod
    def _set_time(connection: socket.socket, until: float) -> None:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        connection.settimeout(left)

    def _receive(self, connection: socket.socket, count: int, until: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            self._set_time(connection, until)
            part = connection.recv(min(count - len(parts), 1 << 16))
            if not part:
                raise ConnectionResetError("the server closed the connection")
            parts += part
        return bytes(parts)


_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def _renew_locks() -> None:
    """In a process that was forked: the thread that held a lock may not be here to release it."""
    for client in _clients:
        client._lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_locks)


# Frames. Source: LocalSocketProtocol.

class _Malformed(Exception):
    """A response that is not well formed."""


def _frame(kind: int, number: int, body: bytes) -> bytes:
    return struct.pack("<IBBHQ", 16 + len(body), 1, kind, 0, number) + body


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 8)


def _item(request: Request, may_omit_principal: bool) -> bytes:
    for name, part in (("action", request.action), ("resource", request.resource),
                       ("principal", request.principal)):
        if not isinstance(part, Entity) and (name != "principal" or part is not None):
            raise InvalidRequest(f"the {name} is no Entity")
    if request.principal is None and not may_omit_principal:
        raise InvalidRequest("without evidence there must be a principal")
    principal = b"" if request.principal is None else _flat(request.principal)
    context = _flat(dict(request.context)) if request.context else b""
    parts = (principal, _flat(request.action), _flat(request.resource), context)
    return struct.pack("<IIII", *map(len, parts)) + b"".join(parts)


def _evidence(evidence: Evidence) -> bytes:
    http = b"" if evidence.http is None else _flat(dict(evidence.http))
    texts = (evidence.forwarded_client_cert, evidence.client_cert, evidence.client_cert_chain,
             evidence.escaped_pem, evidence.base64_der, evidence.token, evidence.device_id,
             evidence.source_ip)
    contents = [b"".join(evidence.chain), *map(_utf8, texts), http, _utf8(evidence.introspection)]
    parts = b"".join(struct.pack("<II", kind, len(content)) + _padded(content)
                     for kind, content in enumerate(contents, 1) if content)
    return struct.pack("<II", len(parts), 0) + parts


def _refusal(body: bytes) -> WritError:
    if len(body) < 4:
        return MalformedResponse("malformed response: a short refusal")
    reason, zero, count = struct.unpack_from("<BBH", body)
    text = body[4:4 + count]
    if zero or not 1 <= reason < len(Refused.REASONS) or _padded(body[:4 + count]) != body:
        return MalformedResponse("malformed response: a refusal that is none")
    return Refused(reason, text.decode("utf-8", "replace"))


def _answers(kind: int, body: bytes) -> list[Answer]:
    if kind == 2:
        count, offset = 1, 0
    elif kind == 4 and len(body) >= 8:
        count, zero = struct.unpack_from("<II", body)
        offset = 8
        if zero or count == 0:
            raise _Malformed("a batch without answers")
    else:
        raise _Malformed("a kind that answers nothing")
    answers = []
    for _ in range(count):
        answer, offset = _answer(body, offset)
        answers.append(answer)
    if offset != len(body):
        raise _Malformed("bytes after the last answer")
    return answers


def _answer(body: bytes, start: int) -> tuple[Answer, int]:
    try:
        (decision, cause, reason_count, error_count, obligation_count, version, revision, number,
         detail_bytes) = struct.unpack_from("<BBHHHQQQI", body, start)
        verdict, why = Verdict(decision), Cause(cause)
        place = [start + 36]

        def take(count: int) -> bytes:
            end = place[0] + count
            if end > len(body):
                raise _Malformed("an answer past the end of its frame")
            content = body[place[0]:end]
            place[0] = end
            return content

        def text() -> str:
            return take(int.from_bytes(take(2), "little")).decode("utf-8")

        reasons = tuple(text() for _ in range(reason_count))
        errors = tuple(PolicyFault(take(1)[0], text()) for _ in range(error_count))
        obligations = tuple(Obligation(ObligationKind(take(1)[0]), text(), text())
                            for _ in range(obligation_count))
        detail = take(detail_bytes).decode("utf-8")
        if any(take(-(place[0] - start) % 8)):
            raise _Malformed("padding that is not zero")
    except (struct.error, ValueError) as error:
        raise _Malformed(str(error)) from None
    if verdict is Verdict.ALLOW and why is not Cause.DECIDED:
        raise _Malformed("an allow with a cause that only a deny can have")
    return Answer(verdict, why, reasons, errors, obligations, version, revision, number,
                  detail), place[0]


# Flat values. Source: FlatValues.

_MASK = (1 << 64) - 1
_SEED = 0x9E3779B97F4A7C15
_MULTIPLIER = 0xD6E8FEB86659FD93
_FINISH = 0xA0761D6478BD642F
_MAXIMUM_DEPTH = 128


def _fold(left: int, right: int) -> int:
    product = left * right
    return (product >> 64) ^ (product & _MASK)


def _hash_words(start: int, words: Iterator[int]) -> int:
    state = (_SEED + start) & _MASK
    for word in words:
        state = (_fold(state ^ word, _MULTIPLIER) + word) & _MASK
    return _fold(state ^ _SEED, _FINISH)


def _hash(content: bytes) -> int:
    padded = _padded(content)
    return _hash_words(len(content), iter(struct.unpack(f"<{len(padded) // 8}Q", padded)))


def _utf8(text: str) -> bytes:
    if not isinstance(text, str):
        raise InvalidRequest(f"a {type(text).__name__} where a text must be")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidRequest(f"a text that is no Unicode: {error}") from None


def _header(tag: int, a: int = 0, b: int = 0, *, size: int) -> bytes:
    return struct.pack("<BBBBI", tag, a, b, 0, size)


def _scalar(tag: int, value: int) -> bytes:
    if not -(1 << 63) <= value < 1 << 63:
        raise InvalidRequest("an integer does not fit into 64 bits")
    return _header(tag, size=16) + struct.pack("<q", value)


def _string(text: str) -> bytes:
    content = _utf8(text)
    padded = _padded(content)
    padding = len(padded) - len(content)
    return _header(3, padding, size=16 + len(padded)) + struct.pack("<Q", _hash(content)) + padded


def _entity(entity: Entity) -> bytes:
    kind, name = _utf8(entity.type), _utf8(entity.id)
    kind_hash = _hash(kind)
    padded = _padded(kind + name)
    padding = len(padded) - len(kind) - len(name)
    return (_header(4, padding, size=24 + len(padded))
            + struct.pack("<QII", _hash_words(0, iter((kind_hash, _hash(name)))), len(kind),
                          kind_hash & 0xFFFFFFFF) + padded)


def _decimal(value: decimal.Decimal) -> bytes:
    if value.is_finite() and value.adjusted() > 18:
        raise InvalidRequest("a decimal does not fit into 64 bits")
    try:
        scaled = value.scaleb(4, decimal.Context(prec=60, traps=[decimal.InvalidOperation]))
        if not value.is_finite() or scaled != scaled.to_integral_value():
            raise InvalidRequest(f"{value} has more than four digits after the point")
    except decimal.InvalidOperation:
        raise InvalidRequest(f"{value} is no decimal of Cedar") from None
    return _scalar(5, int(scaled))


def _milliseconds(span: datetime.timedelta) -> int:
    count, rest = divmod(span, datetime.timedelta(milliseconds=1))
    if rest:
        raise InvalidRequest(f"{span} is not a whole number of milliseconds")
    return count


def _address(value: Any) -> bytes:
    if isinstance(value, (ipaddress.IPv4Network, ipaddress.IPv6Network)):
        number, prefix = int(value.network_address), value.prefixlen
    elif isinstance(value, (ipaddress.IPv4Interface, ipaddress.IPv6Interface)):
        number, prefix = int(value.ip), value.network.prefixlen
    else:
        number, prefix = int(value), value.max_prefixlen
    return _header(8, value.version, prefix, size=24) + struct.pack(
        "<QQ", number >> 64, number & _MASK)


def _set(elements: list[bytes]) -> bytes:
    table: dict[bytes, int] = {}
    for element in elements:
        is_named = element[0] in (3, 4)
        table[element] = (int.from_bytes(element[8:16], "little") if is_named else _hash(element))
    entries = sorted((number, element) for element, number in table.items())
    prefix = 16 + 16 * len(entries)
    rows, contents, position = bytearray(), bytearray(), prefix
    for number, element in entries:
        rows += struct.pack("<QII", number, position, 0)
        contents += element
        position += len(element)
    flags = int(all(element[0] == 4 for _, element in entries))
    return (_header(9, size=position) + struct.pack("<II", len(entries), flags) + rows + contents)


def _record(members: list[tuple[bytes, bytes]]) -> bytes:
    entries = sorted((int.from_bytes(key[8:16], "little"), key, value) for key, value in members)
    rows, contents, position = bytearray(), bytearray(), 16 + 16 * len(entries)
    for number, key, value in entries:
        rows += struct.pack("<QII", number, position, position + len(key))
        contents += key + value
        position += len(key) + len(value)
    return _header(10, size=position) + struct.pack("<II", len(entries), 0) + rows + contents


def _flat(value: Any, depth: int = 0) -> bytes:
    if depth > _MAXIMUM_DEPTH:
        raise InvalidRequest(f"a value nests deeper than {_MAXIMUM_DEPTH} sets and records")
    if isinstance(value, bool):
        return _header(1, int(value), size=8)
    if isinstance(value, int):
        return _scalar(2, value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Entity):
        return _entity(value)
    if isinstance(value, decimal.Decimal):
        return _decimal(value)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise InvalidRequest(f"{value} has no time zone")
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return _scalar(6, _milliseconds(value - epoch))
    if isinstance(value, datetime.timedelta):
        return _scalar(7, _milliseconds(value))
    if isinstance(value, (ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network,
                          ipaddress.IPv6Network)):
        return _address(value)
    if isinstance(value, (set, frozenset, list, tuple)):
        return _set([_flat(element, depth + 1) for element in value])
    if isinstance(value, Mapping):
        return _record([(_string(key), _flat(member, depth + 1)) for key, member in value.items()])
    raise InvalidRequest(f"a {type(value).__name__} is no value of Cedar")
