/// A `CheckRequest` as Envoy sends it for a request over mutual TLS, with raw headers.
enum CheckMessage {
    /// The bytes of a message.
    /// - Parameters:
    ///   - path: path and query of the request.
    ///   - certificate: URL-encoded PEM of the client's leaf.
    static func encoded(path: String, certificate: String) -> [UInt8] {
        let headers: [(String, String)] = [
            (":authority", "api.example.com"), (":path", path), (":method", "GET"),
            (":scheme", "https"), ("user-agent", "curl/8.7.1"), ("accept", "application/json"),
            ("accept-encoding", "gzip, deflate, br"), ("accept-language", "de-DE,de;q=0.9,en;q=0.8"),
            ("x-forwarded-for", "10.0.0.17"), ("x-forwarded-proto", "https"),
            ("x-request-id", "5f2c4e0e-3c6d-4f0a-9d7e-0f3b1d2c4a5b"),
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("x-envoy-auth-partial-body", "false"),
        ]
        let map = headers.flatMap { name, value in
            field(1, field(1, Array(name.utf8)) + field(3, Array(value.utf8)))
        }
        let http =
            field(1, Array("1234567890123456789".utf8)) + field(2, Array("GET".utf8))
            + field(4, Array(path.utf8)) + field(5, Array("api.example.com".utf8))
            + field(6, Array("https".utf8)) + field(10, Array("HTTP/2".utf8)) + field(13, map)
        let source =
            field(1, field(1, field(2, Array("10.0.0.17".utf8)) + [0x18, 0xD2, 0xF0, 0x03]))
            + field(4, Array("spiffe://example.com/client".utf8))
            + field(5, Array(certificate.utf8))
        let destination = field(
            1, field(1, field(2, Array("10.0.0.1".utf8)) + [0x18, 0xBB, 0x03]))
        let time: [UInt8] = [0x08, 0x80, 0xA2, 0xDE, 0xE8, 0x06, 0x10, 0x80, 0x89, 0x7A]
        return field(
            1,
            field(1, source) + field(2, destination) + field(4, field(1, time) + field(2, http))
                + field(10, field(1, Array("resource_type".utf8)) + field(2, Array("order".utf8)))
                + field(12, field(1, Array("api.example.com".utf8))))
    }

    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes = [number << 3 | 2]
        var count = content.count
        while count >= 0x80 {
            bytes.append(UInt8(count & 0x7F) | 0x80)
            count >>= 7
        }
        bytes.append(UInt8(count))
        return bytes + content
    }
}
