import CAllocationCount
import CedarEngine
import CedarSyntax
import Testing

@testable import Routes

@Suite struct RouteComposerTests {
    private static func source(_ pairs: [(String, String)]) -> DocumentNode {
        Document.map(pairs.map { ($0.0, Document.text($0.1)) })
    }

    private static let payments = Document.route(
        "/accounts/{account}/payments/{payment}", id: Document.text("{account}/{payment}"),
        attributes: Document.map([
            ("channel", source([("header", "X-Channel"), ("optional", "true")]))
        ]),
        context: Document.map([
            (
                "consent",
                source([
                    ("header", "X-Consent"), ("type", "entity"), ("entity", "Bank::Consent"),
                ])
            ),
            ("limit", source([("query", "limit"), ("type", "long"), ("optional", "true")])),
            ("amount", source([("query", "amount"), ("type", "decimal"), ("optional", "true")])),
            ("dry", source([("query", "dry"), ("type", "bool"), ("optional", "true")])),
            ("peer", source([("header", "x-peer"), ("type", "ip"), ("optional", "true")])),
            ("kind", source([("value", "payment")])),
        ]))

    private func compose(
        _ target: String, headers: [(String, String)], _ document: DocumentNode = payments
    ) throws -> (EntityUID, [(Text, Value)], [(Text, Value)], [(Text, Value)]) {
        let table = try RouteTable(Document.file([document]))
        let request = try HTTPRequest.of("GET", target, headers: headers)
        var scratch = MatchScratch()
        let route = try #require(table.match(request, scratch: &scratch))
        var composer = RouteComposer()
        let question = try composer.compose(request, route, of: table)
        let http = try composer.describe(request, route, of: table)
        #expect(question.action.uid == EntityUID(type: "Action", id: "a1"))
        let records = [question.context, question.resourceAttributes, http]
        for record in records {
            try FlatValidator.validate(record.flat, count: record.flat.size, as: .record)
        }
        try FlatValidator.validate(
            question.resource.flat, count: question.resource.flat.size, as: .entity)
        let members = records.map { $0.members.map { ($0.key, $0.value) } }
        return (question.resource.uid, members[0], members[1], members[2])
    }

    private func refusal(_ target: String, headers: [(String, String)]) -> RequestRefusal? {
        do {
            _ = try compose(target, headers: headers)
            return nil
        } catch {
            return error as? RequestRefusal
        }
    }

    @Test(
        arguments: [
            ("", [], .memberMissing, 1),
            ("", [("x-consent", "")], .memberInvalid, 1),
            ("", [("x-consent", "a"), ("X-Consent", "b")], .memberDuplicated, 1),
            (
                "", [("x-consent", "a"), ("x-channel", "b"), ("x-channel", "b")], .memberDuplicated,
                0
            ),
            ("?limit=1&limit=1", [("x-consent", "a")], .memberDuplicated, 2),
            ("?limit=1&l%69mit=2", [("x-consent", "a")], .memberDuplicated, 2),
            ("?limit=1&Limit=2", [("x-consent", "a")], .memberDuplicated, 2),
            ("?LIMIT=2", [("x-consent", "a")], .memberDuplicated, 2),
            ("?limit=1&limit[]=2", [("x-consent", "a")], .memberDuplicated, 2),
            ("?limit%5Ba%5D=2&limit=1", [("x-consent", "a")], .memberDuplicated, 2),
            ("?limit=1&+limit=2", [("x-consent", "a")], .memberDuplicated, 2),
            ("?limit=", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=01", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=-", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=-0", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=1.0", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=%2B1", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=9223372036854775808", [("x-consent", "a")], .memberInvalid, 2),
            ("?limit=-9223372036854775809", [("x-consent", "a")], .memberInvalid, 2),
            ("?amount=1", [("x-consent", "a")], .memberInvalid, 3),
            ("?amount=1.00000", [("x-consent", "a")], .memberInvalid, 3),
            ("?dry=True", [("x-consent", "a")], .memberInvalid, 4),
            ("?dry=1", [("x-consent", "a")], .memberInvalid, 4),
            ("", [("x-consent", "a"), ("x-peer", "1.2.3")], .memberInvalid, 5),
        ] as [(String, [(String, String)], RequestRefusal.Kind, Int)])
    func refused(
        _ query: String, _ headers: [(String, String)], _ kind: RequestRefusal.Kind, _ member: Int
    ) {
        #expect(
            refusal("/accounts/a/payments/p" + query, headers: headers)
                == RequestRefusal(kind, at: member), "\(query)")
    }

    @Test func namesOfParametersAlike() {
        func isAlike(_ name: String, _ other: String) -> Bool {
            QueryNames.readsLike(Array(name.utf8).span, Array(other.utf8).span)
        }
        for name in ["user_id", "User_ID", "user.id", "user id", " user_id", "user_id[]"] {
            #expect(isAlike(name, "user_id"), "\(name)")
        }
        for name in ["userid", "user_id2", "user-id", "user_i", "", "  ", "[]"] {
            #expect(!isAlike(name, "user_id"), "\(name)")
        }
        #expect(isAlike("filter[status][]", "filter[status]"))
        #expect(!isAlike("filter", "filter[status]"))
    }

    @Test(
        "A field whose name a service could take for the one that the route reads is refused",
        arguments: [
            [("x-consent", "a"), ("x_consent", "b")], [("x_consent", "a")],
            [("x.consent", "b"), ("x-consent", "a")], [("X~Consent", "b"), ("x-consent", "a")],
        ] as [[(String, String)]])
    func namesAlike(_ headers: [(String, String)]) throws {
        let table = try RouteTable(Document.file([Self.payments]))
        func refusal(_ headers: [(String, String)]) throws -> RequestRefusal? {
            var request = try HTTPRequest.of("GET", "/accounts/a/payments/p")
            for (name, value) in headers {
                try table.take(
                    name: Array(name.utf8).span, value: Array(value.utf8).span,
                    into: &request.headers)
            }
            var composer = RouteComposer()
            do throws(RequestRefusal) {
                _ = try composer.compose(request, 0, of: table)
                return nil
            } catch {
                return error
            }
        }
        #expect(try refusal(headers) == RequestRefusal(.memberDuplicated, at: 1))
        #expect(try refusal([("X-Consent", "a"), ("x_other", "b"), ("xxconsent", "c")]) == nil)
    }

    @Test func headerOfNoUTF8() throws {
        let table = try RouteTable(Document.file([Self.payments]))
        var request = try HTTPRequest.of("GET", "/accounts/a/payments/p")
        try request.headers.append(name: Array("x-consent".utf8).span, value: [0xFF].span)
        var composer = RouteComposer()
        #expect(throws: RequestRefusal(.memberInvalid, at: 1)) {
            try composer.compose(request, 0, of: table)
        }
    }

    @Test func composed() throws {
        let (resource, context, attributes, http) = try compose(
            "/accounts/caf%C3%A9%20x/payments/p1?limit=-9223372036854775808&amount=12.5&dry=true"
                + "&other=1&other=2",
            headers: [
                ("X-Consent", "c-1"), ("x-channel", " web "), ("x-peer", "192.0.2.0/24"),
                ("x-unread", "a"), ("x-unread", "b"),
            ])
        #expect(resource == EntityUID(type: "Thing", id: "café x/p1"))
        let values = Dictionary(uniqueKeysWithValues: context.map { ($0.0.string, $0.1) })
        #expect(values.count == 6)
        guard case .entity(let consent)? = values["consent"],
            case .long(let limit)? = values["limit"],
            case .decimal(let amount)? = values["amount"], case .bool(true)? = values["dry"],
            case .ip(let peer)? = values["peer"], case .string("payment")? = values["kind"]
        else {
            Issue.record("\(values)")
            return
        }
        #expect(consent == EntityUID(type: "Bank::Consent", id: "c-1"))
        #expect(limit == .min)
        #expect(amount.scaled == 125_000)
        #expect(peer == IPAddress(ipv4: 0xC000_0200, prefix: 24))
        guard attributes.count == 1, case .string("web") = attributes[0].1 else {
            Issue.record("\(attributes)")
            return
        }
        var texts: [String: String] = [:]
        for (name, value) in http {
            if case .string(let text) = value { texts[name.string] = text.string }
        }
        #expect(
            texts == [
                "method": "GET", "host": "api.example.org",
                "path": "/accounts/caf%C3%A9%20x/payments/p1",
                "query": "limit=-9223372036854775808&amount=12.5&dry=true&other=1&other=2",
                "route": "GET /accounts/{account}/payments/{payment}",
            ])
    }

    @Test func restAndOptional() throws {
        let (resource, context, attributes, http) = try compose(
            "/files/a/b%20c/", headers: [],
            Document.route("/files/{path...}", id: Document.text("/{path}")))
        #expect(resource == EntityUID(type: "Thing", id: "/a/b c/"))
        #expect(context.isEmpty && attributes.isEmpty)
        #expect(http.count == 4)
    }

    @Test(.enabled(if: is_optimized_build())) func warmRequestsAllocateNothing() throws {
        let table = try RouteTable(Document.file([Self.payments]))
        var scratch = MatchScratch()
        var composer = RouteComposer()
        var request = HTTPRequest()
        let (method, host) = (Array("GET".utf8), Array("API.example.org:443".utf8))
        let target = Array("/accounts/a1/payments/p%201?limit=5&amount=1.5".utf8)
        let (name, value) = (Array("X-Consent".utf8), Array("c-1".utf8))
        var wrong = 0
        func once() throws(RequestRefusal) {
            request.removeAll()
            try request.read(method: method.span, host: host.span, target: target.span)
            try request.headers.append(name: name.span, value: value.span)
            guard let route = table.match(request, scratch: &scratch) else {
                wrong += 1
                return
            }
            let question = try composer.compose(request, route, of: table)
            if question.context.count != 4 { wrong += 1 }
            if try composer.describe(request, route, of: table).count < 4 { wrong += 1 }
        }
        for _ in 0..<10 { try once() }
        let before = allocation_count()
        for _ in 0..<10_000 { try once() }
        let allocations = allocation_count() - before
        #expect(allocations == 0)
        #expect(wrong == 0)
    }
}
