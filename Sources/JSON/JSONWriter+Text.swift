extension JSONWriter {
    /// Appends a quoted string with the escapes JSON demands and no others; the two-letter ones where
    /// they exist.
    mutating func appendString(_ value: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var index = 0
        while index < value.count {
            let run = index
            while true {
                index = value.endOfPlainRun(from: index)
                guard index < value.count, value[index] > 0x7F else { break }
                index += 1
            }
            append(value.extracting(run..<index))
            guard index < value.count else { break }
            appendEscape(value[index])
            index += 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            bytes.append(UInt8(ascii: "u"))
            bytes.append(UInt8(ascii: "0"))
            bytes.append(UInt8(ascii: "0"))
            bytes.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0x0F
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        default: bytes.append(byte)
        }
    }

    mutating func appendInteger(_ value: Int64) {
        var magnitude = value.magnitude
        // 20 digits hold any UInt64.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(magnitude % 10)
            magnitude /= 10
        } while magnitude != 0
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        for index in first..<20 { bytes.append(digits[index]) }
    }

    mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    func requireUTF8(_ value: Span<UInt8>) {
        var index = 0
        while index < value.count {
            if value[index] < 0x80 {
                index += 1
                continue
            }
            let length = value.multibyteLength(at: index)
            precondition(length > 0, "a string for JSON is not UTF-8")
            index += length
        }
    }
}
