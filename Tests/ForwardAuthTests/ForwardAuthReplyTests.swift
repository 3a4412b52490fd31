import ForwardAuth
import Routes
import Testing

@Suite struct ForwardAuthReplyTests {
    private func text(_ reply: ForwardAuthReply, _ name: String) -> String? {
        guard case .one(let range) = reply.fields.find(Array(name.utf8).span) else { return nil }
        return reply.fields.text(range)
    }

    @Test("No other codes exist")
    func codes() {
        #expect(ForwardAuthReply.Status.allCases.map(\.rawValue) == [200, 401, 403])
    }

    @Test("Before anything is decided it is a denial")
    func begins() {
        var reply = ForwardAuthReply()
        #expect(reply.status == .denied)
        reply.conclude(.allowed)
        reply.add("x-user", "alice")
        reply.reset()
        #expect(reply.status == .denied && reply.fields.count == 0)
    }

    @Test(
        "A name that frames a message, or is none, makes a denial",
        arguments: ["connection", "content-length", "host", ":path", "te", "a b", "", "é"])
    func namesRefused(_ name: String) {
        var reply = ForwardAuthReply()
        reply.conclude(.allowed)
        reply.add("x-user", "alice")
        reply.add(name, "a")
        #expect(reply.status == .denied && reply.isSpoiled && reply.fields.count == 0)
    }

    @Test(
        "A value that a field cannot carry exactly makes a denial",
        arguments: [
            " admin", "admin ", "\tadmin", "a\r\nX-Admin: 1", "a\0", "a\u{7F}",
            String(repeating: "a", count: ForwardAuthReply.maximumFieldBytes),
        ])
    func valuesRefused(_ value: String) {
        var reply = ForwardAuthReply()
        reply.conclude(.allowed)
        reply.add("x-tenant", "bank")
        reply.add("x-user", value)
        #expect(reply.status == .denied && reply.fields.count == 0)
        // And nothing makes an allow of it again.
        reply.conclude(.allowed)
        reply.add("x-user", "alice")
        #expect(reply.status == .denied && reply.fields.count == 0)
        reply.reset()
        reply.conclude(.allowed)
        #expect(reply.status == .allowed)
    }

    @Test("The fields together are bounded")
    func bounded() {
        var reply = ForwardAuthReply()
        reply.conclude(.allowed)
        let half = ForwardAuthReply.maximumFieldBytes / 2
        reply.add("a", String(repeating: "a", count: half - 1))
        reply.add("b", String(repeating: "b", count: half - 1))
        #expect(reply.status == .allowed)
        reply.add("c", "")
        #expect(reply.status == .denied)
    }

    @Test("A body is the client's, and bounded")
    func bodies() {
        var reply = ForwardAuthReply()
        reply.conclude(.allowed)
        reply.setBody(Array("no".utf8).span)
        #expect(reply.status == .allowed && reply.body.isEmpty)
        reply.conclude(.denied)
        let most = [UInt8](repeating: 97, count: ForwardAuthReply.maximumBodyBytes)
        reply.setBody(most.span)
        #expect(reply.body == most && !reply.isSpoiled)
        reply.setBody((most + [97]).span)
        #expect(reply.body.isEmpty && reply.isSpoiled)
    }

    @Test("A field is sent also without a value, and of two the first counts")
    func fields() {
        var reply = ForwardAuthReply()
        reply.conclude(.allowed)
        reply.add("x-user", "zoë")
        reply.add("x-device", "")
        reply.add("x-user", "root")
        #expect(reply.status == .allowed && reply.fields.count == 2)
        #expect(text(reply, "x-user") == "zoë")
        #expect(text(reply, "x-device") == "")
    }

    @Test("Nothing of one answer gets into the next")
    func forgets() {
        var reply = ForwardAuthReply()
        reply.conclude(.denied)
        reply.add("www-authenticate", "Bearer")
        reply.setBody(Array("no".utf8).span)
        reply.conclude(.allowed)
        #expect(reply.fields.count == 0 && reply.body.isEmpty)
    }
}

extension ForwardAuthReply {
    fileprivate mutating func add(_ name: String, _ value: String) {
        add(Array(name.utf8).span, Array(value.utf8).span)
    }
}
