import ExtAuthzMessages
import Wire

/// A message in memory that is not freed before the test is.
@safe
final class Message {
    private let memory: UnsafeMutableRawBufferPointer
    private let count: Int

    init(_ bytes: [UInt8]) {
        unsafe memory = .allocate(byteCount: max(bytes.count, 1), alignment: 1)
        unsafe memory.copyBytes(from: bytes)
        count = bytes.count
    }

    func view(_ watch: NameWatch = NameWatch()) throws -> CheckRequestView {
        try CheckRequestView(
            unsafe ByteRegion(UnsafeRawBufferPointer(rebasing: memory[..<count])),
            limits: CheckLimits(), watch: watch)
    }

    deinit { unsafe memory.deallocate() }
}

/// A CheckRequest as Envoy sends it, in parts that tests change.
struct CheckMessage {
    var method = "GET"
    var host = "api.example.org"
    var path = "/payments/7"
    var headers: [(String, String)] = []
    /// Whether the header fields come with duplicates, or as a map.
    var isRaw = true
    /// URL-encoded PEM.
    var certificate = ""
    var address = "127.0.0.1"
    /// The configuration of the route.
    var extensions: [(String, String)] = []
    /// What came of the body; nil when the gateway sends none.
    var body: String?
    /// Of the body, in bytes; -1 where Envoy does not know it.
    var size = -1

    var bytes: [UInt8] {
        var http = field(2, method) + field(4, path) + field(5, host)
        if isRaw {
            // Value as bytes, as Envoy does.
            http += field(13, headers.flatMap { field(1, field(1, $0) + field(3, $1)) })
        } else {
            http += headers.flatMap { field(3, field(1, $0) + field(2, $1)) }
        }
        if size != 0 { http += integer(9 << 3) + integer(UInt64(bitPattern: Int64(size))) }
        if let body { http += field(12, body) }
        let socket = field(1, field(2, address) + integer(3 << 3) + integer(9))
        var source = field(1, socket)
        if !certificate.isEmpty { source += field(5, certificate) }
        let extensions = extensions.flatMap { field(10, field(1, $0) + field(2, $1)) }
        return field(1, field(1, source) + field(4, field(2, http)) + extensions)
    }
}

private func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    integer(UInt64(number) << 3 | 2) + integer(UInt64(content.count)) + content
}

private func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

private func integer(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

/// A CheckResponse, read without our own code: what Envoy would take it for.
struct DecodedReply {
    let size: Int
    /// The code of `status`; nil when the message has none.
    let code: UInt64?
    let denial: UInt64?
    let isOK: Bool
    /// Set on the request.
    let headers: [String: String]
    let removed: [String]
    /// Set on the answer to the client.
    let clientHeaders: [String: String]
    let body: String
    let metadata: [String: [String]]

    /// Whether Envoy passes the request on: the code decides, whatever else is there.
    var isAllowed: Bool { (code ?? 0) == 0 }

    init(_ bytes: [UInt8]) {
        size = bytes.count
        let top = Fields(bytes)
        code = top.message(1).map { Fields($0).number(1) ?? 0 }
        let denied = top.message(2).map { Fields($0) }
        let allowed = top.message(3).map { Fields($0) }
        denial = denied?.message(1).flatMap { Fields($0).number(1) }
        isOK = allowed != nil
        headers = Self.headers(allowed?.messages(2) ?? [])
        removed = (allowed?.messages(5) ?? []).map { String(decoding: $0, as: UTF8.self) }
        clientHeaders = Self.headers(denied?.messages(2) ?? allowed?.messages(6) ?? [])
        body = denied?.message(3).map { String(decoding: $0, as: UTF8.self) } ?? ""
        var metadata: [String: [String]] = [:]
        for entry in top.message(4).map({ Fields($0).messages(1) }) ?? [] {
            let value = Fields(Fields(entry).message(2) ?? [])
            let texts =
                value.message(6).map { list in
                    Fields(list).messages(1).compactMap { Fields($0).message(3) }
                } ?? value.messages(3)
            let key = String(decoding: Fields(entry).message(1) ?? [], as: UTF8.self)
            metadata[key] = texts.map { String(decoding: $0, as: UTF8.self) }
        }
        self.metadata = metadata
    }

    private static func headers(_ options: [[UInt8]]) -> [String: String] {
        var headers: [String: String] = [:]
        for option in options {
            let header = Fields(Fields(option).message(1) ?? [])
            headers[String(decoding: header.message(1) ?? [], as: UTF8.self)] =
                String(decoding: header.message(2) ?? [], as: UTF8.self)
        }
        return headers
    }
}

/// The fields of a message: numbers, eight bytes, or bytes.
private struct Fields {
    private var numbers: [Int: UInt64] = [:]
    private var contents: [(number: Int, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) {
        var index = 0
        func integer() -> UInt64 {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { break }
                shift += 7
            }
            return value
        }
        while index < bytes.count {
            let tag = integer()
            switch tag & 7 {
            case 0: numbers[Int(tag >> 3)] = integer()
            case 1: index += 8
            default:
                let count = Int(integer())
                contents.append((Int(tag >> 3), Array(bytes[index..<index + count])))
                index += count
            }
        }
    }

    func number(_ field: Int) -> UInt64? { numbers[field] }
    func messages(_ field: Int) -> [[UInt8]] {
        contents.filter { $0.number == field }.map(\.bytes)
    }
    func message(_ field: Int) -> [UInt8]? { messages(field).last }
}
