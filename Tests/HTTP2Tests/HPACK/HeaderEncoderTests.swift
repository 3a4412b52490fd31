import Testing

@testable import HTTP2

@Suite struct HeaderEncoderTests {
    @Test(arguments: [
        // An entry of the static table, a name of it, the first of a name that recurs, neither.
        (":status", "200", "88"), (":status", "404", "8d"), (":path", "/index.html", "85"),
        ("www-authenticate", "", "bd"), ("accept-encoding", "gzip, deflate", "90"),
        ("content-type", "application/grpc", "0f10 10 6170 706c 6963 6174 696f 6e2f 6772 7063"),
        (":status", "418", "08 03 343138"), (":path", "/a", "04 02 2f61"),
        ("www-authenticate", "b", "0f2e 01 62"), ("te", "x", "00 02 7465 01 78"),
        ("", "", "00 00 00"), (":statu", "200", "00 06 3a73 7461 7475 03 323030"),
    ]) func encodes(_ name: String, _ value: String, _ digits: String) {
        var encoder = HeaderEncoder()
        encoder.add(name: Array(name.utf8).span, value: Array(value.utf8).span)
        #expect(encoder.bytes == hex(digits))
    }

    @Test(arguments: [126, 127, 128, 254, 255, 256, 16_510, 16_511, 100_000])
    func writesLengths(_ count: Int) {
        var encoder = HeaderEncoder()
        let value = [UInt8](repeating: 0x61, count: count)
        encoder.add(name: Array("a".utf8).span, value: value.span)
        var decoder = HeaderDecoder(maximumListBytes: 1 << 20)
        #expect(
            decoder.decode(encoder.bytes)
                == .whole([HeaderText(name: Array("a".utf8), value: value)]))
    }

    @Test func takesLiterals() {
        var encoder = HeaderEncoder()
        encoder.add(":status", "200")
        encoder.add("grpc-status", "0")
        #expect(encoder.bytes == hex("88 00 0b 67727063 2d737461 747573 01 30"))
        encoder.removeAll()
        encoder.add(":status", "500")
        #expect(encoder.bytes == [0x8E])
    }
}
