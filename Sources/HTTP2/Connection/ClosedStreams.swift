/// What is remembered of streams that are over: the last few hundred.
///
/// After we reset a stream, what the other end had sent by then may still come and is no error;
/// after it ended or reset the stream itself, more is one. Source: RFC 9113, section 5.1.
struct ClosedStreams: ~Copyable {
    private static let mask = 1023

    /// How a stream came to its end.
    enum End {
        /// The other end had closed its side.
        case ended
        /// We reset it while the other end could still send.
        case reset
        /// Never opened, or too long ago.
        case unknown
    }

    /// By the lower bits of the id; the highest bit says that we reset it.
    private var streams = [UInt32](repeating: 0, count: mask + 1)

    func end(of id: UInt32) -> End {
        let entry = streams[Int(id >> 1) & Self.mask]
        if entry & 0x7FFF_FFFF != id { return .unknown }
        return entry == id ? .ended : .reset
    }

    mutating func note(_ id: UInt32, wasReset: Bool) {
        streams[Int(id >> 1) & Self.mask] = wasReset ? id | 0x8000_0000 : id
    }
}
