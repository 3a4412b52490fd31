package import Wire

/// A whole frame of HAProxy, with its payload not read yet.
package struct Frame: BitwiseCopyable {
    package enum Kind: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        /// The first frame of a connection, HAPROXY-HELLO.
        case hello = 1
        /// The last frame of a connection, HAPROXY-DISCONNECT.
        case disconnect = 2
        /// A question, NOTIFY.
        case notify = 3
    }

    /// The smallest size that may be agreed for frames, without the length in front of them.
    package static let minimumMaximumBytes = 256
    /// The bytes of the length in front of a frame.
    package static let lengthBytes = 4
    /// Type, flags and two numbers of one byte.
    private static let minimumBytes = 7

    package let kind: Kind
    package let streamID: UInt64
    package let frameID: UInt64
    package let payload: ByteRegion
    /// The bytes of the frame with the length in front of it.
    package let totalBytes: Int

    /// Reads the frame that `input` begins with.
    ///
    /// - Parameter maximumBytes: the largest frame, without the length in front of it.
    /// - Returns: nil while bytes of the frame are missing.
    /// - Throws: `frameTooLarge` and `truncated` as soon as the length is there.
    package static func read(
        _ input: ByteRegion, maximumBytes: Int
    ) throws(SPOPError) -> Frame? {
        guard input.count >= lengthBytes else { return nil }
        let length = input.integer(at: 0, as: UInt32.self).byteSwapped
        guard UInt64(length) <= UInt64(maximumBytes) else { throw .frameTooLarge }
        guard length >= UInt32(minimumBytes) else { throw .truncated }
        let total = lengthBytes + Int(length)
        guard input.count >= total else { return nil }
        return try Frame(input.region(from: lengthBytes, count: Int(length)), totalBytes: total)
    }

    private init(_ bytes: ByteRegion, totalBytes: Int) throws(SPOPError) {
        let type = bytes.byte(at: 0)
        let flags = bytes.integer(at: 1, as: UInt32.self).byteSwapped
        // All fragments but the first have no type.
        if type == 0 { throw .fragmented }
        guard let kind = Kind(rawValue: type) else { throw .unknownFrameType }
        guard flags & ~Flags.final == 0 else { throw .unknownFlags }
        guard flags == Flags.final else { throw .fragmented }
        let rest = bytes.region(from: 5, count: bytes.count - 5)
        var cursor = PayloadCursor(rest)
        streamID = try cursor.integer()
        frameID = try cursor.integer()
        if kind != .notify, streamID != 0 || frameID != 0 { throw .streamNumbered }
        self.kind = kind
        self.totalBytes = totalBytes
        payload = rest.region(from: cursor.offset, count: rest.count - cursor.offset)
    }

    private enum Flags {
        /// The last part of a payload, or all of it. The other flag of the protocol ends one that was
        /// begun in parts.
        static let final: UInt32 = 1
    }
}
