/// The outer shape of DER: tags, and lengths in their shortest form.
///
/// Source: X.690, sections 8.1 and 10.1.
enum DER {
    /// Deepest accepted nesting; an X.509 certificate needs about ten levels.
    static let maximumDepth = 32

    /// One value's header.
    struct Header: BitwiseCopyable {
        let contentStart: Int
        let end: Int
        let isConstructed: Bool
    }

    /// Reads a header whose value must end at or before `limit`; nil if it is not DER.
    static func header(_ bytes: Span<UInt8>, at start: Int, limit: Int) -> Header? {
        var index = start
        guard index < limit else { return nil }
        let tag = bytes[index]
        index += 1
        if tag & 0x1F == 0x1F {
            // High tag numbers: base 128, no leading zero group, not below 31.
            guard index < limit, bytes[index] & 0x7F != 0, bytes[index] >= 31 else { return nil }
            while index < limit, bytes[index] & 0x80 != 0 { index += 1 }
            index += 1
        }
        guard index < limit else { return nil }
        var length = Int(bytes[index])
        index += 1
        if length >= 0x80 {
            let count = length & 0x7F
            guard 1...4 ~= count, limit - index >= count, bytes[index] != 0 else { return nil }
            length = 0
            for _ in 0..<count {
                length = length << 8 | Int(bytes[index])
                index += 1
            }
            guard length >= 0x80 else { return nil }
        }
        guard limit - index >= length else { return nil }
        return Header(
            contentStart: index, end: index + length, isConstructed: tag & 0x20 != 0)
    }

    /// The first byte that is not DER, or nil when the whole is one SEQUENCE of nested DER values.
    ///
    /// Nothing is said about what the values mean: libcrypto reads that.
    static func firstOffence(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count > 0, bytes[0] == 0x30,
            let outer = header(bytes, at: 0, limit: bytes.count)
        else { return 0 }
        if outer.end != bytes.count { return outer.end }
        var ends = InlineArray<32, Int>(repeating: 0)
        ends[0] = outer.end
        var depth = 1
        var index = outer.contentStart
        while true {
            while depth > 0, index == ends[depth - 1] { depth -= 1 }
            if depth == 0 { return nil }
            guard let value = header(bytes, at: index, limit: ends[depth - 1]) else {
                return index
            }
            if value.isConstructed {
                guard depth < maximumDepth else { return index }
                ends[depth] = value.end
                depth += 1
                index = value.contentStart
            } else {
                index = value.end
            }
        }
    }
}
