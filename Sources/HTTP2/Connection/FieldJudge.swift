import Wire

/// Judges a header list field by field: what of it is malformed.
///
/// Source: RFC 9113, sections 8.1 to 8.3.
struct FieldJudge: ~Copyable {
    private struct Seen: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        static let method = Seen(rawValue: 1)
        static let scheme = Seen(rawValue: 2)
        static let path = Seen(rawValue: 4)
        static let authority = Seen(rawValue: 8)
        static let regular = Seen(rawValue: 16)
        static let connect = Seen(rawValue: 32)
        static let options = Seen(rawValue: 64)
        static let asteriskPath = Seen(rawValue: 128)
    }

    /// What was wrong with a field makes the whole list malformed.
    private(set) var isMalformed = false
    /// The size of the message as it was said; -1 when it was not.
    private(set) var declaredBytes = -1
    private var isTrailers = false
    private var seen: Seen = []
    private var authority: [UInt8] = []

    /// Begins with a list.
    mutating func begin(isTrailers: Bool) {
        isMalformed = false
        declaredBytes = -1
        seen = []
        authority.removeAll(keepingCapacity: true)
        self.isTrailers = isTrailers
    }

    /// Judges a field.
    /// - Returns: whether nothing is wrong so far.
    mutating func judge(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        if isMalformed { return false }
        if name.count > 0, name[0] == UInt8(ascii: ":") {
            isMalformed = !judgePseudo(name, value)
        } else {
            seen.insert(.regular)
            isMalformed = !judgeRegular(name, value)
        }
        return !isMalformed
    }

    /// Judges what is missing, when the list is complete.
    mutating func finish() {
        guard !isTrailers, !isMalformed else { return }
        if seen.contains(.connect) {
            isMalformed =
                !seen.contains(.authority) || !seen.isDisjoint(with: [.scheme, .path])
        } else {
            isMalformed =
                !seen.isSuperset(of: [.method, .scheme, .path])
                || seen.contains(.asteriskPath) && !seen.contains(.options)
        }
    }

    private mutating func judgePseudo(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        if isTrailers || seen.contains(.regular) || !FieldRules.isValue(value) { return false }
        if name.hasBytes(of: ":method") {
            if value.hasBytes(of: "CONNECT") { seen.insert(.connect) }
            if value.hasBytes(of: "OPTIONS") { seen.insert(.options) }
            return isFirst(.method) && FieldRules.isMethod(value)
        }
        if name.hasBytes(of: ":path") {
            if value.hasBytes(of: "*") { seen.insert(.asteriskPath) }
            return isFirst(.path) && value.count > 0
                && (value[0] == UInt8(ascii: "/") || seen.contains(.asteriskPath))
        }
        if name.hasBytes(of: ":scheme") {
            return isFirst(.scheme) && FieldRules.isScheme(value)
        }
        if name.hasBytes(of: ":authority") {
            for index in value.indices { authority.append(value[index]) }
            return isFirst(.authority)
        }
        return false
    }

    private mutating func isFirst(_ field: Seen) -> Bool { seen.insert(field).inserted }

    private mutating func judgeRegular(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        guard FieldRules.isName(name), FieldRules.isValue(value) else { return false }
        switch name.count {
        case 2: return !name.hasBytes(of: "te") || value.hasBytes(of: "trailers")
        case 4:
            return !name.hasBytes(of: "host") || !seen.contains(.authority)
                || FieldRules.equalIgnoringCase(authority.span, value)
        case 7: return !name.hasBytes(of: "upgrade")
        case 10:
            return !name.hasBytes(of: "connection") && !name.hasBytes(of: "keep-alive")
        case 14: return !name.hasBytes(of: "content-length") || judgeLength(value)
        case 16: return !name.hasBytes(of: "proxy-connection")
        case 17: return !name.hasBytes(of: "transfer-encoding")
        default: return true
        }
    }

    /// Takes a content length of 1 to 15 digits; a second one must say the same.
    private mutating func judgeLength(_ value: Span<UInt8>) -> Bool {
        guard (1...15).contains(value.count) else { return false }
        var number = 0
        for index in value.indices {
            guard (0x30...0x39).contains(value[index]) else { return false }
            number = number * 10 + Int(value[index] &- 0x30)
        }
        if declaredBytes >= 0 && declaredBytes != number { return false }
        declaredBytes = number
        return true
    }
}
