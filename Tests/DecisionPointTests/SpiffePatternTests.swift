import Identity
import Testing

@testable import DecisionPoint

@Suite struct SpiffePatternTests {
    @Test(arguments: [
        "", "spiffe://", "spiffe://bank.example", "spiffe://*/a", "spiffe://bank.example/",
        "spiffe://bank.example//a", "spiffe://bank.example/a/", "spiffe://bank.example/../a",
        "https://bank.example/a", "spiffe://Bank.example/a", "spiffe://bank.example/a*",
        "spiffe://bank.example/**/a", "spiffe://bank.example/a b", "spiffe://bank.example/***",
    ])
    func refuses(_ text: String) {
        #expect(SpiffePattern(text) == nil)
    }

    @Test(arguments: [
        ("/ns/*/sa/*", "/ns/pay/sa/api", true), ("/ns/*/sa/*", "/ns/pay/sa", false),
        ("/ns/*/sa/*", "/ns/pay/sa/api/x", false), ("/ns/*/sa/*", "/ns/pay/SA/api", false),
        ("/ns/**", "/ns/a", true), ("/ns/**", "/ns/a/b/c", true), ("/ns/**", "/ns", false),
        ("/**", "/a", true), ("/a", "/a", true), ("/a", "/b", false), ("/*", "/a/b", false),
    ])
    func fits(_ pattern: String, _ path: String, _ expected: Bool) throws {
        let pattern = try #require(SpiffePattern("spiffe://bank.example\(pattern)"))
        let id = try SpiffeID(parsing: Array("spiffe://bank.example\(path)".utf8))
        #expect(pattern.fits(id) == expected)
        let foreign = try SpiffeID(parsing: Array("spiffe://bank.example.org\(path)".utf8))
        #expect(!pattern.fits(foreign))
    }

    /// A pattern of the whole domain stands for workloads, not for the domain itself.
    @Test func aDomainIsNoWorkload() throws {
        let pattern = try #require(SpiffePattern("spiffe://bank.example/**"))
        #expect(!pattern.fits(try SpiffeID(parsing: Array("spiffe://bank.example".utf8))))
    }
}
