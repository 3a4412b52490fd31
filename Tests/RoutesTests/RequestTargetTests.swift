import Testing

@testable import Routes

@Suite struct RequestTargetTests {
    private func read(_ text: String) throws(RequestRefusal) -> RequestTarget {
        try read(Array(text.utf8))
    }

    private func read(_ bytes: [UInt8]) throws(RequestRefusal) -> RequestTarget {
        var target = RequestTarget()
        try target.read(bytes.span)
        return target
    }

    private func refusal(_ bytes: [UInt8]) -> RequestRefusal? {
        do throws(RequestRefusal) {
            _ = try read(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("", .targetNotAPath, 0), ("*", .targetNotAPath, 0), ("a", .targetNotAPath, 0),
            ("http://host/a", .targetNotAPath, 0), ("host:443", .targetNotAPath, 0),
            ("?a=1", .targetNotAPath, 0),
            ("//a", .emptySegment, 1), ("/a//b", .emptySegment, 3), ("/a//", .emptySegment, 3),
            ("//", .emptySegment, 1), ("//host/a", .emptySegment, 1),
            ("/.", .dotSegment, 1), ("/..", .dotSegment, 1), ("/a/./b", .dotSegment, 3),
            ("/a/../b", .dotSegment, 3), ("/a/..", .dotSegment, 3), ("/a/%2e%2E/b", .dotSegment, 3),
            ("/a/.%2e/b", .dotSegment, 3), ("/a/%2e", .dotSegment, 3),
            ("/a%2Fb", .escapedSlash, 2), ("/a%2fb", .escapedSlash, 2), ("/%2F", .escapedSlash, 1),
            ("/a%5Cb", .escapedBackslash, 2), ("/a%5cb", .escapedBackslash, 2),
            ("/a\\b", .backslash, 2), ("/a%00", .escapedNull, 2),
            ("/a%25%32%46", .escapedPercent, 2), ("/a%252Fb", .escapedPercent, 2),
            ("/a;v=1", .semicolon, 2), ("/a%3Bv", .escapedSemicolon, 2),
            ("/a/..;/b", .semicolon, 5),
            ("/a%0Ab", .escapedControl, 2), ("/a%1F", .escapedControl, 2),
            ("/a%7f", .escapedControl, 2),
            ("/a b", .control, 2), ("/a\tb", .control, 2), ("/a\nb", .control, 2),
            ("/a\0b", .control, 2), ("/a\u{7F}", .control, 2),
            ("/a#b", .fragment, 2), ("/a?b#c", .fragment, 4),
            ("/a\"", .illegalByte, 2), ("/a<b>", .illegalByte, 2), ("/a|b", .illegalByte, 2),
            ("/{a}", .illegalByte, 1), ("/a^", .illegalByte, 2), ("/[a]", .illegalByte, 1),
            ("/é", .illegalByte, 1), ("/a?é", .illegalByte, 3),
            ("/%", .badEscape, 1), ("/%2", .badEscape, 1), ("/%zz", .badEscape, 1),
            ("/%2g", .badEscape, 1), ("/a%2/b", .badEscape, 2), ("/a?b=%2", .badEscape, 5),
            ("/%e9", .invalidUTF8, 1), ("/%C0%AF", .invalidUTF8, 1),
            ("/%ED%A0%80", .invalidUTF8, 1),
            ("/%F4%90%80%80", .invalidUTF8, 1), ("/%C3/%A9", .invalidUTF8, 1),
            ("/a?b=%FF", .invalidUTF8, 3), ("/a?%FF=1", .invalidUTF8, 3),
            ("/a?%C3=%A9", .invalidUTF8, 3),
            ("/a?b=%00", .escapedNull, 5), ("/a?b;c", .semicolon, 4), ("/a?b\\c", .backslash, 4),
            ("/a?b c", .control, 4),
        ] as [(String, RequestRefusal.Kind, Int)])
    func refused(_ text: String, _ kind: RequestRefusal.Kind, _ offset: Int) {
        #expect(refusal(Array(text.utf8)) == RequestRefusal(kind, at: offset), "\(text)")
    }

    @Test func refusedLeavesNothing() {
        var target = RequestTarget()
        try? target.read(Array("/a/b?c=d".utf8).span)
        #expect(target.segments.count == 2)
        try? target.read(Array("/a/b/..?c=d".utf8).span)
        #expect(target.segments.isEmpty && target.path.isEmpty && target.pairs.isEmpty)
    }

    @Test func pathLimit() throws {
        let longest = "/" + String(repeating: "a", count: RequestLimits.maximumPathBytes - 1)
        #expect(try read(longest).path.count == RequestLimits.maximumPathBytes)
        #expect(refusal(Array((longest + "a").utf8))?.kind == .pathTooLong)
        #expect(try read(longest + "?a=1").pairs.count == 1)
    }

    @Test func segmentLimit() throws {
        let most = String(repeating: "/a", count: RequestLimits.maximumSegments)
        #expect(try read(most).segments.count == RequestLimits.maximumSegments)
        #expect(refusal(Array((most + "/a").utf8))?.kind == .tooManySegments)
        // A final `/` counts: the empty segment after it is one.
        #expect(refusal(Array((most + "/").utf8))?.kind == .tooManySegments)
    }

    @Test func queryLimits() throws {
        let longest = "/?" + String(repeating: "a", count: RequestLimits.maximumQueryBytes)
        #expect(try read(longest).query.count == RequestLimits.maximumQueryBytes)
        #expect(refusal(Array((longest + "a").utf8))?.kind == .queryTooLong)
        let most =
            "/?"
            + Array(repeating: "a", count: RequestLimits.maximumPairs).joined(
                separator: "&")
        #expect(try read(most).pairs.count == RequestLimits.maximumPairs)
        #expect(refusal(Array((most + "&a").utf8))?.kind == .tooManyPairs)
    }

    @Test(
        arguments: [
            ("/", "/", [""]),
            ("/a", "/a", ["a"]),
            ("/a/", "/a/", ["a", ""]),
            ("/a/b.c/...", "/a/b.c/...", ["a", "b.c", "..."]),
            ("/%61%2D%7e", "/a-~", ["a-~"]),
            ("/a%20b", "/a%20b", ["a b"]),
            ("/caf%c3%a9", "/caf%C3%A9", ["café"]),
            ("/a:b@c,d=e", "/a:b@c,d=e", ["a:b@c,d=e"]),
            ("/a%3Ab%2b", "/a%3Ab%2B", ["a:b+"]),
        ] as [(String, String, [String])])
    func normalised(_ text: String, _ path: String, _ segments: [String]) throws {
        let target = try read(text)
        #expect(target.path == Array(path.utf8))
        #expect(target.segments.map { target.decoded.text($0) } == segments)
        #expect(target.decoded == Array(segments.joined(separator: "/").utf8))
        // What is normalised stays as it is.
        #expect(try read(target.path).path == target.path)
    }

    @Test func queryPairs() throws {
        let target = try read("/a?x=1&y&=z&x=%C3%A9+a=b&&w=")
        let pairs = target.pairs.map {
            [target.queryBytes.text($0.name), target.queryBytes.text($0.value)]
        }
        #expect(pairs == [["x", "1"], ["y", ""], ["", "z"], ["x", "é a=b"], ["w", ""]])
        #expect(target.query == Array("x=1&y&=z&x=%C3%A9+a=b&&w=".utf8))
        #expect(try read("/a").hasQuery == false)
        #expect(try read("/a?").hasQuery)
    }

    /// What is copied as it is and what is spelled anew are read by different code.
    @Test func anEscapeThatMeansNothingChangesNothing() throws {
        let paths = [
            "/a", "/a/", "/a/b.c/d~e/f-g_h", "/A/0/9/a", "/!$&'()*+,=:@/a", "/...a/a..",
            "/"
                + Array(repeating: "a", count: RequestLimits.maximumSegments).joined(separator: "/"),
        ]
        let queries = [
            "", "?", "?a", "?a=", "?=a", "?a=b=a", "?&a&&b=1&", "?a=/?:@!$'()*,~[]{}|^`\"<>",
            "?" + Array(repeating: "a", count: RequestLimits.maximumPairs).joined(separator: "&"),
        ]
        for path in paths {
            for query in queries {
                let plain = try read(path + query)
                let escaped = try read(path.replacing("a", with: "%61") + query)
                #expect(plain.path == escaped.path && plain.decoded == escaped.decoded)
                #expect(plain.segments == escaped.segments)
                #expect(plain.query == Array(query.utf8.dropFirst()))
                let spelled = try read(path + query.replacing("a", with: "%61"))
                #expect(plain.pairs == spelled.pairs && plain.queryBytes == spelled.queryBytes)
                #expect(plain.hasQuery == spelled.hasQuery)
            }
        }
    }

    @Test func everyByteIsJudgedAlikeBesideAnEscape() {
        for byte in UInt8.min...UInt8.max {
            for (before, escaped) in [("/x", "/%78"), ("/x?x", "/x?%78")] {
                let plain = refusal(Array(before.utf8) + [byte])
                let slow = refusal(Array(escaped.utf8) + [byte])
                #expect(plain?.kind == slow?.kind, "\(byte) after \(before)")
            }
        }
    }
}

@Suite struct HTTPRequestTests {
    private func read(_ method: String, _ host: String) throws(RequestRefusal) -> HTTPRequest {
        var request = HTTPRequest()
        try request.read(
            method: Array(method.utf8).span, host: Array(host.utf8).span,
            target: Array("/".utf8).span)
        return request
    }

    @Test(arguments: [
        "", "get", "GET ", "G/T", "GÉT", String(repeating: "A", count: 33), "GET\n",
    ])
    func methodsRefused(_ method: String) {
        let refusal = #expect(throws: RequestRefusal.self) { try read(method, "a") }
        #expect(refusal?.kind == .methodInvalid)
    }

    @Test func methodLimit() throws {
        let longest = String(repeating: "A", count: RequestLimits.maximumMethodBytes)
        #expect(try read(longest, "a").method.count == RequestLimits.maximumMethodBytes)
    }

    @Test(arguments: [
        "a b", "a/b", "user@a", "a:", "a:b", "a:0", "a:65536", "a:123456", ".", ".a", "a..b", "a,b",
        "a%62", "[]", "[::1", "[::1]x", "[g]", "é", ":80", "a\\b", "a\0", "a:80:80", "[::1%25eth0]",
        String(repeating: "a", count: 254),
    ])
    func hostsRefused(_ host: String) {
        let refusal = #expect(throws: RequestRefusal.self) { try read("GET", host) }
        #expect(refusal?.kind == .hostInvalid, "\(host)")
    }

    @Test func missingHost() {
        let refusal = #expect(throws: RequestRefusal.self) { try read("GET", "") }
        #expect(refusal?.kind == .hostMissing)
    }

    @Test(arguments: [
        ("API.Example.org", "api.example.org"), ("a:443", "a"), ("a.:80", "a"), ("a.b.", "a.b"),
        ("[::1]:65535", "[::1]"), ("[2001:DB8::1]", "[2001:db8::1]"), ("192.0.2.1:1", "192.0.2.1"),
        ("a_b-c", "a_b-c"),
    ])
    func hosts(_ text: String, _ host: String) throws {
        #expect(try read("GET", text).host == Array(host.utf8))
    }

    @Test func longestHost() throws {
        let longest = String(repeating: "a", count: 253)
        #expect(try read("GET", longest + ".:65535").host == Array(longest.utf8))
    }
}

@Suite struct HeaderListTests {
    @Test(arguments: [
        ("", "a"), ("a b", "c"), ("a:", "b"), ("é", "a"), ("a", "b\nc"), ("a", "b\0"),
    ])
    func refused(_ name: String, _ value: String) {
        var headers = HeaderList()
        let refusal = #expect(throws: RequestRefusal.self) {
            try headers.append(name: name, value: value)
        }
        #expect(refusal?.kind == .headerInvalid)
        #expect(headers.count == 0)
    }

    @Test func limits() throws {
        var headers = HeaderList()
        for _ in 0..<RequestLimits.maximumHeaders { try headers.append(name: "a", value: "b") }
        let many = #expect(throws: RequestRefusal.self) {
            try headers.append(name: "a", value: "b")
        }
        #expect(many?.kind == .tooManyHeaders)
        headers.removeAll()
        let longest = String(repeating: "b", count: RequestLimits.maximumHeaderBytes - 1)
        try headers.append(name: "a", value: longest)
        let large = #expect(throws: RequestRefusal.self) {
            try headers.append(name: "a", value: "")
        }
        #expect(large?.kind == .headersTooLarge)
    }

    @Test func found() throws {
        var headers = HeaderList()
        try headers.append(name: "X-One", value: " 1\t")
        try headers.append(name: "x-two", value: "")
        try headers.append(name: "X-TWO", value: "2")
        guard case .one(let range) = headers.find("x-one") else {
            Issue.record("not found")
            return
        }
        #expect(headers.text(range) == "1")
        #expect(headers.find("x-two") == .several)
        #expect(headers.find("x-three") == .absent)
        #expect(headers.find("x-on") == .absent)
    }
}
