import Testing

@testable import Identity

@Suite struct SpiffeIDTests {
    @Test(arguments: [
        "spiffe://example.org/a", "spiffe://example.org", "spiffe://a_b-c.9/x/Y/..z/.a/a..b",
        "spiffe://1.2.3.4/service", "spiffe://td/...",
    ])
    func accepts(_ text: String) throws {
        #expect(try SpiffeID(parsing: Array(text.utf8)).description == text)
    }

    @Test(
        arguments: [
            ("", .scheme, 0), ("http://td/a", .scheme, 0), ("SPIFFE://td/a", .scheme, 0),
            ("spiffe:/td/a", .scheme, 8), ("spiffe://", .trustDomain, 9),
            ("spiffe:///a", .trustDomain, 9), ("spiffe://Td/a", .trustDomain, 9),
            ("spiffe://td:80/a", .trustDomain, 9), ("spiffe://user@td/a", .trustDomain, 9),
            ("spiffe://td?q", .trustDomain, 9), ("spiffe://td#f", .trustDomain, 9),
            ("spiffe://t%64/a", .trustDomain, 9), ("spiffe://tд/a", .trustDomain, 9),
            ("spiffe://td/", .segment, 12), ("spiffe://td/a/", .segment, 14),
            ("spiffe://td//a", .segment, 12), ("spiffe://td/./a", .segment, 12),
            ("spiffe://td/a/..", .segment, 14), ("spiffe://td/a?q=1", .pathByte, 13),
            ("spiffe://td/a#f", .pathByte, 13), ("spiffe://td/%61", .pathByte, 12),
            ("spiffe://td/a;b", .pathByte, 13), ("spiffe://td/a,b", .pathByte, 13),
            ("spiffe://td/a\u{0}", .pathByte, 13), ("spiffe://td/é", .pathByte, 12),
            (" spiffe://td/a", .scheme, 0), ("spiffe://td/a ", .pathByte, 13),
            ("spiffe://td\\a", .trustDomain, 9),
        ] as [(String, SpiffeID.Offence.Kind, Int)])
    func refuses(_ text: String, _ kind: SpiffeID.Offence.Kind, _ offset: Int) {
        #expect(throws: SpiffeID.Offence(kind, at: offset)) {
            try SpiffeID(parsing: Array(text.utf8))
        }
    }

    @Test func lengthsHaveLimits() throws {
        let start = "spiffe://td/"
        let longest = start + String(repeating: "a", count: 2048 - start.utf8.count)
        #expect(try SpiffeID(parsing: Array(longest.utf8)).utf8.count == 2048)
        #expect(throws: SpiffeID.Offence(.tooLong, at: 2048)) {
            try SpiffeID(parsing: Array((longest + "a").utf8))
        }
        let domain = String(repeating: "d", count: 255)
        #expect(
            try SpiffeID(parsing: Array("spiffe://\(domain)/a".utf8)).trustDomain.utf8.count == 255)
        #expect(throws: SpiffeID.Offence(.trustDomain, at: 9)) {
            try SpiffeID(parsing: Array("spiffe://\(domain)d/a".utf8))
        }
    }

    @Test func rootHasNoPath() throws {
        #expect(try SpiffeID(parsing: Array("spiffe://td".utf8)).isRoot)
        #expect(try !SpiffeID(parsing: Array("spiffe://td/a".utf8)).isRoot)
    }
}
