@testable import HTTP2
import Testing

/// What header lists may say: a malformed request is a stream error, PROTOCOL_ERROR.
@Suite struct HeaderRuleTests {
    typealias Bytes = ClientBytes

    struct List: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fields: [(String, String)]

        init(_ testDescription: String, _ fields: [(String, String)]) {
            self.testDescription = testDescription
            self.fields = fields
        }
    }

    static func request(without name: String) -> [(String, String)] {
        Bytes.request.filter { $0.0 != name }
    }

    static func request(_ name: String, _ value: String) -> [(String, String)] {
        Bytes.request.map { $0.0 == name ? (name, value) : $0 }
    }

    static let malformed: [List] = [
        List("no fields", []),
        List("no method", request(without: ":method")),
        List("no scheme", request(without: ":scheme")),
        List("no path", request(without: ":path")),
        List("an empty method", request(":method", "")),
        List("a method that is no token", request(":method", "PO ST")),
        List("an empty scheme", request(":scheme", "")),
        List("a scheme that begins with a digit", request(":scheme", "1http")),
        List("an empty path", request(":path", "")),
        List("a path without a slash", request(":path", "echo")),
        List("an asterisk", request(":path", "*")),
        List("two methods", Bytes.request + [(":method", "POST")]),
        List("two schemes", Bytes.request + [(":scheme", "http")]),
        List("two paths", Bytes.request + [(":path", "/")]),
        List("two authorities", Bytes.request + [(":authority", "pdp")]),
        List("a pseudo-header field of answers", Bytes.request + [(":status", "200")]),
        List("an unknown pseudo-header field", Bytes.request + [(":protocol", "websocket")]),
        List("a colon alone", Bytes.request + [(":", "a")]),
        List("a pseudo-header field in upper case", Bytes.request + [(":Path", "/")]),
        List(
            "a pseudo-header field behind a regular one",
            request(without: ":path") + [("a", "b"), (":path", "/")]),
        List("an upper case name", Bytes.request + [("Te", "trailers")]),
        List("an empty name", Bytes.request + [("", "a")]),
        List("a name with a space", Bytes.request + [("a b", "a")]),
        List("a name with a colon", Bytes.request + [("a:b", "a")]),
        List("a name with a byte above 127", Bytes.request + [("é", "a")]),
        List("a name with a line break", Bytes.request + [("a\nb", "a")]),
        List("a name with a control character", Bytes.request + [("a\u{7F}", "a")]),
        List("a value with a line feed", Bytes.request + [("a", "b\nc")]),
        List("a value with a carriage return", Bytes.request + [("a", "b\rc")]),
        List("a value with a null", Bytes.request + [("a", "b\0c")]),
        List("a value with a control character", Bytes.request + [("a", "b\u{1}c")]),
        List("a value that begins with a space", Bytes.request + [("a", " b")]),
        List("a value that ends with a tab", Bytes.request + [("a", "b\t")]),
        List("a path with a line feed", request(":path", "/\n")),
        List("connection", Bytes.request + [("connection", "close")]),
        List("keep-alive", Bytes.request + [("keep-alive", "timeout=5")]),
        List("proxy-connection", Bytes.request + [("proxy-connection", "close")]),
        List("transfer-encoding", Bytes.request + [("transfer-encoding", "chunked")]),
        List("upgrade", Bytes.request + [("upgrade", "h2c")]),
        List("te other than trailers", Bytes.request + [("te", "gzip")]),
        List("a host that is another", Bytes.request + [("host", "pap")]),
        List("content-length that is no number", Bytes.request + [("content-length", "-1")]),
        List("content-length that is empty", Bytes.request + [("content-length", "")]),
        List("content-length with a plus", Bytes.request + [("content-length", "+1")]),
        List(
            "content-length of 16 digits",
            Bytes.request + [("content-length", "1000000000000000")]),
        List(
            "two content-lengths",
            Bytes.request + [("content-length", "1"), ("content-length", "2")]),
        List("content-length 2 of 1", Bytes.request + [("content-length", "2")]),
        List("content-length 0 of 1", Bytes.request + [("content-length", "0")]),
        List("CONNECT with a path", request(":method", "CONNECT")),
        List("CONNECT without an authority", [(":method", "CONNECT")]),
    ]

    @Test(arguments: malformed) func refuses(_ list: List) {
        let peer = TestPeer()
        _ = peer.frames()
        peer.give(Bytes.headers(1, list.fields) + Bytes.data(1, [1]))
        let frames = peer.frames()
        #expect(
            frames == [SentFrame(type: 3, flags: 0, stream: 1, payload: [0, 0, 0, 1])])
        #expect(peer.service.messages.isEmpty)
        peer.give(Bytes.call(3, [5]))
        #expect(TestPeer.answer(3, in: peer.frames()) == ([5], true))
    }

    static let wellFormed: [List] = [
        List("no authority", request(without: ":authority")),
        List("a host instead", request(without: ":authority") + [("host", "pdp")]),
        List("the same host", Bytes.request + [("host", "PDP")]),
        List(
            "OPTIONS *", request(":method", "OPTIONS").map { $0.0 == ":path" ? (":path", "*") : $0 }
        ),
        List("CONNECT", [(":method", "CONNECT"), (":authority", "a:1")]),
        List("te trailers", Bytes.request + [("te", "trailers")]),
        List("content-length 1", Bytes.request + [("content-length", "1")]),
        List(
            "content-length 1 twice",
            Bytes.request + [("content-length", "1"), ("content-length", "01")]),
        List("an empty value", Bytes.request + [("a", "")]),
        List("a value with spaces, tabs and bytes above 127", Bytes.request + [("a", "b \té")]),
        List("all bytes of names", Bytes.request + [("!#$%&'*+-.^_`|~09az", "a")]),
    ]

    @Test(arguments: wellFormed) func takes(_ list: List) {
        let peer = TestPeer()
        peer.give(Bytes.headers(1, list.fields) + Bytes.data(1, [1]))
        #expect(TestPeer.answer(1, in: peer.frames()) == ([1], true))
    }

    @Test func contentLengthIsWatched() {
        let peer = TestPeer()
        let length = [("content-length", "3")]
        peer.give(Bytes.headers(1, extra: length, ends: true))
        peer.give(Bytes.headers(3, extra: length) + Bytes.data(3, [1, 2], ends: false))
        #expect(peer.frames().filter { $0.type == 3 }.map(\.stream) == [1])
        peer.give(Bytes.headers(3, [], ends: true))
        #expect(peer.frames().map(\.payload) == [[0, 0, 0, 1]])
        // Padding does not count.
        peer.give(
            Bytes.headers(5, extra: length) + Bytes.data(5, [1, 2], ends: false)
                + Bytes.frame(0, flags: 9, stream: 5, [4, 3, 0, 0, 0, 0]))
        #expect(TestPeer.answer(5, in: peer.frames()) == ([1, 2, 3], true))
        peer.give(Bytes.headers(7, extra: [("content-length", "0")], ends: true))
        #expect(TestPeer.answer(7, in: peer.frames()) == ([], true))
    }

    @Test func listsAreLimited() {
        let peer = TestPeer { $0.maximumHeaderListBytes = 1024 }
        _ = peer.frames()
        let used = Bytes.request.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        func call(_ stream: UInt32, _ bytes: Int) -> [UInt8] {
            let value = String(repeating: "a", count: bytes - used - 33)
            return Bytes.headers(stream, extra: [("b", value)]) + Bytes.data(stream, [1])
        }
        peer.give(call(1, 1024))
        #expect(TestPeer.answer(1, in: peer.frames()).data == [1])
        peer.give(call(3, 1025))
        let frames = peer.frames()
        // An answer of a head alone, and a word that no more is wanted.
        #expect(frames.map(\.type) == [1, 3] && frames[1].payload == [0, 0, 0, 0])
        #expect(peer.service.failures == [.headersTooLong])
        peer.give(call(5, 1024))
        #expect(TestPeer.answer(5, in: peer.frames()).data == [1])
    }
}
