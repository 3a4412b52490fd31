import ExtAuthzMessages
import Foundation
import Testing
import Wire

/// Messages recorded from Envoy 1.40 with Tests/Gateways/envoy.yaml, and messages made to be refused.
@Suite struct CheckRequestViewTests {
    private func recorded(_ name: String) throws -> Message {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "bin"))
        return Message([UInt8](try Data(contentsOf: url)))
    }

    @Test func readsWhatEnvoySendsWithRawHeaders() throws {
        let message = try recorded("envoy-1.40-raw-headers")
        let view = try message.view()
        #expect(view.method.words == "POST")
        #expect(view.path.words == "/orders/7?view=full")
        #expect(view.host.words == "localhost:10443")
        #expect(view.scheme.words == "https")
        #expect(view.httpVersion.words == "HTTP/2")
        #expect(view.body.words == "hello=1")
        #expect(view.bodyExtent == .complete)
        #expect(view.sizeBytes == 7)
        #expect(view.serverName.words == "localhost")
        #expect(view.source.principal.words == "spiffe://example.com/user/alice")
        #expect(view.source.certificate.words.hasPrefix("-----BEGIN%20CERTIFICATE-----%0AMII"))
        #expect(view.destination.principal.words == "localhost")
        guard case .socket(let host, let port) = view.source.address else {
            Issue.record("no address")
            return
        }
        #expect(host.words == "127.0.0.1" && port > 0)
        #expect(view.hasRawHeaders)
        var names: [String] = []
        var headers = view.headers
        while let header = headers.next() { names.append(header.name.words) }
        #expect(names.prefix(4) == [":method", ":path", ":scheme", ":authority"])
        #expect(names.count == 15)
        var extensions = view.contextExtensions
        let entry = extensions.next()
        let first = try #require(entry)
        #expect(first.name.words == "resource_type" && first.value.words == "order")
        let second = extensions.next()
        #expect(second.map { _ in 1 } == nil)
    }

    @Test func readsWhatEnvoySendsAsAMap() throws {
        let message = try recorded("envoy-1.40-header-map")
        let view = try message.view()
        #expect(!view.hasRawHeaders)
        guard case .one(let value) = view.headers.lookup("x-dup") else {
            Issue.record("the header is not there once")
            return
        }
        #expect(value.words == "a,b")
        // Four bytes of seven came.
        #expect(view.body.words == "hell")
        #expect(view.bodyExtent == .partial)
        #expect(view.sizeBytes == 7)
    }

    /// Whatever is cut off, a message is read or refused, and what is read stays inside of it.
    @Test func everyPrefixIsReadOrRefused() throws {
        let bytes = try recorded("envoy-1.40-raw-headers").region.copied
        var refused = 0
        for count in 0..<bytes.count {
            do {
                let view = try Message(Array(bytes[..<count])).view()
                // Cut between two fields: of the request there is all or nothing.
                let path = view.path.words
                #expect(path.isEmpty || path == "/orders/7?view=full")
            } catch is MessageError {
                refused += 1
            }
        }
        #expect(refused >= bytes.count - 3)
    }

    @Test func nothingIsARequestOfNothing() throws {
        let view = try Message([]).view()
        #expect(view.method.count == 0)
        #expect(view.bodyExtent == .absent)
        var headers = view.headers
        let header = headers.next()
        #expect(header.map { _ in 1 } == nil)
        if case .unknown = view.source.address {} else { Issue.record("an address") }
    }

    struct Offence: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let error: MessageError
    }

    @Test(arguments: [
        Offence(
            testDescription: "a length beyond the end", bytes: [0x0A, 5, 0], error: .truncated),
        Offence(
            testDescription: "a length of 2^63", bytes: [0x0A] + integer(1 << 63), error: .truncated
        ),
        Offence(testDescription: "a tag cut short", bytes: [0x80], error: .truncated),
        Offence(testDescription: "field 0", bytes: [0x02, 0], error: .badFieldNumber),
        Offence(
            testDescription: "field 2^29", bytes: integer(1 << 32) + [0], error: .badFieldNumber),
        Offence(testDescription: "a group", bytes: [0x0B, 0x0C], error: .badWireType),
        Offence(testDescription: "type 7", bytes: [0x0F], error: .badWireType),
        Offence(
            testDescription: "an integer of 11 bytes",
            bytes: [0x10] + [UInt8](repeating: 0x80, count: 10) + [0], error: .badInteger),
        Offence(
            testDescription: "an integer of 65 bits",
            bytes: [0x10] + [UInt8](repeating: 0xFF, count: 9) + [2], error: .badInteger),
        Offence(testDescription: "a short fixed32", bytes: [0x15, 1, 2, 3], error: .truncated),
        Offence(testDescription: "a short fixed64", bytes: [0x11, 1, 2, 3, 4], error: .truncated),
        Offence(testDescription: "a number for a message", bytes: [0x08, 1], error: .wrongType),
        Offence(
            testDescription: "attributes twice", bytes: field(1, "") + field(1, ""),
            error: .duplicate),
        Offence(
            testDescription: "two paths", bytes: request(http: field(4, "/a") + field(4, "/b")),
            error: .duplicate),
        Offence(
            testDescription: "two sources",
            bytes: request(http: [], attributes: field(1, "") + field(1, "")),
            error: .duplicate),
        Offence(
            testDescription: "a path that is not UTF-8",
            bytes: request(http: field(4, [0x2F, 0xC0, 0xAF])),
            error: .notUTF8),
        Offence(
            testDescription: "a header of the map that is not UTF-8",
            bytes: request(http: field(3, field(1, "x") + field(2, [0xFF]))), error: .notUTF8),
        Offence(
            testDescription: "headers in both forms",
            bytes: request(http: field(3, field(1, "x")) + field(13, field(1, field(1, "x")))),
            error: .twoHeaderForms),
        Offence(
            testDescription: "a header with two values",
            bytes: request(
                http: field(13, field(1, field(1, "x") + field(2, "a") + field(3, "b")))),
            error: .duplicate),
        Offence(
            testDescription: "two bodies", bytes: request(http: field(11, "a") + field(12, "b")),
            error: .duplicate),
        Offence(
            testDescription: "a port of 17 bits",
            bytes: request(http: [], attributes: field(1, field(1, field(1, field(3, 65_536))))),
            error: .badInteger),
    ])
    func refuses(_ offence: Offence) {
        #expect(throws: offence.error) { try Message(offence.bytes).view() }
    }

    @Test func unknownFieldsAreSkipped() throws {
        let message = Message(
            request(
                http: field(99, "new") + field(4, "/a") + [0x81, 0x08]
                    + [UInt8](repeating: 7, count: 8)
                    + [0x85, 0x08, 1, 2, 3, 4] + field(200, 5)))
        #expect(try message.view().path.words == "/a")
    }

    @Test func headersAreLimited() throws {
        var limits = CheckLimits()
        limits.maximumHeaders = 3
        limits.maximumExtensions = 2
        func headers(_ count: Int) -> [UInt8] {
            request(
                http: field(13, (0..<count).flatMap { field(1, field(1, "x\($0)")) }))
        }
        func extensions(_ count: Int) -> [UInt8] {
            field(1, (0..<count).flatMap { field(10, field(1, "x\($0)")) })
        }
        _ = try Message(headers(3)).view(limits: limits)
        #expect(throws: MessageError.tooManyEntries) {
            try Message(headers(4)).view(limits: limits)
        }
        _ = try Message(extensions(2)).view(limits: limits)
        #expect(throws: MessageError.tooManyEntries) {
            try Message(extensions(3)).view(limits: limits)
        }
    }

    @Test func duplicatesAreToldFromOne() throws {
        let raw =
            field(1, field(1, "a") + field(3, "1")) + field(1, field(1, "b") + field(2, "2"))
            + field(1, field(1, "a") + field(3, [0xFF]))
        let message = Message(request(http: field(13, raw)))
        let view = try message.view()
        if case .several = view.headers.lookup("a") {} else { Issue.record("not several") }
        if case .one(let value) = view.headers.lookup("b") {
            #expect(value.words == "2")
        } else {
            Issue.record("not one")
        }
        if case .absent = view.headers.lookup("A") {} else { Issue.record("not absent") }
    }

    @Test(arguments: [
        ("false", 3, CheckRequestView.BodyExtent.complete), ("false", 4, .partial),
        ("true", 3, .partial), ("False", 3, .partial), ("", 3, .partial),
    ])
    func bodyIsCompleteOnlyWhenEnvoySaysSo(
        _ header: String, _ size: UInt64, _ extent: CheckRequestView.BodyExtent
    ) throws {
        let raw = field(1, field(1, "x-envoy-auth-partial-body") + field(3, header))
        let message = Message(
            request(http: field(9, size) + field(12, "abc") + field(13, raw)))
        #expect(try message.view().bodyExtent == extent)
        let twice = Message(
            request(http: field(9, size) + field(12, "abc") + field(13, raw + raw)))
        #expect(try twice.view().bodyExtent == .partial)
    }

    /// Text is judged by words, and short entries are read by code of their own.
    @Test func aByteBeyondUTF8IsFoundInEveryPlace() throws {
        for count in [1, 2, 7, 8, 9, 15, 16, 31, 32, 33, 40, 71, 126, 127, 128, 129, 200] {
            for place in 0..<count {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                bytes[place] = 0xFF
                func header(_ entry: [UInt8]) -> [UInt8] {
                    request(http: field(13, field(1, entry)))
                }
                let refused = [
                    request(http: field(4, bytes)), header(field(1, bytes) + field(3, "v")),
                    header(field(1, "n") + field(2, bytes)), header(field(1, bytes)),
                    request(http: field(3, field(1, "n") + field(2, bytes))),
                ]
                for message in refused {
                    #expect(throws: MessageError.notUTF8) { try Message(message).view() }
                }
                let message = Message(header(field(1, "n") + field(3, bytes)))
                var headers = try message.view().headers
                let entry = headers.next()
                #expect(entry?.value.copied == bytes)
            }
        }
    }

    @Test func anEntryIsTheSameHoweverItIsWritten() throws {
        let (name, value) = (field(1, "authorization"), field(3, "Bearer t"))
        let unknown = field(15, "x")
        for entry in [
            name + value, value + name, unknown + name + value, name + unknown + value,
            name + value + unknown,
        ] {
            let message = Message(request(http: field(13, field(1, entry))))
            guard case .one(let found) = try message.view().authorization else {
                Issue.record("the header is not there once")
                continue
            }
            #expect(found.words == "Bearer t")
        }
        let twice = field(1, name + value) + field(1, value + name)
        guard case .several = try Message(request(http: field(13, twice))).view().authorization
        else {
            Issue.record("of two headers one was chosen")
            return
        }
        #expect(throws: MessageError.self) {
            try Message(request(http: field(13, field(1, name + value + value)))).view()
        }
        // A value of bytes is none of a map's entry.
        let map = Message(request(http: field(3, name + value)))
        guard case .one(let none) = try map.view().authorization else {
            Issue.record("the entry is not there")
            return
        }
        #expect(none.count == 0)
    }
}
