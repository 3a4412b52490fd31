extension JSONTape {
    /// Parses a string, decodes it inside `text` and returns what follows.
    ///
    /// Source: RFC 8259 section 7.
    mutating func parseString(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
        var read = start + 1
        // Where decoded bytes go; equal to `read` until the first escape.
        var write = read
        while true {
            let run = read
            while true {
                read = bytes.endOfPlainRun(from: read)
                guard read < bytes.count else {
                    throw JSONError(.unexpectedEnd, at: read, expected: .endOfString)
                }
                guard bytes[read] > 0x7F else { break }
                let length = bytes.multibyteLength(at: read)
                guard length > 0 else {
                    throw JSONError(.invalidUTF8, at: read, found: bytes[read])
                }
                read += length
            }
            if write != run { copy(bytes, from: run, to: read, at: write) }
            write += read - run

            switch bytes[read] {
            case UInt8(ascii: "\""):
                entries.append(
                    Entry(
                        .string, offset: start, end: read + 1,
                        payload: UInt64(truncatingIfNeeded: write - start - 1)))
                return read + 1
            case UInt8(ascii: "\\"):
                read = try decodeEscape(bytes, at: read, to: &write)
            default:
                throw JSONError(.controlCharacter, at: read, found: bytes[read])
            }
        }
    }

    /// Copies source bytes to an earlier place in `text`.
    private mutating func copy(
        _ bytes: Span<UInt8>, from start: Int, to end: Int, at target: Int
    ) {
        let count = end - start
        guard count > 0 else { return }
        precondition(target >= 0 && target + count <= text.count, "a copy outside the text")
        unsafe text.withUnsafeMutableBytes { destination in
            unsafe bytes.extracting(start..<end).withUnsafeBytes { source in
                let place = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: destination[target..<target + count])
                unsafe place.copyMemory(from: source)
            }
        }
    }

    /// Decodes the escape whose backslash is at `start`; returns what follows.
    private mutating func decodeEscape(
        _ bytes: Span<UInt8>, at start: Int, to write: inout Int
    ) throws(JSONError) -> Int {
        guard start + 1 < bytes.count else {
            throw JSONError(.unexpectedEnd, at: bytes.count, expected: .endOfString)
        }
        let byte: UInt8
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): byte = 0x22
        case UInt8(ascii: "\\"): byte = 0x5C
        case UInt8(ascii: "/"): byte = 0x2F
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "u"): return try decodeUnicodeEscape(bytes, at: start, to: &write)
        default: throw JSONError(.badEscape, at: start, found: bytes[start + 1])
        }
        text[write] = byte
        write += 1
        return start + 2
    }

    private mutating func decodeUnicodeEscape(
        _ bytes: Span<UInt8>, at start: Int, to write: inout Int
    ) throws(JSONError) -> Int {
        let unit = try Self.hexadecimal(bytes, escapeAt: start)
        guard unit & 0xF800 == 0xD800 else {
            append(scalar: unit, at: &write)
            return start + 6
        }
        guard unit < 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
        let second = start + 6
        // At the end of the text the other half may have been cut off.
        guard second < bytes.count else {
            throw JSONError(.unexpectedEnd, at: bytes.count, expected: .endOfString)
        }
        guard bytes[second] == UInt8(ascii: "\\") else {
            throw JSONError(.loneSurrogate, at: start)
        }
        guard second + 1 < bytes.count else {
            throw JSONError(.unexpectedEnd, at: bytes.count, expected: .endOfString)
        }
        guard bytes[second + 1] == UInt8(ascii: "u") else {
            throw JSONError(.loneSurrogate, at: start)
        }
        let low = try Self.hexadecimal(bytes, escapeAt: second)
        guard low & 0xFC00 == 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
        append(scalar: 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF, at: &write)
        return second + 6
    }

    /// The number in the four digits of the `\u` escape whose backslash is at `start`.
    private static func hexadecimal(
        _ bytes: Span<UInt8>, escapeAt start: Int
    ) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for index in start + 2..<start + 6 {
            guard index < bytes.count else {
                throw JSONError(.unexpectedEnd, at: bytes.count, expected: .endOfString)
            }
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.badEscape, at: start, found: byte)
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Writes one scalar value, not a surrogate, as UTF-8.
    private mutating func append(scalar: UInt32, at write: inout Int) {
        func put(_ bits: UInt32) {
            text[write] = UInt8(truncatingIfNeeded: bits)
            write += 1
        }
        switch scalar {
        case 0..<0x80:
            put(scalar)
        case 0x80..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case 0x800..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
    }
}
