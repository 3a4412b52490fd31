import ExtAuthz
import ExtAuthzMessages
import NIOHPACK
import Testing

/// Floods and slowness: every one ends, and others are served as if nothing had happened.
@Suite(.serialized) struct ExtAuthzLimitTests {
    @Test func pingFloods() throws {
        let test = try TestServer { $0.maximumControlFrames = 100 }
        let gateway = try test.gateway()
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
        for _ in 0..<1000 {
            guard gateway.send(type: 6, stream: 0, [UInt8](repeating: 1, count: 8)) else { break }
        }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func fewPingsAreAnswered() throws {
        let test = try TestServer { $0.maximumControlFrames = 100 }
        let gateway = try test.gateway()
        for _ in 0..<50 { gateway.send(type: 6, stream: 0, [UInt8](repeating: 1, count: 8)) }
        var answers = 0
        while answers < 50 {
            let frame = try gateway.next()
            if frame.type == 6 && frame.flags == 1 { answers += 1 }
        }
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
    }

    @Test func settingsFloods() throws {
        let test = try TestServer { $0.maximumControlFrames = 100 }
        let gateway = try test.gateway()
        for _ in 0..<1000 { guard gateway.send(type: 4, stream: 0, []) else { break } }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func windowUpdateFloods() throws {
        let test = try TestServer { $0.maximumControlFrames = 100 }
        let gateway = try test.gateway()
        for _ in 0..<1000 { guard gateway.send(type: 8, stream: 0, [0, 0, 0, 1]) else { break } }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func rapidResets() throws {
        let test = try TestServer { $0.maximumResets = 200 }
        let gateway = try test.gateway()
        for _ in 0..<2000 {
            let stream = gateway.begin()
            guard gateway.send(type: 3, stream: stream, [0, 0, 0, 8]) else { break }
        }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func emptyDataFloods() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        let stream = gateway.begin()
        for _ in 0..<1000 { guard gateway.send(type: 0, stream: stream, []) else { break } }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func endlessHeaders() throws {
        let test = try TestServer()
        let gateway = try test.gateway()
        gateway.send(type: 1, flags: 0, stream: 1, gateway.block([":method": "POST"]))
        for _ in 0..<1000 {
            guard gateway.send(type: 9, stream: 1, [UInt8](repeating: 0x82, count: 1000)) else {
                break
            }
        }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func headersAreLimited() throws {
        let test = try TestServer { $0.maximumHeaderListBytes = 4096 }
        let gateway = try test.gateway()
        func answer(_ count: Int) throws -> RawGateway.Answer {
            let stream = gateway.begin(
                extra: [("x-filler", String(repeating: "a", count: count))])
            gateway.data(stream, RawGateway.message(checkRequest("/allow")))
            return try gateway.answer(stream)
        }
        #expect(try answer(3000).message == allowed)
        let refused = try answer(5000)
        #expect(refused[":status"] == "431")
        #expect(refused.message.isEmpty)
        // The other calls of the gateway have nothing to do with it.
        #expect(try answer(3000).message == allowed)
    }

    @Test func notHTTP2() throws {
        let test = try TestServer()
        for text in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
        ] {
            let gateway = try test.gateway(greets: false)
            gateway.send(Array(text.utf8))
            #expect(gateway.awaitEnd().isClosed)
        }
        #expect(try test.serves())
    }

    @Test func unfinishedBeginningsAndFrames() throws {
        let test = try TestServer { $0.incompleteFrameTimeout = .milliseconds(300) }
        let silent = try test.gateway(greets: false)
        let slow = try test.gateway()
        #expect(try slow.call(checkRequest("/allow")).message == allowed)
        slow.send([0, 0, 10])
        #expect(silent.awaitEnd().isClosed)
        #expect(slow.awaitEnd().isClosed)
        #expect(try test.serves())
        #expect(test.server.statistics.cutConnections == 2)
    }

    /// What comes behind a whole frame in one reading is waited for as well.
    @Test func aFrameHidesNoUnfinishedOne() throws {
        let test = try TestServer { $0.incompleteFrameTimeout = .milliseconds(300) }
        let gateway = try test.gateway()
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
        let ping = RawGateway.frame(
            type: 6, flags: 0, stream: 0, [UInt8](repeating: 1, count: 8))
        for cut in [1, 3, 9] {
            let another = try test.gateway()
            #expect(try another.call(checkRequest("/allow")).message == allowed)
            another.send(ping + ping.prefix(cut))
            #expect(another.awaitEnd().isClosed)
        }
        gateway.send(ping + ping)
        #expect(try gateway.call(checkRequest("/allow")).message == allowed)
        #expect(test.server.statistics.cutConnections == 3)
    }

    @Test func streamsAreLimited() throws {
        let test = try TestServer { $0.maximumStreams = 10 }
        let gateway = try test.gateway()
        let streams = (0..<10).map { _ in gateway.begin() }
        let eleventh = gateway.begin()
        #expect(try gateway.answer(eleventh).resetCode == 7)
        for stream in streams {
            gateway.data(stream, RawGateway.message(checkRequest("/allow")))
            #expect(try gateway.answer(stream).message == allowed)
        }
    }

    /// What unfinished messages hold is not granted again.
    @Test func heldBytesAreLimited() throws {
        let test = try TestServer {
            $0.messageLimits.maximumMessageBytes = 60_000
            $0.maximumHeldBytes = 100_000
        }
        let gateway = try test.gateway()
        for _ in 0..<2 {
            let stream = gateway.begin()
            gateway.data(
                stream, [0, 0, 0, 0xEA, 0x60] + [UInt8](repeating: 0, count: 49_000),
                endStream: false)
        }
        let third = gateway.begin()
        gateway.data(
            third, [0, 0, 0, 0xEA, 0x60] + [UInt8](repeating: 0, count: 16_000), endStream: false)
        // FLOW_CONTROL_ERROR is a matter of the whole connection.
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    /// Far more than the window, one message after the other: it is granted again.
    @Test func windowIsGrantedAgain() throws {
        let test = try TestServer {
            $0.messageLimits.maximumMessageBytes = 60_000
            $0.maximumHeldBytes = 70_000
        }
        let gateway = try test.gateway()
        let filler: [UInt8] =
            checkRequest("/allow") + [0x7A, 0x80 | 0x20, 0x80 | 0x4E, 0]
            + [UInt8](repeating: 7, count: 0x4E << 7 | 0x20)
        for _ in 0..<50 { #expect(try gateway.call(filler).message == allowed) }
    }

    /// A client that grants no window cannot make the server keep answers without end.
    @Test func unreadAnswersAreLimited() throws {
        let test = try TestServer { $0.maximumUnsentBytes = 1 << 20 }
        let gateway = try test.gateway(greets: false)
        gateway.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        // No window for streams.
        gateway.send(type: 4, stream: 0, [0, 4, 0, 0, 0, 0])
        for _ in 0..<200 {
            let stream = gateway.begin()
            gateway.data(stream, RawGateway.message(checkRequest("/big")))
        }
        #expect(gateway.awaitEnd().isClosed)
        #expect(try test.serves())
    }

    @Test func connectionsAreLimited() throws {
        let test = try TestServer { $0.maximumConnections = 2 }
        let first = try test.gateway()
        let second = try test.gateway()
        for gateway in [first, second] {
            #expect(try gateway.call(checkRequest("/allow")).message == allowed)
        }
        let third = try test.gateway()
        #expect(third.awaitEnd().isClosed)
        #expect(test.server.statistics.refusedConnections == 1)
        #expect(try first.call(checkRequest("/allow")).message == allowed)
    }
}
