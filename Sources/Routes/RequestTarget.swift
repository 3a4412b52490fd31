/// A request target, normalised once, so that everything after reads the same path.
///
/// The memory is kept from request to request: after warm-up reading allocates nothing. How it is
/// normalised, and what is refused instead, is in <doc:RequestNormalisation>.
package struct RequestTarget: Sendable {
    /// One pair of the query, decoded.
    package struct Pair: BitwiseCopyable, Hashable, Sendable {
        /// In ``RequestTarget/queryBytes``.
        package let name: ByteRange
        /// In ``RequestTarget/queryBytes``; empty without `=`.
        package let value: ByteRange
    }

    /// The path in its one spelling: escapes of unreserved characters decoded, all others with
    /// upper-case digits.
    package private(set) var path: [UInt8] = []
    /// The segments, decoded and joined by `/`: no segment has one inside.
    package private(set) var decoded: [UInt8] = []
    /// The segments in ``decoded``, at least one. The last is empty when the path ends in `/`.
    package private(set) var segments: [ByteRange] = []
    /// The query as received, without `?`.
    package private(set) var query: [UInt8] = []
    /// Whether there is a query, even an empty one.
    package private(set) var hasQuery = false
    /// The bytes of the pairs.
    package private(set) var queryBytes: [UInt8] = []
    /// The pairs of the query in order; names may stand more than once.
    package private(set) var pairs: [Pair] = []

    package init() {}

    /// Forgets what was read, and keeps the memory.
    package mutating func removeAll() {
        path.clear()
        decoded.clear()
        segments.clear()
        query.clear()
        hasQuery = false
        queryBytes.clear()
        pairs.clear()
    }

    /// Reads a target in origin form: a path and an optional query.
    ///
    /// - Throws: the first offence; nothing is held then.
    package mutating func read(_ target: Span<UInt8>) throws(RequestRefusal) {
        removeAll()
        do throws(RequestRefusal) {
            guard target.count > 0, target[0] == UInt8(ascii: "/") else {
                throw RequestRefusal(.targetNotAPath)
            }
            let end: Int
            if let plain = plainPath(target) { end = plain } else { end = try escapedPath(target) }
            if end < target.count {
                guard target.count - end - 1 <= RequestLimits.maximumQueryBytes else {
                    throw RequestRefusal(.queryTooLong, at: end)
                }
                hasQuery = true
                if !plainQuery(target, from: end + 1) { try readQuery(target, from: end + 1) }
            }
        } catch {
            removeAll()
            throw error
        }
    }

    // MARK: What nearly all requests are made of

    /// Reads a path in which every byte means itself, with nothing to refuse, and copies it as it is.
    ///
    /// - Returns: where it ends; nil when there is anything else in it, and then nothing is held.
    private mutating func plainPath(_ target: Span<UInt8>) -> Int? {
        var start = 1
        var position = 1
        while true {
            let isEnd = position == target.count || target[position] == UInt8(ascii: "?")
            if isEnd || target[position] == UInt8(ascii: "/") {
                guard segments.count < RequestLimits.maximumSegments, position > start || isEnd,
                    !Self.isDots(target, start, position)
                else { break }
                // The first slash is not in `decoded`.
                segments.append(ByteRange(start - 1, position - 1))
                start = position + 1
            } else if !ByteSet.path.contains(target[position]) {
                break
            }
            if isEnd {
                guard position <= RequestLimits.maximumPathBytes else { break }
                path.append(target.extracting(0..<position))
                decoded.append(target.extracting(1..<position))
                return position
            }
            position += 1
        }
        segments.clear()
        return nil
    }

    private static func isDots(_ target: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard 1...2 ~= end - start else { return false }
        return target[start] == UInt8(ascii: ".") && target[end - 1] == UInt8(ascii: ".")
    }

    /// Reads a query in which every byte means itself.
    ///
    /// - Returns: whether it is one; otherwise nothing of it is held.
    private mutating func plainQuery(_ target: Span<UInt8>, from start: Int) -> Bool {
        guard ByteSet.query.containsAll(of: target, from: start) else { return false }
        var position = start
        while position < target.count {
            let begin = position
            var equals: Int?
            while position < target.count, target[position] != UInt8(ascii: "&") {
                if target[position] == UInt8(ascii: "="), equals == nil { equals = position }
                position += 1
            }
            if position > begin {
                guard pairs.count < RequestLimits.maximumPairs else {
                    queryBytes.clear()
                    pairs.clear()
                    return false
                }
                let nameStart = queryBytes.count
                queryBytes.append(target.extracting(begin..<(equals ?? position)))
                let valueStart = queryBytes.count
                if let equals { queryBytes.append(target.extracting((equals + 1)..<position)) }
                pairs.append(
                    Pair(
                        name: ByteRange(nameStart, valueStart),
                        value: ByteRange(valueStart, queryBytes.count)))
            }
            position += 1
        }
        query.append(target.extracting(start..<target.count))
        return true
    }

    // MARK: The path

    /// Reads any path, or says what is wrong with it.
    private mutating func escapedPath(_ target: Span<UInt8>) throws(RequestRefusal) -> Int {
        var end = 0
        while end < target.count, target[end] != UInt8(ascii: "?") {
            end += 1
            guard end <= RequestLimits.maximumPathBytes else {
                throw RequestRefusal(.pathTooLong, at: RequestLimits.maximumPathBytes)
            }
        }
        try readPath(target, end: end)
        return end
    }

    private mutating func readPath(_ target: Span<UInt8>, end: Int) throws(RequestRefusal) {
        var position = 0
        while position < end {
            // Every segment begins with its slash.
            path.append(UInt8(ascii: "/"))
            if !segments.isEmpty { decoded.append(UInt8(ascii: "/")) }
            position += 1
            let (begin, start) = (position, decoded.count)
            var isASCII = true
            while position < end, target[position] != UInt8(ascii: "/") {
                let byte = try pathByte(target, &position, end)
                decoded.append(byte)
                isASCII = isASCII && byte < 0x80
            }
            let segment = ByteRange(start, decoded.count)
            guard segments.count < RequestLimits.maximumSegments else {
                throw RequestRefusal(.tooManySegments, at: begin)
            }
            segments.append(segment)
            guard segment.count > 0 || position == end else {
                throw RequestRefusal(.emptySegment, at: begin)
            }
            guard !isDots(segment) else { throw RequestRefusal(.dotSegment, at: begin) }
            if !isASCII, !decoded.withBytes(segment, { $0.isUTF8 }) {
                throw RequestRefusal(.invalidUTF8, at: begin)
            }
        }
    }

    /// Takes one byte or escape of a segment, adds its spelling to `path`, and gives what it means.
    private mutating func pathByte(
        _ target: Span<UInt8>, _ position: inout Int, _ end: Int
    ) throws(RequestRefusal) -> UInt8 {
        let byte = target[position]
        guard byte == UInt8(ascii: "%") else {
            if let offence = Self.offence(inPath: byte) {
                throw RequestRefusal(offence, at: position)
            }
            path.append(byte)
            position += 1
            return byte
        }
        guard end - position > 2, let high = target[position + 1].hexadecimalValue,
            let low = target[position + 2].hexadecimalValue
        else { throw RequestRefusal(.badEscape, at: position) }
        let meant = high << 4 | low
        if let offence = Self.offence(escapedInPath: meant) {
            throw RequestRefusal(offence, at: position)
        }
        if meant.isUnreserved {
            path.append(meant)
        } else {
            path.append(byte)
            path.append(high.hexadecimalDigit)
            path.append(low.hexadecimalDigit)
        }
        position += 3
        return meant
    }

    /// What is wrong with a byte that stands in a path as it is.
    private static func offence(inPath byte: UInt8) -> RequestRefusal.Kind? {
        switch byte {
        case UInt8(ascii: "\\"): .backslash
        case UInt8(ascii: ";"): .semicolon
        case UInt8(ascii: "#"): .fragment
        case 0...0x20, 0x7F: .control
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"):
            nil
        default: byte.isUnreserved ? nil : .illegalByte
        }
    }

    /// What is wrong with a byte that stands in a path as an escape.
    private static func offence(escapedInPath byte: UInt8) -> RequestRefusal.Kind? {
        switch byte {
        case UInt8(ascii: "/"): .escapedSlash
        case UInt8(ascii: "\\"): .escapedBackslash
        case UInt8(ascii: "%"): .escapedPercent
        case UInt8(ascii: ";"): .escapedSemicolon
        case 0: .escapedNull
        case 1..<0x20, 0x7F: .escapedControl
        default: nil
        }
    }

    private func isDots(_ segment: ByteRange) -> Bool {
        guard 1...2 ~= segment.count else { return false }
        for index in segment.start..<segment.end where decoded[index] != UInt8(ascii: ".") {
            return false
        }
        return true
    }

    // MARK: The query

    private mutating func readQuery(
        _ target: Span<UInt8>, from start: Int
    ) throws(RequestRefusal) {
        var position = start
        while position < target.count {
            let nameStart = queryBytes.count
            var valueStart: Int?
            let begin = position
            while position < target.count, target[position] != UInt8(ascii: "&") {
                if target[position] == UInt8(ascii: "="), valueStart == nil {
                    valueStart = queryBytes.count
                    query.append(target[position])
                    position += 1
                } else {
                    queryBytes.append(try queryByte(target, &position))
                }
            }
            let end = queryBytes.count
            let name = ByteRange(nameStart, valueStart ?? end)
            let value = ByteRange(valueStart ?? end, end)
            // `a=1&&b=2`: nothing between the two has no name, no value and no meaning.
            if position > begin {
                guard queryBytes.withBytes(name, { $0.isUTF8 }),
                    queryBytes.withBytes(value, { $0.isUTF8 })
                else { throw RequestRefusal(.invalidUTF8, at: begin) }
                guard pairs.count < RequestLimits.maximumPairs else {
                    throw RequestRefusal(.tooManyPairs, at: begin)
                }
                pairs.append(Pair(name: name, value: value))
            }
            if position < target.count {
                query.append(target[position])
                position += 1
            }
        }
    }

    private mutating func queryByte(
        _ target: Span<UInt8>, _ position: inout Int
    ) throws(RequestRefusal) -> UInt8 {
        let byte = target[position]
        switch byte {
        case UInt8(ascii: "\\"): throw RequestRefusal(.backslash, at: position)
        case UInt8(ascii: ";"): throw RequestRefusal(.semicolon, at: position)
        case UInt8(ascii: "#"): throw RequestRefusal(.fragment, at: position)
        case 0...0x20, 0x7F: throw RequestRefusal(.control, at: position)
        case 0x80...: throw RequestRefusal(.illegalByte, at: position)
        case UInt8(ascii: "%"):
            guard target.count - position > 2, let high = target[position + 1].hexadecimalValue,
                let low = target[position + 2].hexadecimalValue
            else { throw RequestRefusal(.badEscape, at: position) }
            let meant = high << 4 | low
            guard meant != 0 else { throw RequestRefusal(.escapedNull, at: position) }
            for offset in 0..<3 { query.append(target[position + offset]) }
            position += 3
            return meant
        default:
            query.append(byte)
            position += 1
            // Forms write a space as `+`.
            return byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte
        }
    }
}
