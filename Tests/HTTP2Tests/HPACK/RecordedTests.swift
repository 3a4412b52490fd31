import Testing

@testable import HTTP2

/// Connections whose blocks the `hpack` library of Python made and read.
@Suite struct RecordedTests {
    @Test func decodesAsTheLibraryDoes() throws {
        let connections = try RecordedConnection.all()
        var (whole, tooLong, refused) = (0, 0, 0)
        for connection in connections {
            var decoder = HeaderDecoder(
                tableSizeBytes: connection.tableSizeBytes,
                maximumListBytes: connection.maximumListBytes)
            for block in connection.blocks {
                let decoded = decoder.decode(block.bytes)
                if let expected = connection.expected(block) {
                    #expect(decoded == expected)
                } else {
                    #expect(decoded.error != nil)
                }
                switch decoded {
                case .whole: whole += 1
                case .tooLong: tooLong += 1
                case .failed: refused += 1
                }
            }
        }
        #expect(whole >= 300)
        #expect(tooLong >= 10)
        #expect(refused >= 5)
    }

    /// A block cut short says the first of its fields, or nothing.
    @Test func cutBlocksSayLess() throws {
        for connection in try RecordedConnection.all().dropFirst().prefix(12) {
            for (index, block) in connection.blocks.prefix(6).enumerated()
            where block.bytes.count < 300 {
                guard let headers = block.headers else { continue }
                for length in 0..<block.bytes.count {
                    var decoder = HeaderDecoder(
                        tableSizeBytes: connection.tableSizeBytes, maximumListBytes: 1 << 20)
                    for before in connection.blocks[..<index] { _ = decoder.decode(before.bytes) }
                    switch decoder.decode(Array(block.bytes[..<length])) {
                    case .whole(let fewer): #expect(headers.starts(with: fewer))
                    case .tooLong: Issue.record("a shorter block has a longer list")
                    case .failed(let error): #expect(error == .truncated)
                    }
                }
            }
        }
    }

    /// A block with one wrong bit is refused, or says something else within all limits.
    @Test func wrongBitsKeepTheLimits() throws {
        var refused = 0
        for connection in try RecordedConnection.all().dropFirst().prefix(12) {
            for (index, block) in connection.blocks.prefix(4).enumerated()
            where block.bytes.count < 150 {
                for bit in 0..<8 * block.bytes.count {
                    var decoder = HeaderDecoder(
                        tableSizeBytes: connection.tableSizeBytes, maximumListBytes: 2000)
                    for before in connection.blocks[..<index] { _ = decoder.decode(before.bytes) }
                    var bytes = block.bytes
                    bytes[bit / 8] ^= 1 << (bit % 8)
                    let decoded = decoder.decode(bytes)
                    if decoded.error != nil { refused += 1 }
                    #expect((decoded.headers ?? []).reduce(0) { $0 + $1.sizeBytes } <= 2000)
                    #expect(decoder.table.sizeBytes <= connection.tableSizeBytes)
                    #expect(
                        decoder.tableHeaders.reduce(0) { $0 + $1.sizeBytes }
                            == decoder.table.sizeBytes)
                }
            }
        }
        #expect(refused > 1000)
    }
}
