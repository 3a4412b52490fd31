import AuthZEN
import JSON
import Testing

@Suite("MetadataDocument")
struct MetadataTests {
    @Test(
        "An address that is no decision point's is refused",
        arguments: [
            "", "https://", "http://pdp.example.org", "https://pdp.example.org/",
            "https://pdp.example.org?x", "https://pdp.example.org#x", "https://pdp .org",
            "https://p\"", "pdp.example.org", "HTTPS://x",
            "https:///a", "https://x//a", "https://x/./a", "https://x/..", "https://x/a%2fb",
        ])
    func refused(_ address: String) {
        #expect(MetadataDocument(decisionPoint: address) == nil)
    }

    @Test(
        "A key that cannot sign is refused",
        arguments: [
            ("signing-p384.pem", "neither"), ("server.pem", "no unencrypted"),
            ("README.md", "no unencrypted"),
        ])
    func badKeys(_ file: String, _ word: String) throws {
        let pem = try #require(readFile(fixture(file)))
        do throws(SigningError) {
            _ = try JSONSigner(pem: pem)
            Issue.record("`\(file)` was taken")
        } catch {
            #expect(error.description.contains(word))
        }
    }

    @Test(
        "The path of an address is a tenant's",
        arguments: [
            ("https://x", ""), ("https://x:8443", ""), ("https://x/a", "/a"),
            ("https://x/a/b", "/a/b"),
        ])
    func path(_ address: String, _ path: String) throws {
        #expect(try #require(MetadataDocument(decisionPoint: address)).path == Array(path.utf8))
    }

    @Test("A document has no empty members, and is signed only with a key")
    func plain() throws {
        let document = try #require(MetadataDocument(decisionPoint: "https://pdp.example.org/a"))
        let tape = try JSONTape(parsing: document.json())
        #expect(tape.count(tape.root) == 6)
        for member in tape.members(tape.root) {
            #expect(tape.string(member.value)?.hasPrefix("https://pdp.example.org/a") == true)
        }
    }

    @Test(
        "A signature has the form of its algorithm and covers the document",
        arguments: [("signing-p256.pem", "ES256"), ("signing-ed25519.pem", "EdDSA")])
    func signed(_ file: String, _ algorithm: String) throws {
        var document = try #require(MetadataDocument(decisionPoint: "https://pdp.example.org"))
        document.capabilities = ["urn:example:x"]
        document.signer = try JSONSigner(pem: #require(readFile(fixture(file))), keyID: "k")
        let tape = try JSONTape(parsing: document.json())
        let text = try #require(tape.text(tape.root, "signed_metadata"))
        let parts = try text.split(separator: ".").map {
            try #require(Base64URL.decode(Array($0.utf8)))
        }
        #expect(parts.count == 3)
        #expect(parts[0] == Array(#"{"alg":"\#(algorithm)","kid":"k"}"#.utf8))
        let claims = try JSONTape(parsing: parts[1])
        #expect(claims.text(claims.root, "iss") == "https://pdp.example.org")
        #expect(claims.member(claims.root, "capabilities") != nil)
        #expect(parts[2].count == 64)
    }
}
