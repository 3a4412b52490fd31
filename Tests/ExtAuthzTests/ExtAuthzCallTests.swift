import ExtAuthz
import ExtAuthzMessages
import NIOHPACK
import Server
import Synchronization
import Testing

/// Calls and the ways in which they can be wrong.
@Suite struct ExtAuthzCallTests {
    @Test func answersAllowAndDeny() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        for _ in 0..<3 {
            let allow = try gateway.call(checkRequest("/allow"))
            #expect(allow.message == allowed)
            #expect(allow[":status"] == "200")
            #expect(allow["content-type"] == "application/grpc")
            #expect(allow["grpc-status"] == "0")
            let deny = try gateway.call(checkRequest("/deny"))
            #expect(deny.message == denied)
            #expect(deny["grpc-status"] == "0")
        }
        #expect(test.server.statistics.calls == 6)
        #expect(test.server.statistics.allowed == 3)
    }

    @Test func answersOnLoopback() throws {
        let server = try ExtAuthzServer.start(
            ExtAuthzConfiguration(endpoint: .loopback(host: "127.0.0.1", port: 0), loopCount: 1)
        ) { _ in PathHandler() }
        guard case .loopback(_, let port) = server.endpoint else {
            Issue.record("no port")
            return
        }
        #expect(port > 0)
        #expect(try RawGateway(port: port).call(checkRequest("/allow")).message == allowed)
        server.stop(drainFor: .seconds(1))
    }

    @Test func messagesThatCannotBeReadAreDenied() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        for bytes in [[0x0A, 5, 0], [0xFF], [0x0B], checkRequest("/allow").dropLast()] as [[UInt8]]
        {
            let answer = try gateway.call(bytes)
            #expect(answer.message == denied)
            #expect(answer["grpc-status"] == "0")
        }
        #expect(test.server.statistics.malformed == 4)
        // A message of nothing is a request of nothing, which no handler allows.
        #expect(try gateway.call([]).message == denied)
    }

    @Test func messagesComeInParts() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        let message = RawGateway.message(checkRequest("/allow"))
        let stream = gateway.begin()
        for byte in message { gateway.data(stream, [byte], endStream: false) }
        gateway.data(stream, [], endStream: true)
        #expect(try gateway.answer(stream).message == allowed)
        // With padding: its length, the message, the padding.
        let padded = gateway.begin()
        gateway.send(type: 0, flags: 9, stream: padded, [3] + message + [0, 0, 0])
        #expect(try gateway.answer(padded).message == allowed)
        // Ended by trailers.
        let trailed = gateway.begin()
        gateway.data(trailed, message, endStream: false)
        gateway.send(type: 1, flags: 5, stream: trailed, gateway.block(["x-end": "1"]))
        #expect(try gateway.answer(trailed).message == allowed)
    }

    struct Refused: CustomTestStringConvertible {
        let testDescription: String
        let status: String
        let bytes: [UInt8]
    }

    @Test(arguments: [
        Refused(
            testDescription: "compressed", status: "12",
            bytes: RawGateway.message(checkRequest("/allow"), flag: 1)),
        Refused(
            testDescription: "unknown flag", status: "13",
            bytes: RawGateway.message(checkRequest("/allow"), flag: 2)),
        Refused(
            testDescription: "two messages", status: "12",
            bytes: RawGateway.message(checkRequest("/allow"))
                + RawGateway.message(checkRequest("/allow"))),
        Refused(
            testDescription: "cut short", status: "13",
            bytes: RawGateway.message(checkRequest("/allow")).dropLast()),
        Refused(testDescription: "no prefix", status: "13", bytes: [0, 0, 0, 0]),
        Refused(testDescription: "nothing", status: "13", bytes: []),
        Refused(testDescription: "a length of 4 GiB", status: "8", bytes: [0, 255, 255, 255, 255]),
    ])
    func refusesFraming(_ refused: Refused) throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        let stream = gateway.begin()
        gateway.data(stream, refused.bytes)
        let answer = try gateway.answer(stream)
        #expect(answer["grpc-status"] == refused.status)
        #expect(answer.message.isEmpty)
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
    }

    @Test func refusesCallsOfAnotherKind() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        func answer(
            path: String = RawGateway.path, method: String = "POST",
            contentType: String? = "application/grpc", extra: [(String, String)] = []
        ) throws -> RawGateway.Answer {
            let stream = gateway.begin(
                path: path, method: method, contentType: contentType, extra: extra)
            gateway.data(stream, RawGateway.message(checkRequest("/allow")))
            return try gateway.answer(stream)
        }
        #expect(
            try answer(path: "/envoy.service.auth.v3.Authorization/check")["grpc-status"] == "12")
        #expect(
            try answer(path: "/envoy.service.auth.v2.Authorization/Check")["grpc-status"] == "12")
        #expect(try answer(path: "\(RawGateway.path)?a")["grpc-status"] == "12")
        #expect(try answer(extra: [("grpc-encoding", "gzip")])["grpc-status"] == "12")
        #expect(try answer(contentType: "application/json")[":status"] == "415")
        #expect(try answer(contentType: "application/grpc-web")[":status"] == "415")
        #expect(try answer(contentType: nil)[":status"] == "415")
        #expect(try answer(method: "GET")[":status"] == "405")
        for type in ["application/grpc+proto", "application/grpc;charset=utf-8"] {
            #expect(try answer(contentType: type).message == allowed)
        }
        #expect(try answer(extra: [("grpc-encoding", "identity")]).message == allowed)
        let empty = gateway.begin(endStream: true)
        #expect(try gateway.answer(empty)["grpc-status"] == "13")
    }

    @Test func messagesAreLimited() throws {
        let test = try TestServer { $0.messageLimits.maximumMessageBytes = 20_000 }
        let gateway = try test.gateway()
        func padded(_ count: Int) -> [UInt8] {
            let message = checkRequest("/allow")
            // A field that nobody knows fills it up.
            let rest = count - message.count - 4
            return message + [
                0x7A, UInt8(rest & 0x7F) | 0x80, UInt8(rest >> 7 & 0x7F) | 0x80,
                UInt8(rest >> 14),
            ] + [UInt8](repeating: 7, count: rest)
        }
        #expect(try gateway.call(padded(20_000)).message == allowed)
        #expect(try gateway.call(padded(20_001))["grpc-status"] == "8")
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
    }

    /// What says that it is too long is refused before it has come.
    @Test func longMessagesAreRefusedAtOnce() throws {
        let test = try TestServer { $0.messageLimits.maximumMessageBytes = 100_000 }
        let gateway = try test.gateway()
        let fits = gateway.begin()
        gateway.data(fits, [0, 0, 1, 0x86, 0xA0, 1], endStream: false)
        let stream = gateway.begin()
        gateway.data(stream, [0, 0, 1, 0x86], endStream: false)
        gateway.data(stream, [0xA1], endStream: false)
        let answer = try gateway.answer(stream)
        #expect(answer["grpc-status"] == "8")
        gateway.data(fits, [1])
        #expect(try gateway.answer(fits)["grpc-status"] == "13")
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
    }

    @Test(arguments: [
        ("grpc-timeout", "1n"), ("grpc-timeout", "0m"), ("x-envoy-expected-rq-timeout-ms", "0"),
    ])
    func deadlinesThatHavePassed(_ name: String, _ value: String) throws {
        let test = try TestServer()
        let answer = try test.gateway().call(checkRequest("/allow"), extra: [(name, value)])
        #expect(answer["grpc-status"] == "4")
        #expect(answer.message.isEmpty)
        #expect(test.server.statistics.expired == 1)
    }

    @Test(arguments: [
        ("grpc-timeout", "5S"), ("grpc-timeout", "99999999H"),
        ("x-envoy-expected-rq-timeout-ms", "5000"), ("x-envoy-expected-rq-timeout-ms", "soon"),
    ])
    func deadlinesThatHaveNot(_ name: String, _ value: String) throws {
        let test = try TestServer()
        let answer = try test.gateway().call(checkRequest("/allow"), extra: [(name, value)])
        #expect(answer.message == allowed)
    }

    @Test(arguments: ["", "5", "S", "-1S", "123456789S", "5s", "1.5S"])
    func deadlinesThatAreMalformed(_ value: String) throws {
        let test = try TestServer()
        let answer = try test.gateway().call(
            checkRequest("/allow"), extra: [("grpc-timeout", value)])
        #expect(answer["grpc-status"] == "13")
    }

    @Test func slowMessagesAreCancelled() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        let stream = gateway.begin(extra: [("grpc-timeout", "200m")])
        gateway.data(
            stream, Array(RawGateway.message(checkRequest("/allow")).dropLast()), endStream: false)
        let answer = try gateway.answer(stream)
        #expect(answer["grpc-status"] == "4")
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
    }

    @Test func batchesBeginAndEnd() throws {
        let notes = PathHandler.Notes()
        let test = try TestServer(notes: notes)
        let gateway = try test.gateway()
        let streams = (0..<20).map { _ in gateway.begin() }
        for stream in streams { gateway.data(stream, RawGateway.message(checkRequest("/allow"))) }
        for stream in streams { #expect(try gateway.answer(stream).message == allowed) }
        test.server.stop(drainFor: .seconds(1))
        let (begun, ended) = notes.batches.withLock { $0 }
        #expect(begun == ended && (1...20).contains(begun))
        let isReleased = notes.isReleased.load(ordering: .relaxed)
        #expect(isReleased)
    }
}
