import Wire

/// What the other end asks for. Source: RFC 9113, section 6.5.2.
struct PeerSettings: BitwiseCopyable {
    /// The largest window, and the largest increment of one.
    static let maximumWindow = 0x7FFF_FFFF

    private enum Identifier: UInt16 {
        case headerTableSize = 1
        case enablePush = 2
        case initialWindowSize = 4
        case maximumFrameSize = 5
        case noRFC7540Priorities = 9
    }

    /// What each stream may be sent at first, in bytes.
    var initialWindow = 65_535
    /// The longest payload of a frame, in bytes.
    var maximumFrameBytes = 16_384
    /// Whether the next header block must say that the dynamic table, which is never used here,
    /// is empty. Source: RFC 7541, section 4.2.
    var mustEmptyTable = false
    private var tableBytes: UInt32 = 4096

    /// Takes the values of one frame, in order.
    /// - Parameter largestCredit: what the stream that was granted most has beyond the initial
    ///   window.
    mutating func take(_ payload: ByteRegion, largestCredit: Int) throws(ConnectionError) {
        var offset = 0
        while offset < payload.count {
            let number = payload.bigEndian16(at: offset)
            let value = payload.bigEndian32(at: offset + 2)
            offset += 6
            // Unknown settings are ignored, as they must be.
            guard let identifier = Identifier(rawValue: number) else { continue }
            switch identifier {
            case .headerTableSize:
                if value < tableBytes {
                    mustEmptyTable = true
                    // It stays empty, whatever is offered later.
                    tableBytes = 0
                }
            case .enablePush, .noRFC7540Priorities:
                if value > 1 { throw ConnectionError(.protocolError) }
            case .initialWindowSize:
                if Int(value) + max(largestCredit, 0) > Self.maximumWindow {
                    throw ConnectionError(.flowControlError)
                }
                initialWindow = Int(value)
            case .maximumFrameSize:
                guard (16_384...16_777_215).contains(value) else {
                    throw ConnectionError(.protocolError)
                }
                maximumFrameBytes = Int(value)
            }
        }
    }
}
