import Wire

/// A frame's bytes as text: two hexadecimal digits a byte, spaces ignored.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { $0.isHexDigit }
    var result: [UInt8] = []
    var index = digits.startIndex
    while index < digits.endIndex {
        let next = digits.index(index, offsetBy: 2)
        result.append(UInt8(digits[index..<next], radix: 16) ?? 0)
        index = next
    }
    return result
}

/// Lends bytes as a region.
func withRegion<Result>(_ bytes: [UInt8], _ body: (ByteRegion) throws -> Result) rethrows -> Result
{
    try unsafe bytes.withUnsafeBytes { try body(unsafe ByteRegion($0)) }
}

/// What a buffer writes.
func written(_ body: (inout FrameBuffer) -> Void) -> [UInt8] {
    var buffer = FrameBuffer(capacity: 64)
    body(&buffer)
    return unsafe Array(buffer.written.buffer)
}

/// Parses a request frame; the error it has, or `nil`.
func requestError(_ bytes: [UInt8], limits: FrameLimits = FrameLimits()) -> FrameError? {
    withRegion(bytes) { region in
        do throws(FrameError) {
            guard let header = try FrameHeader.parse(region, limits: limits) else {
                return .bodyTooShort
            }
            guard header.lengthBytes <= region.count else { return .bodyTooShort }
            _ = try DecideFrame.parse(
                header, frame: region.region(from: 0, count: header.lengthBytes), limits: limits)
            return nil
        } catch {
            return error
        }
    }
}

/// Parses a response frame; the error it has, or `nil`.
func responseError(_ bytes: [UInt8], limits: FrameLimits = FrameLimits()) -> FrameError? {
    withRegion(bytes) { region in
        do throws(FrameError) {
            guard let header = try FrameHeader.parse(region, limits: limits),
                header.lengthBytes == region.count
            else { return .bodyTooShort }
            if header.kind == .refusal {
                _ = try RefusalFrame.parse(header, frame: region)
            } else {
                _ = try DecisionFrame.parse(header, frame: region, limits: limits)
            }
            return nil
        } catch {
            return error
        }
    }
}

/// A `decide` of the shortest size, with recognisable parts.
let smallestDecide =
    bytes(
        """
        48000000 01 01 0000 0807060504030201
        10270000 00000000 2a00000000000000
        08000000 08000000 08000000 00000000
        """) + [UInt8](repeating: 0x11, count: 8) + [UInt8](repeating: 0x22, count: 8)
    + [UInt8](repeating: 0x33, count: 8)
