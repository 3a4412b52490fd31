import CAllocationCount
import CedarEngine
import CedarSyntax
import Testing

@testable import Routes

/// Values that routes read of JSON bodies and of the gateway's configuration.
@Suite struct RouteBodyTests {
    private static func source(_ pairs: (String, String)...) -> DocumentNode {
        Document.map(pairs.map { ($0.0, Document.text($0.1)) })
    }

    /// Reads one value from `/value`.
    private static func route(_ type: String, optional: Bool = false) -> DocumentNode {
        let own: [(String, String)] = type == "entity" ? [("entity", "Account")] : []
        let all =
            [("body", "/value"), ("type", type), ("optional", optional ? "true" : "false")] + own
        return Document.route(
            "/payments",
            context: Document.map([
                ("v", Document.map(all.map { ($0.0, Document.text($0.1)) }))
            ]))
    }

    private func request(
        _ body: String?, type: String? = "application/json", isWhole: Bool = true
    ) throws -> HTTPRequest {
        var request = try HTTPRequest.of(
            "GET", "/payments", headers: type.map { [("Content-Type", $0)] } ?? [])
        if let body {
            if isWhole {
                request.body.set(whole: Array(body.utf8).span)
            } else {
                request.body.setPartial()
            }
        } else {
            request.body.setAbsent()
        }
        return request
    }

    /// The context's members; what was refused otherwise.
    private func compose(
        _ document: DocumentNode, _ request: HTTPRequest
    ) throws -> Result<[(key: Text, value: Value)], RequestRefusal> {
        let table = try RouteTable(Document.file([document]))
        var composer = RouteComposer()
        do throws(RequestRefusal) {
            return .success(try composer.compose(request, 0, of: table).context.members)
        } catch {
            return .failure(error)
        }
    }

    private func refusal(_ document: DocumentNode, _ request: HTTPRequest) throws -> RequestRefusal?
    {
        switch try compose(document, request) {
        case .success: nil
        case .failure(let refusal): refusal
        }
    }

    // MARK: Refused

    @Test(
        arguments: [
            nil, "", "text/plain", "application/json5", "application/jsonp", "application/+json",
            "text/json", "application/json; charset=utf-16", "application/json; a=b",
            "application/json, text/plain",
        ] as [String?])
    func whatIsNotSaidToBeJSON(_ type: String?) throws {
        for optional in [false, true] {
            let refusal = try refusal(
                Self.route("long", optional: optional), request("{\"value\": 1}", type: type))
            #expect(refusal?.kind == .bodyInvalid)
        }
    }

    @Test func twoTypes() throws {
        var request = try request("{\"value\": 1}")
        try request.headers.append(name: "content-type", value: "application/json")
        #expect(try refusal(Self.route("long"), request)?.kind == .bodyInvalid)
    }

    @Test(arguments: [
        "", " ", "{", "{\"value\": 1", "{\"value\": 1}x", "{\"value\": 01}", "{'value': 1}",
        "{\"value\": 1, \"value\": 2}", "{\"value\": 1, \"a\": {\"b\": 1, \"\\u0062\": 2}}",
        "\u{FEFF}{\"value\": 1}", "{\"value\": 1,}", "{\"value\": NaN}",
    ])
    func whatIsNoJSON(_ body: String) throws {
        for optional in [false, true] {
            let refusal = try refusal(Self.route("long", optional: optional), request(body))
            #expect(refusal?.kind == .bodyInvalid, "\(body)")
        }
    }

    @Test func bounds() throws {
        func nested(_ levels: Int) -> String {
            "{\"value\": 1, \"a\": " + String(repeating: "[", count: levels - 1)
                + String(repeating: "]", count: levels - 1) + "}"
        }
        #expect(try refusal(Self.route("long"), request(nested(64))) == nil)
        #expect(try refusal(Self.route("long"), request(nested(65)))?.kind == .bodyInvalid)
        func long(_ bytes: Int) -> String {
            "{\"value\": 1}" + String(repeating: " ", count: bytes - 12)
        }
        #expect(try refusal(Self.route("long"), request(long(1 << 20))) == nil)
        #expect(try refusal(Self.route("long"), request(long(1 << 20 + 1)))?.kind == .bodyInvalid)
    }

    /// A body that nobody showed might have what a policy forbids.
    @Test func bodiesThatAreNotShown() throws {
        let plain = try HTTPRequest.of("GET", "/payments", headers: [("content-length", "0")])
        for optional in [false, true] {
            let route = Self.route("long", optional: optional)
            #expect(try refusal(route, plain)?.kind == .bodyUnknown)
            // Nothing is left of what was known of the request before.
            var other = try request("{\"value\": 1}")
            other.body.removeAll()
            #expect(try refusal(route, other)?.kind == .bodyUnknown)
        }
    }

    /// Of an optional member as well: what is in the rest might have been forbidden.
    @Test func partsOfBodies() throws {
        for optional in [false, true] {
            let refusal = try refusal(
                Self.route("long", optional: optional), request("", isWhole: false))
            #expect(refusal?.kind == .bodyPartial)
        }
    }

    /// What Go's `encoding/json`, among others, takes for the same member.
    @Test(arguments: [
        "{\"value\": 1, \"Value\": 2}", "{\"VALUE\": 2, \"value\": 1}", "{\"Value\": 1}",
    ])
    func namesInAnotherCase(_ body: String) throws {
        for optional in [false, true] {
            let refusal = try refusal(Self.route("long", optional: optional), request(body))
            #expect(refusal == RequestRefusal(.memberDuplicated, at: 0))
        }
    }

    @Test(arguments: ["ask", "a\u{17F}k", "as\u{212A}", "A\u{17F}\u{212A}"])
    func lettersThatFoldToLettersOfASCII(_ name: String) throws {
        let route = Document.route(
            "/payments", context: Document.map([("v", Self.source(("body", "/ask")))]))
        let refusal = try refusal(route, request("{\"\(name)\": \"a\"}"))
        #expect((refusal?.kind == .memberDuplicated) == (name != "ask"))
    }

    @Test(
        arguments: [
            ("long", "\"1\""), ("long", "1.0"), ("long", "1e0"), ("long", "true"),
            ("long", "9223372036854775808"), ("long", "-0"), ("long", "[1]"), ("long", "{}"),
            ("bool", "\"true\""), ("bool", "1"), ("string", "1"), ("string", "true"),
            ("string", "[]"), ("entity", "\"\""), ("entity", "1"), ("ip", "\"1.2.3\""),
            ("ip", "16909060"), ("decimal", "1e2"), ("decimal", "1.00000"), ("decimal", "\"1\""),
            ("decimal", "\"1e2\""), ("decimal", "true"), ("decimal", "922337203685478"),
        ])
    func otherTypes(_ type: String, _ value: String) throws {
        let refusal = try refusal(Self.route(type), request("{\"value\": \(value)}"))
        #expect(refusal == RequestRefusal(.memberInvalid, at: 0), "\(type) \(value)")
    }

    @Test(arguments: [
        "{}", "[]", "1", "null", "{\"value\": null}", "{\"other\": {\"value\": 1}}",
    ])
    func nothingAtThePlace(_ body: String) throws {
        #expect(
            try refusal(Self.route("long"), request(body)) == RequestRefusal(.memberMissing, at: 0))
        let optional = try compose(Self.route("long", optional: true), request(body))
        #expect(try optional.get().isEmpty)
    }

    @Test func noBody() throws {
        #expect(
            try refusal(Self.route("long"), request(nil)) == RequestRefusal(.memberMissing, at: 0))
        let optional = try compose(Self.route("long", optional: true), request(nil, type: nil))
        #expect(try optional.get().isEmpty)
    }

    @Test func extensionsGivenTwice() throws {
        let route = Document.route(
            "/payments",
            context: Document.map([
                ("v", Self.source(("extension", "tenant"), ("optional", "true")))
            ]))
        var request = try HTTPRequest.of("GET", "/payments", headers: [("tenant", "evil")])
        #expect(try compose(route, request).get().isEmpty)
        request.extensions.append(name: Array("Tenant".utf8).span, value: Array("b".utf8).span)
        #expect(try compose(route, request).get().isEmpty)
        request.extensions.append(name: Array("tenant".utf8).span, value: Array("a".utf8).span)
        let members = try compose(route, request).get()
        guard case .string("a")? = members.first?.value else {
            Issue.record("\(members)")
            return
        }
        request.extensions.append(name: Array("tenant".utf8).span, value: Array("a".utf8).span)
        #expect(try refusal(route, request) == RequestRefusal(.memberDuplicated, at: 0))
    }

    @Test(arguments: [
        "value", "", "#/value", "/a~", "/a~2", "/a/~", String(repeating: "/a", count: 33),
    ])
    func pointersThatAreNone(_ pointer: String) {
        #expect(BodyPointer(pointer) == nil)
        #expect(throws: DocumentError.self) {
            try RouteTable(
                Document.file([
                    Document.route(
                        "/a", context: Document.map([("v", Self.source(("body", pointer)))]))
                ]))
        }
    }

    // MARK: Read

    @Test(
        arguments: [
            ("/a", "1"), ("/b/c", "2"), ("/d/1", "4"), ("/d/10", nil), ("/d/01", nil),
            ("/d/-1", nil),
            ("/e~1f", "5"), ("/g~0h", "6"), ("/", "7"), ("/b/", nil), ("/i/0/j", "8"),
            ("/a/0", nil),
            ("/~01", "9"),
        ] as [(String, String?)])
    func pointers(_ pointer: String, _ expected: String?) throws {
        let body = """
            {"a": "1", "b": {"c": "2"}, "d": ["3", "4"], "e/f": "5", "g~h": "6", "": "7",
             "i": [{"j": "8"}], "~1": "9"}
            """
        let route = Document.route(
            "/payments",
            context: Document.map([
                ("v", Self.source(("body", pointer), ("optional", "true")))
            ]))
        let members = try compose(route, request(body)).get()
        var found: String?
        if case .string(let text)? = members.first?.value { found = text.string }
        #expect(found == expected, "\(pointer)")
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "application/json;charset=utf-8",
        "application/json ; charset=\"UTF-8\"", "application/vnd.bank.v3+json",
    ])
    func typesOfJSON(_ type: String) throws {
        #expect(try refusal(Self.route("long"), request("{\"value\": 1}", type: type)) == nil)
    }

    @Test func everyType() throws {
        let values: [(String, String, Value)] = [
            ("string", "\"a\\u00e9\"", .string("aé")), ("long", "-12", .long(-12)),
            ("bool", "false", .bool(false)),
            ("decimal", "12", .decimal(Decimal(scaled: 120_000))),
            ("decimal", "-12.5", .decimal(Decimal(scaled: -125_000))),
            ("decimal", "\"12.50\"", .decimal(Decimal(scaled: 125_000))),
            ("entity", "\"a-1\"", .entity(EntityUID(type: "Account", id: "a-1"))),
            ("ip", "\"192.0.2.1\"", .ip(IPAddress(ipv4: 0xC000_0201))),
        ]
        for (type, text, expected) in values {
            let members = try compose(
                Self.route(type), request("{\"value\": \(text)}")
            ).get()
            #expect(members.map { "\($0.value)" } == ["\(expected)"], "\(type) \(text)")
        }
    }

    @Test func theResourcesID() throws {
        let document = Document.route("/payments", id: Self.source(("body", "/account")))
        let table = try RouteTable(Document.file([document]))
        var composer = RouteComposer()
        func id(_ body: String) throws -> String? {
            var scratch = try request(body)
            scratch.extensions.removeAll()
            return try composer.compose(scratch, 0, of: table).resource.uid.id.string
        }
        #expect(try id("{\"account\": \"a-1\"}") == "a-1")
        for (body, kind) in [
            ("{}", RequestRefusal.Kind.memberMissing), ("{\"account\": 1}", .memberInvalid),
            ("{\"account\": \"\"}", .memberInvalid),
        ] {
            #expect(throws: RequestRefusal(kind, at: -1)) { try id(body) }
        }
        #expect(try id("{\"account\": \"a-2\"}") == "a-2")
    }

    @Test func onlyWhatIsReadIsAskedFor() throws {
        let reading = try RouteTable(Document.file([Self.route("long")]))
        #expect(reading.readsBodies && reading.bodyReaders == reading.routes.map(\.name))
        #expect(
            Set(reading.headerNames)
                == [Array("content-type".utf8), Array("content-length".utf8)])
        let other = try RouteTable(
            Document.file([
                Document.route(
                    "/payments", id: Self.source(("extension", "tenant")))
            ]))
        #expect(!other.readsBodies && other.bodyReaders.isEmpty && other.headerNames.isEmpty)
        #expect(other.extensionNames == [Array("tenant".utf8)])
    }

    @Test(.enabled(if: is_optimized_build())) func allocatesNothingAfterWarmUp() throws {
        let table = try RouteTable(Document.file([Self.route("decimal")]))
        let request = try request("{\"a\": [1, 2, {\"b\": \"c\"}], \"value\": 12.5}")
        var composer = RouteComposer()
        for _ in 0..<3 { _ = try composer.compose(request, 0, of: table) }
        let before = allocation_count()
        for _ in 0..<100 { _ = try composer.compose(request, 0, of: table) }
        #expect(allocation_count() - before == 0)
    }
}
