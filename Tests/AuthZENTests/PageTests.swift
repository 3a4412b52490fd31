import AuthZEN
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON
import Testing

@Suite("PageToken")
struct PageTokenTests {
    private static let query = [UInt8](repeating: 7, count: 32)
    private static let token = PageToken(
        limit: 5, position: ScanPosition(key: 0x0102_0304_0506_0708, ordinal: 9))

    @Test("A token is opened by who sealed it, for its query, and by nobody else")
    func sealing() throws {
        let key = PageTokenKey.random()
        let sealed = Self.token.sealed(query: Self.query, key)
        #expect(PageToken(sealed, query: Self.query, key) == Self.token)
        #expect(PageToken(sealed, query: Self.query, PageTokenKey.random()) == nil)
        var other = Self.query
        other[31] = 8
        #expect(PageToken(sealed, query: other, key) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] =
                changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(PageToken(changed, query: Self.query, key) == nil, "character \(index)")
        }
        for text in [[], Array(sealed.dropLast()), sealed + [UInt8(ascii: "A")]] {
            #expect(PageToken(text, query: Self.query, key) == nil)
        }
    }

    @Test("A key has at least 16 bytes")
    func keys() {
        #expect(PageTokenKey([UInt8](repeating: 1, count: 15)) == nil)
        #expect(PageTokenKey([UInt8](repeating: 1, count: 16)) != nil)
    }

    // RFC 4231, test cases 1, 2 and 6.
    @Test("HMAC-SHA-256 is that of the RFC")
    func authentication() {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(
            hex(
                Digest.authentication(
                    of: Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            hex(
                Digest.authentication(
                    of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            hex(
                Digest.authentication(
                    of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                    key: [UInt8](repeating: 0xAA, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }
}

@Suite("AuthZENService, pages")
struct PageTests {
    private static let policies = """
        permit (principal, action == Action::"read", resource is doc) when { resource.open };
        """

    private static func workplace(_ count: Int) throws -> Workplace {
        try Workplace(
            policies: policies,
            entities: (0..<count).map { number in
                entity("doc", Text("d\(number)"), [("open", .bool(number % 3 != 0))])
            } + [entity("user", "u")])
    }

    private static func body(_ page: String?, action: String = "read", context: String = "")
        -> String
    {
        #"{"subject":{"type":"user","id":"u"},"action":{"name":"\#(action)"},"#
            + #""resource":{"type":"doc"}\#(context)\#(page.map { ",\"page\":{\($0)}" } ?? "")}"#
    }

    private struct Page {
        let token: String?
        let ids: [String]

        init(_ reply: AuthZENReply) throws {
            let tape = try JSONTape(parsing: reply.body)
            let page = tape.member(tape.root, "page")
            token = page.flatMap { tape.text($0, "next_token") }
            let results = try #require(tape.member(tape.root, "results"))
            ids = tape.elements(results).compactMap { tape.text($0, "id") }
        }
    }

    @Test(
        "Pages of any size together are the whole, each but the last with a token",
        arguments: [1, 2, 3, 7, 50])
    func pages(_ limit: Int) throws {
        let workplace = try Self.workplace(30)
        var service = try workplace.service()
        let whole = try Page(service.answer(.resourceSearch, Self.body(nil)))
        #expect(whole.ids.count == 20)
        #expect(whole.token == nil)
        var ids: [String] = []
        var page = try Page(service.answer(.resourceSearch, Self.body("\"limit\":\(limit)")))
        while true {
            ids += page.ids
            #expect(page.ids.count <= limit)
            let token = try #require(page.token)
            if token.isEmpty { break }
            #expect(page.ids.count == limit)
            // The limit is left out: the token keeps it.
            page = try Page(service.answer(.resourceSearch, Self.body("\"token\":\"\(token)\"")))
        }
        #expect(ids == whole.ids)
    }

    @Test("A token is bound to all other members")
    func binding() throws {
        let workplace = try Self.workplace(30)
        var service = try workplace.service()
        let first = try Page(service.answer(.resourceSearch, Self.body("\"limit\":2")))
        let token = try #require(first.token)
        let page = "\"token\":\"\(token)\",\"limit\":5"
        #expect(service.answer(.resourceSearch, Self.body(page)).status == 200)
        for changed in [
            Self.body(page, action: "write"), Self.body(page, context: #","context":{"x":1}"#),
            Self.body(page).replacing(#""id":"u""#, with: #""id":"v""#),
            Self.body(page).replacing(#""type":"doc""#, with: #""type":"user""#),
            Self.body(page).replacing(
                #""id":"u""#, with: #""id":"u","properties":{"x":true}"#),
        ] {
            let reply = service.answer(.resourceSearch, changed)
            #expect(reply.status == 400, "\(changed)")
            #expect(reply.text.hasPrefix("`page.token` is not valid"))
        }
        let moved = Self.body(page).replacing(
            #""resource":{"type":"doc"}"#, with: #""resource":{"type":"doc","id":"ignored"}"#)
        #expect(service.answer(.resourceSearch, moved).status == 200)
        var other = try workplace.service()
        #expect(other.answer(.resourceSearch, Self.body(page)).status == 400)
    }

    @Test("A search that tests no further says where it goes on, asked for a page or not")
    func bounds() throws {
        let workplace = try Self.workplace(30)
        var service = try workplace.service { $0.limits.maximumTested = 4 }
        var ids: [String] = []
        var body = Self.body(nil)
        for _ in 0..<20 {
            let page = try Page(service.answer(.resourceSearch, body))
            ids += page.ids
            guard let token = page.token, !token.isEmpty else { break }
            body = Self.body("\"token\":\"\(token)\"")
        }
        var all = try workplace.service()
        #expect(try ids == Page(all.answer(.resourceSearch, Self.body(nil))).ids)
    }

    @Test("A search whose time is over says where it goes on, and gets further each time")
    func time() throws {
        let workplace = try Self.workplace(300)
        var service = try workplace.service { $0.limits.searchMilliseconds = 0 }
        var ids: [String] = []
        var body = Self.body(nil)
        var pages = 0
        while pages < 20 {
            let page = try Page(service.answer(.resourceSearch, body))
            pages += 1
            ids += page.ids
            guard let token = page.token, !token.isEmpty else { break }
            body = Self.body("\"token\":\"\(token)\"")
        }
        #expect(pages > 2 && pages < 20)
        var all = try workplace.service { $0.limits.searchMilliseconds = 60_000 }
        #expect(try ids == Page(all.answer(.resourceSearch, Self.body(nil))).ids)
    }

    @Test("A page after one without room for a result would be that one again: it is refused")
    func noneAgain() throws {
        let workplace = try Self.workplace(30)
        var service = try workplace.service()
        let first = try Page(service.answer(.resourceSearch, Self.body("\"limit\":0")))
        let token = try #require(first.token)
        let again = service.answer(
            .resourceSearch, Self.body("\"token\":\"\(token)\",\"limit\":0"))
        #expect(again.status == 400)
        #expect(again.text.hasPrefix("`page.limit` is 0"))
        // Without a limit the page has the service's own.
        let all = try Page(service.answer(.resourceSearch, Self.body("\"token\":\"\(token)\"")))
        var other = try workplace.service()
        #expect(try all.ids == Page(other.answer(.resourceSearch, Self.body(nil))).ids)
    }

    @Test("Limit 0 tells whether there is any")
    func none() throws {
        let workplace = try Self.workplace(30)
        var service = try workplace.service()
        let page = try Page(service.answer(.resourceSearch, Self.body("\"limit\":0")))
        #expect(page.ids.isEmpty && page.token?.isEmpty == false)
        let empty = try Page(
            service.answer(.resourceSearch, Self.body("\"limit\":0", action: "none")))
        #expect(empty.ids.isEmpty && empty.token == "")
    }

    @Test("The page is the first member of the answer")
    func order() throws {
        let workplace = try Self.workplace(3)
        var service = try workplace.service()
        let reply = service.answer(.resourceSearch, Self.body("\"limit\":1"))
        #expect(reply.text.hasPrefix(#"{"page":{"next_token":""#))
    }

    @Test("Actions are paged too")
    func actions() throws {
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service()
        let body =
            #"{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"record-1"}"#
        #expect(
            service.answer(.actionSearch, body + "}").text
                == #"{"results":[{"name":"read"},{"name":"write"}]}"#)
        let first = service.answer(.actionSearch, body + #","page":{"limit":1}}"#)
        let tape = try JSONTape(parsing: first.body)
        let page = try #require(tape.member(tape.root, "page"))
        let token = try #require(tape.text(page, "next_token"))
        let second = service.answer(.actionSearch, body + ",\"page\":{\"token\":\"\(token)\"}}")
        #expect(
            second.text == #"{"page":{"next_token":"","count":1},"results":[{"name":"write"}]}"#)
    }

    @Test("A page of actions misses none when the store changes, and is none of other policies")
    func changedActions() throws {
        let policies = """
            permit (principal, action == Action::"a", resource) when { resource.open };
            permit (principal, action in [Action::"b", Action::"c"], resource);
            """
        let workplace = try Workplace(
            policies: policies,
            entities: [entity("doc", "d", [("open", .bool(true))]), entity("user", "u")])
        var service = try workplace.service()
        func ask(_ page: String) -> AuthZENReply {
            service.answer(
                .actionSearch,
                #"{"subject":{"type":"user","id":"u"},"resource":{"type":"doc","id":"d"},"#
                    + "\"page\":{\(page)}}")
        }
        func token(_ reply: AuthZENReply) throws -> String {
            let tape = try JSONTape(parsing: reply.body)
            let page = try #require(tape.member(tape.root, "page"))
            return try #require(tape.text(page, "next_token"))
        }
        let first = ask(#""limit":1"#)
        #expect(first.text.hasSuffix(#""results":[{"name":"a"}]}"#), "\(first.text)")
        try workplace.store.put([entity("doc", "d", [("open", .bool(false))])])
        let second = ask("\"token\":\"\(try token(first))\"")
        #expect(second.text.hasSuffix(#""results":[{"name":"b"}]}"#), "\(second.text)")
        workplace.publisher.publish(
            try Ruleset(PolicySet.parse(Array(policies.utf8)), version: 2, plansSearch: true))
        let third = ask("\"token\":\"\(try token(second))\"")
        #expect(third.status == 400 && third.errorCode == "pageTokenInvalid", "\(third.text)")
    }
}
