import Gateway
import Testing

@Suite struct AuthorizationFieldTests {
    private func read(_ text: String, isJoined: Bool = false) -> AuthorizationField {
        AuthorizationField(Array(text.utf8).span, isJoined: isJoined)
    }

    @Test(
        "Whatever somebody may read as a bearer token is judged",
        arguments: [
            ("Bearer a.b", 7), ("bearer a.b", 7), ("BEARER   a.b", 9), ("Bearer\ta.b", 7),
            ("Bearer \t a.b", 9), ("\tBearer a.b", 8), (" Bearer a.b", 8), ("Bearer", 0),
            ("Bearer ", 0), ("Bearer\t", 0), ("Bearer:a.b", 6), ("Bearer=a.b", 6),
            ("Bearer\u{b}a.b", 6), ("Bearer\"a", 6), ("Bearer a.b,c", 7),
        ])
    func bearer(_ value: String, _ start: Int) {
        #expect(read(value) == .bearer(start: start))
    }

    @Test(arguments: [
        "", "B", "Basic YTpi", "Bearers a.b", "Bearer-x a", "Digest a=\"b\", c=\"d\"", "x Bearer a",
    ])
    func other(_ value: String) { #expect(read(value) == .other) }

    @Test(
        "Fields that may have been joined are refused",
        arguments: [
            "Basic a,Bearer x", "Basic a, bearer\tx", "Bearer a,Bearer b", "Basic a,,Bearer",
        ])
    func several(_ value: String) {
        #expect(read(value) == .several)
        #expect(read(value, isJoined: true) == .several)
    }

    @Test(arguments: ["Basic a,Basic b", "Bearer a,", ",", "Digest a=\"b\", c=\"d\""])
    func joined(_ value: String) {
        #expect(read(value) != .several)
        #expect(read(value, isJoined: true) == .several)
    }
}
