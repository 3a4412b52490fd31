/// The first 16 bytes of every frame.
package struct FrameHeader: BitwiseCopyable, Sendable {
    /// The frame's length in bytes, this header included.
    package let lengthBytes: Int
    /// What the frame is.
    package let kind: FrameKind
    /// The number chosen by the client and echoed by the server.
    package let requestID: UInt64

    /// Reads the header at the start of `region`; `nil` when more bytes are needed to know.
    ///
    /// The length and the version are judged as soon as their bytes are there, so that a peer
    /// cannot keep a hopeless frame open.
    /// - Throws: a framing error; the bytes after it have no meaning.
    package static func parse(
        _ region: ByteRegion, limits: FrameLimits
    ) throws(FrameError) -> FrameHeader? {
        guard region.count >= 4 else { return nil }
        let length = Int(region.integer(at: 0, as: UInt32.self))
        if length < WireLayout.headerBytes { throw .lengthTooSmall }
        if length > limits.maximumFrameBytes { throw .frameTooLarge }
        if length % WireLayout.alignment != 0 { throw .lengthNotAligned }
        guard region.count >= 5 else { return nil }
        if region.byte(at: 4) != WireLayout.version { throw .wrongVersion }
        guard region.count >= WireLayout.headerBytes else { return nil }
        guard let kind = FrameKind(rawValue: region.byte(at: 5)) else { throw .unknownKind }
        if region.integer(at: 6, as: UInt16.self) != 0 { throw .unknownFlags }
        return FrameHeader(
            lengthBytes: length, kind: kind, requestID: region.integer(at: 8, as: UInt64.self))
    }

    /// The request id in a frame whose header was refused, as far as it can be read; else 0.
    package static func requestID(ofRefused region: ByteRegion) -> UInt64 {
        guard region.count >= WireLayout.headerBytes, region.byte(at: 4) == WireLayout.version
        else { return 0 }
        return region.integer(at: 8, as: UInt64.self)
    }
}
