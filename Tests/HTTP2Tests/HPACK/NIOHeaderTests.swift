import NIOCore
import NIOHPACK
import Testing

@testable import HTTP2

/// Writ's end against swift-nio-http2's.
@Suite struct NIOHeaderTests {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-_./:; =+%ABCDEFXYZé€")

    private func text(
        _ most: Int, _ random: inout SystemRandomNumberGenerator, lowerCase: Bool = false
    ) -> String {
        let letters = lowerCase ? Self.letters[..<26] : Self.letters[...]
        return String(
            (0..<Int.random(in: 0...most, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? "a"
            })
    }

    private func fields(_ random: inout SystemRandomNumberGenerator) -> [(String, String)] {
        (0..<Int.random(in: 1...30, using: &random)).map { _ in
            (text(20, &random, lowerCase: true) + "x", text(80, &random))
        }
    }

    @Test(arguments: [true, false]) func decodesWhatNIOEncodes(_ usesHuffman: Bool) throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            var encoder = HPACKEncoder(
                allocator: ByteBufferAllocator(), useHuffmanEncoding: usesHuffman)
            var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
            let pool = fields(&random)
            for round in 0..<20 {
                if round % 5 == 4 {
                    try encoder.setDynamicTableSize(.random(in: 0...4096, using: &random))
                }
                var headers = HPACKHeaders()
                var expected: [HeaderText] = []
                for _ in 0..<Int.random(in: 0...20, using: &random) {
                    let (name, value) =
                        Int.random(in: 0..<4, using: &random) > 0
                        ? pool.randomElement(using: &random)! : (":path", text(40, &random))
                    let indexing: HPACKIndexing =
                        [.indexable, .indexable, .nonIndexable, .neverIndexed].randomElement(
                            using: &random)!
                    headers.add(name: name, value: value, indexing: indexing)
                    expected.append(HeaderText(name, value))
                }
                var buffer = ByteBuffer()
                try encoder.encode(headers: headers, to: &buffer)
                #expect(decoder.decode(Array(buffer.readableBytesView)) == .whole(expected))
            }
        }
    }

    @Test func encodesWhatNIODecodes() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var encoder = HeaderEncoder()
            let start = Bool.random(using: &random) ? [HeaderEncoder.tableSizeOfZero] : []
            encoder.add(":status", "200")
            var expected = [HeaderText(":status", "200")]
            for (name, value) in fields(&random) {
                encoder.add(name: Array(name.utf8).span, value: Array(value.utf8).span)
                expected.append(HeaderText(name, value))
            }
            var library = HPACKDecoder(
                allocator: ByteBufferAllocator(), maxDynamicTableSize: 4096,
                maxHeaderListSize: 1 << 20)
            var buffer = ByteBuffer(bytes: start + encoder.bytes)
            let headers = try library.decodeHeaders(from: &buffer)
            #expect(headers.map { HeaderText($0.name, $0.value) } == expected)
            var decoder = HeaderDecoder(maximumListBytes: 1 << 20)
            #expect(decoder.decode(start + encoder.bytes) == .whole(expected))
        }
    }
}
