import Foundation

/// A block and what the `hpack` library makes of it; `nil` when it refuses it.
struct RecordedBlock: Sendable {
    let bytes: [UInt8]
    var headers: [HeaderText]?
}

/// The blocks of one connection, in order.
struct RecordedConnection: Sendable {
    let tableSizeBytes: Int
    let maximumListBytes: Int
    var blocks: [RecordedBlock] = []

    /// What `Tests/Differential/headers.py --record` wrote.
    static func all() throws -> [RecordedConnection] {
        guard
            let file = Bundle.module.url(forResource: "Fixtures/recorded", withExtension: "txt")
        else { throw CocoaError(.fileNoSuchFile) }
        var connections: [RecordedConnection] = []
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            switch words[0] {
            case "connection":
                connections.append(
                    RecordedConnection(
                        tableSizeBytes: Int(words[1])!, maximumListBytes: Int(words[2])!))
            case "block":
                connections[connections.count - 1].blocks.append(
                    RecordedBlock(bytes: hex(String(words[1])), headers: []))
            case "field":
                connections[connections.count - 1].last.headers?.append(
                    HeaderText(name: hex(String(words[1])), value: hex(String(words[2]))))
            case "failed": connections[connections.count - 1].last.headers = nil
            default: continue
            }
        }
        return connections
    }

    private var last: RecordedBlock {
        get { blocks[blocks.count - 1] }
        set { blocks[blocks.count - 1] = newValue }
    }

    /// What the decoder must make of a block.
    func expected(_ block: RecordedBlock) -> Decoded? {
        guard let headers = block.headers else { return nil }
        var size = 0
        for (index, header) in headers.enumerated() {
            size += header.sizeBytes
            if size > maximumListBytes { return .tooLong(Array(headers[..<index])) }
        }
        return .whole(headers)
    }
}
