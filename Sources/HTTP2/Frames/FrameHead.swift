import Wire

/// The kinds of frames. Source: RFC 9113, section 6.
enum FrameType: UInt8, BitwiseCopyable {
    case data = 0
    case headers = 1
    case priority = 2
    case resetStream = 3
    case settings = 4
    case pushPromise = 5
    case ping = 6
    case goAway = 7
    case windowUpdate = 8
    case continuation = 9
}

/// The nine bytes before every frame. Source: RFC 9113, section 4.1.
struct FrameHead: BitwiseCopyable {
    static let sizeBytes = 9
    /// The longest payload that is taken: what HTTP/2 prescribes at least.
    static let maximumPayloadBytes = 16_384

    /// Bits whose meaning depends on the kind.
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let ack = Flags(rawValue: 1)
        static let endStream = Flags(rawValue: 1)
        static let endHeaders = Flags(rawValue: 4)
        static let padded = Flags(rawValue: 8)
        static let priority = Flags(rawValue: 0x20)
    }

    /// The payload's size in bytes.
    let length: Int
    /// The kind's number, which may be unknown.
    let type: UInt8
    let flags: Flags
    /// 0 for the connection.
    let stream: UInt32

    /// Reads the head at an offset; the reserved bit is ignored, as it must be.
    init(_ bytes: ByteRegion, at offset: Int) {
        let first = bytes.integer(at: offset, as: UInt32.self).byteSwapped
        length = Int(first >> 8)
        type = UInt8(truncatingIfNeeded: first)
        flags = Flags(rawValue: bytes.byte(at: offset + 4))
        stream = bytes.integer(at: offset + 5, as: UInt32.self).byteSwapped & 0x7FFF_FFFF
    }

    func has(_ flag: Flags) -> Bool { flags.contains(flag) }
}

extension ByteRegion {
    /// The unsigned number of four bytes at an offset, the first byte the highest.
    func bigEndian32(at offset: Int) -> UInt32 {
        integer(at: offset, as: UInt32.self).byteSwapped
    }

    /// The unsigned number of two bytes at an offset, the first byte the highest.
    func bigEndian16(at offset: Int) -> UInt16 {
        integer(at: offset, as: UInt16.self).byteSwapped
    }
}
