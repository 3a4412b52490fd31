import ExtAuthzMessages
import Foundation
import Testing

/// Bytes are compared with those of Google's library, recorded by Tests/Record/ext_authz.py.
@Suite struct ReplyBufferTests {
    private let recorded: [String: String]

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/replies", withExtension: "json"))
        recorded = try JSONDecoder().decode(
            [String: String].self, from: try Data(contentsOf: url))
    }

    private func encoded(_ reply: inout ReplyBuffer) -> String {
        reply.withEncoded { bytes in
            var text = ""
            for index in bytes.indices {
                text += String(bytes[index], radix: 16).leftPadded
            }
            return text
        }
    }

    private func expect(spoiled: Bool, _ reply: borrowing ReplyBuffer) {
        let isSpoiled = reply.isSpoiled
        #expect(isSpoiled == spoiled)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func beginsAsADenial() {
        var reply = ReplyBuffer()
        let start = reply.reply
        #expect(start == .deny(.forbidden))
        #expect(encoded(&reply) == recorded["deny"])
        reply.conclude(.allow)
        reply.reset()
        #expect(encoded(&reply) == recorded["deny"])
    }

    @Test func allowIsNotEmpty() {
        var reply = ReplyBuffer()
        reply.conclude(.allow)
        #expect(encoded(&reply) == recorded["allow"])
    }

    @Test func identityHeadersAreSetOrRemoved() {
        var reply = ReplyBuffer(identityHeaders: [bytes("x-user"), bytes("x-roles")])
        for _ in 0..<2 {
            reply.reset()
            reply.conclude(.allow)
            reply.setHeader(bytes("x-user").span, bytes("alice").span)
            reply.setHeader(bytes("x-note").span, bytes("").span)
            reply.addClientHeader(bytes("x-seen").span, bytes("1").span)
            reply.setBody(bytes("nobody sees this").span)
            #expect(encoded(&reply) == recorded["allow with identity"])
        }
    }

    @Test(arguments: [(401, "deny 401"), (429, "deny 429"), (503, "deny 503"), (404, "deny 404")])
    func denialsHaveTheirStatus(_ code: Int, _ name: String) throws {
        var reply = ReplyBuffer()
        reply.conclude(.deny(try #require(DenialStatus(code))))
        if code == 401 {
            reply.addClientHeader(bytes("www-authenticate").span, bytes("Bearer").span)
            reply.addClientHeader(bytes("x-why").span, bytes("näher").span)
            reply.setBody(bytes("who are you?").span)
        }
        if code == 429 {
            reply.setBody(bytes("slow down").span)
            reply.addClientHeader(bytes("retry-after").span, bytes("5").span)
        }
        reply.setHeader(bytes("x-user").span, bytes("nobody").span)
        #expect(encoded(&reply) == recorded[name])
    }

    @Test func metadataIsAStruct() {
        var reply = ReplyBuffer()
        reply.conclude(.allow)
        reply.addMetadata(bytes("decision").span, bytes("00c0ffee").span)
        #expect(encoded(&reply) == recorded["metadata text"])
        reply.conclude(.deny(.forbidden))
        reply.addMetadata(bytes("revision").span, 42)
        #expect(encoded(&reply) == recorded["metadata number"])
        reply.conclude(.allow)
        reply.beginList()
        reply.addToList(bytes("policy-a").span)
        reply.addToList(bytes("policy-b").span)
        reply.endList(bytes("policies").span)
        #expect(encoded(&reply) == recorded["metadata list"])
        reply.conclude(.allow)
        reply.beginList()
        reply.endList(bytes("policies").span)
        #expect(encoded(&reply) == recorded["metadata empty list"])
    }

    @Test func longBodies() {
        var reply = ReplyBuffer()
        reply.setBody([UInt8](repeating: UInt8(ascii: "x"), count: 3000).span)
        #expect(encoded(&reply) == recorded["long body"])
    }

    @Test(arguments: [0, 100, 200, 204, 302, 399, 600, 999, -403])
    func statusesThatAreNoDenialsDoNotExist(_ code: Int) {
        #expect(DenialStatus(code) == nil)
    }

    @Test(arguments: [400, 599])
    func statusesAtTheBoundsExist(_ code: Int) {
        #expect(DenialStatus(code)?.code == UInt16(code))
    }

    @Test(arguments: [
        ("x-user", "a\nb"), ("x-user", "a\r"), ("x-user", "\u{0}"), ("x-user", "a\u{7F}"),
        ("x-user", "\t"), ("x-user", " a"), ("x-user", "a "), ("X-User", "a"), (":path", "/admin"),
        ("host", "a"), ("content-length", "0"), ("transfer-encoding", "chunked"), ("", "a"),
        ("x user", "a"), ("x-us\ner", "a"), ("x-ü", "a"), ("connection", "close"),
    ])
    func aHeaderThatMustNotBeSentSpoilsTheAnswer(_ name: String, _ value: String) {
        for isForClient in [false, true] {
            var reply = ReplyBuffer()
            reply.conclude(.allow)
            reply.addMetadata(bytes("a").span, bytes("b").span)
            if isForClient {
                reply.addClientHeader(bytes(name).span, bytes(value).span)
            } else {
                reply.setHeader(bytes(name).span, bytes(value).span)
            }
            expect(spoiled: true, reply)
            // Nothing that follows makes an allow of it again.
            reply.conclude(.allow)
            reply.setHeader(bytes("x-user").span, bytes("a").span)
            reply.addMetadata(bytes("c").span, 1)
            reply.endList(bytes("d").span)
            #expect(encoded(&reply) == recorded["deny 503"])
            reply.reset()
            reply.conclude(.allow)
            #expect(encoded(&reply) == recorded["allow"])
        }
    }

    @Test func textThatIsNotUTF8SpoilsTheAnswer() {
        let bad: [UInt8] = [0x61, 0xFF]
        func expectSpoiled(_ change: (inout ReplyBuffer) -> Void, allow: Bool = true) {
            var reply = ReplyBuffer()
            if allow { reply.conclude(.allow) }
            change(&reply)
            #expect(encoded(&reply) == recorded["deny 503"])
        }
        expectSpoiled { $0.setHeader(bytes("x-a").span, bad.span) }
        expectSpoiled { $0.addMetadata(bytes("a").span, bad.span) }
        expectSpoiled { $0.addMetadata(bad.span, 1) }
        expectSpoiled { $0.addMetadata(bytes("a").span, .infinity) }
        expectSpoiled { $0.addToList(bad.span) }
        expectSpoiled({ $0.setBody(bad.span) }, allow: false)
    }

    @Test func sizesAreLimited() {
        let value = [UInt8](repeating: UInt8(ascii: "v"), count: HeaderRules.maximumValueBytes)
        var reply = ReplyBuffer()
        reply.conclude(.allow)
        reply.setHeader(bytes("x-a").span, value.span)
        expect(spoiled: false, reply)
        reply.setHeader(bytes("x-a").span, (value + [0x76]).span)
        expect(spoiled: true, reply)
        reply.reset()
        reply.conclude(.allow)
        for _ in 0..<10 { reply.setHeader(bytes("x-a").span, value.span) }
        expect(spoiled: true, reply)
        let size = reply.withEncoded { $0.count }
        #expect(size < ReplyBuffer.maximumBytes)
        reply.reset()
        reply.setBody([UInt8](repeating: 0x61, count: ReplyBuffer.maximumBytes).span)
        expect(spoiled: true, reply)
    }

    private func allowsValue(_ value: [UInt8]) -> Bool { HeaderRules.allowsValue(value.span) }

    private func allowsName(_ name: [UInt8]) -> Bool { HeaderRules.allowsName(name.span) }

    /// Values are judged by words.
    @Test func aControlCharacterIsFoundInEveryPlace() {
        for count in [1, 2, 7, 8, 9, 16, 31, 32, 33, 64, 100] {
            for place in 0..<count {
                for byte in [0x00, 0x0A, 0x0D, 0x1F, 0x7F, 0x80, 0xFF] as [UInt8] {
                    var value = [UInt8](repeating: UInt8(ascii: "v"), count: count)
                    value[place] = byte
                    #expect(!allowsValue(value), "\(byte) at \(place) of \(count)")
                }
            }
        }
        for byte in UInt8.min...UInt8.max {
            let isAllowed = (0x21...0x7E).contains(byte)
            #expect(allowsValue([byte]) == isAllowed, "\(byte)")
            #expect(
                allowsValue([0x61, byte, 0x61]) == (isAllowed || byte == 0x20))
        }
        for byte in UInt8.min...UInt8.max {
            let character = Character(UnicodeScalar(byte))
            let isToken =
                byte < 0x80
                && ("a"..."z" ~= character || "0"..."9" ~= character || "-_.".contains(character))
            #expect(allowsName([byte]) == isToken, "\(byte)")
        }
    }

    @Test func decisionsAreNamedAlikeInABlockAndFieldByField() {
        func encoded(_ add: (inout ReplyBuffer) -> Void) -> [UInt8] {
            var reply = ReplyBuffer()
            reply.reset()
            reply.conclude(.allow)
            add(&reply)
            return reply.withEncoded { span in span.indices.map { span[$0] } }
        }
        let (id, version) = (bytes("0123456789abcdef"), bytes("fedcba9876543210"))
        for revision in [0, 1, 12_345_678, 9_007_199_254_740_992] as [Double] {
            for id in [id, bytes("short"), bytes("")] {
                let block = encoded {
                    $0.addDecision(id: id.span, policyVersion: version.span, revision: revision)
                    $0.addMetadata(bytes("cause").span, bytes("decided").span)
                }
                let fields = encoded {
                    $0.addMetadata(bytes("decision_id").span, id.span)
                    $0.addMetadata(bytes("policy_version").span, version.span)
                    $0.addMetadata(bytes("revision").span, revision)
                    $0.addMetadata(bytes("cause").span, bytes("decided").span)
                }
                #expect(block == fields)
            }
        }
        var spoiled = ReplyBuffer()
        spoiled.conclude(.allow)
        spoiled.addDecision(id: id.span, policyVersion: version.span, revision: .infinity)
        let (isSpoiled, verdict) = (spoiled.isSpoiled, spoiled.reply)
        #expect(isSpoiled && verdict == .deny(.unavailable))
    }
}

extension String {
    fileprivate var leftPadded: String { count == 1 ? "0" + self : self }
}
