/// Finding where elements start and end; everything about them else is the tape's to judge.
extension JSONStream {
    mutating func scanElement() throws(JSONStreamError) -> JSONStreamElement? {
        while true {
            switch state {
            case .start:
                guard try scanStart() else { return nil }
            case .firstElement, .element:
                guard try scanElementStart() else { return nil }
            case .container:
                guard scanContainer() else {
                    try requireMoreInput()
                    return nil
                }
                if depth == 0 { return try endElement() }
            case .string:
                guard scanString() else {
                    try requireMoreInput()
                    return nil
                }
                if depth == 0 { return try endElement() }
                state = .container
            case .scalar:
                guard scanScalar() else {
                    try requireMoreInput()
                    return nil
                }
                return try endElement()
            case .afterElement:
                guard try scanAfterElement() else { return nil }
            case .afterArray:
                guard let byte = nextByte() else { return nil }
                throw error(.trailingContent, at: scan, found: byte)
            case .betweenLines:
                guard nextByte() != nil else { return nil }
                elementStart = scan
                state = .line
            case .line:
                return try scanLine()
            case .failed(let error):
                throw error
            }
        }
    }

    /// Skips white space; nil at the end of the buffer.
    private mutating func nextByte() -> UInt8? {
        let bytes = buffer
        scan = bytes.span.skippingSpace(from: scan)
        return scan < buffer.count ? buffer[scan] : nil
    }

    /// At the end of the buffer, inside the array: refuses a file that ends or an element too long.
    private mutating func requireMoreInput() throws(JSONStreamError) {
        try requireElementFits(scan)
        if isFinished { throw error(.unexpectedEnd, at: buffer.count) }
    }

    private mutating func endElement() throws(JSONStreamError) -> JSONStreamElement {
        state = .afterElement
        return try element(endingAt: scan)
    }

    /// Tells the two formats apart; false when there are not enough bytes yet.
    private mutating func scanStart() throws(JSONStreamError) -> Bool {
        guard let byte = nextByte() else {
            if isFinished { throw error(.emptyFile, at: scan) }
            return false
        }
        switch byte {
        case UInt8(ascii: "["):
            scan += 1
            state = .firstElement
        case UInt8(ascii: "{"):
            state = .betweenLines
        default:
            if base + scan == 0, byte == 0xEF {
                if buffer.span.startsWithByteOrderMark { throw error(.byteOrderMark, at: scan) }
                if buffer.count < 3, !isFinished { return false }
            }
            throw error(.unexpectedByte, at: scan, found: byte)
        }
        return true
    }

    /// Takes the first byte of an element, or the end of an empty array.
    private mutating func scanElementStart() throws(JSONStreamError) -> Bool {
        guard let byte = nextByte() else {
            try requireMoreInput()
            return false
        }
        switch byte {
        case UInt8(ascii: "]"):
            guard case .firstElement = state else { throw error(.trailingComma, at: scan) }
            scan += 1
            state = .afterArray
            return true
        case UInt8(ascii: ","):
            throw error(.emptyElement, at: scan)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth = 1
            state = .container
        case UInt8(ascii: "\""):
            depth = 0
            state = .string
        default:
            state = .scalar
        }
        elementStart = scan
        scan += 1
        return true
    }

    /// Takes what separates elements, or the end of the array.
    private mutating func scanAfterElement() throws(JSONStreamError) -> Bool {
        guard let byte = nextByte() else {
            try requireMoreInput()
            return false
        }
        switch byte {
        case UInt8(ascii: ","): state = .element
        case UInt8(ascii: "]"): state = .afterArray
        default: throw error(.missingComma, at: scan, found: byte)
        }
        scan += 1
        return true
    }

    /// Scans up to the end of the container or into a string; false at the end of the buffer.
    private mutating func scanContainer() -> Bool {
        let buffer = buffer
        let bytes = buffer.span
        var index = scan
        var depth = depth
        defer {
            scan = index
            self.depth = depth
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let end = Self.endOfString(bytes, from: &index) else {
                    state = .string
                    return false
                }
                index = end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return true }
            default:
                break
            }
        }
        return false
    }

    /// Scans past the end of a string; false at the end of the buffer.
    private mutating func scanString() -> Bool {
        var index = scan
        let buffer = buffer
        let end = Self.endOfString(buffer.span, from: &index)
        scan = end ?? index
        return end != nil
    }

    /// The index after the closing quote; nil at the end of the bytes, with `index` where to go on.
    @inline(__always)
    private static func endOfString(_ bytes: Span<UInt8>, from index: inout Int) -> Int? {
        while true {
            while bytes.count - index >= 8 {
                let mask = ByteWord.quoteOrBackslash(bytes.word(at: index))
                if mask != 0 {
                    index += ByteWord.first(mask)
                    break
                }
                index += 8
            }
            guard index < bytes.count else { return nil }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { return index + 1 }
            if byte == UInt8(ascii: "\\") {
                // An escape cut in two is looked at again when the rest has come.
                guard index + 1 < bytes.count else { return nil }
                index += 2
            } else {
                index += 1
            }
        }
    }

    /// Scans up to what ends a number or literal; false at the end of the buffer.
    private mutating func scanScalar() -> Bool {
        while scan < buffer.count {
            let byte = buffer[scan]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte.isJSONSpace {
                return true
            }
            scan += 1
        }
        return false
    }

    /// Scans to the end of a line; nil when it has not come yet.
    private mutating func scanLine() throws(JSONStreamError) -> JSONStreamElement? {
        let buffer = buffer
        let bytes = buffer.span
        var index = scan
        var isAtEnd = false
        while true {
            while bytes.count - index >= 8 {
                let mask = ByteWord.equal(bytes.word(at: index), to: UInt8(ascii: "\n"))
                if mask != 0 {
                    index += ByteWord.first(mask)
                    break
                }
                index += 8
            }
            guard index < bytes.count else { break }
            if bytes[index] == UInt8(ascii: "\n") {
                isAtEnd = true
                break
            }
            index += 1
        }
        scan = index
        try requireElementFits(index)
        guard isAtEnd || isFinished else { return nil }
        let start = elementStart ?? index
        var end = index
        while end > start, buffer[end - 1].isJSONSpace { end -= 1 }
        state = .betweenLines
        return try element(endingAt: end)
    }
}
