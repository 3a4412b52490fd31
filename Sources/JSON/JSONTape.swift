/// One parsed JSON text, as a flat array of nodes in source order beside a copy of the text.
///
/// A tape is meant to be reused: `parse` keeps its storage, so a warm tape does not allocate. It does
/// not depend on the input after parsing. Copies share storage until one of them parses again.
///
/// Strings are decoded in place inside the tape's copy of the text (an escape is never shorter than
/// what it stands for), so a string's bytes start right after its opening quote.
package struct JSONTape: Sendable {
    /// One node, 16 bytes.
    ///
    /// | bits of `head` | |
    /// | --- | --- |
    /// | 0..<29 | offset of the first byte in the source |
    /// | 29..<32 | `JSONKind` |
    struct Entry: BitwiseCopyable, Sendable {
        var head: UInt32
        /// One past the value's last byte in the source.
        var end: UInt32
        /// Integer: the value. String: its decoded length. Array, object: number of elements or
        /// members in the low half; in the high half the index after the last descendant (while the
        /// container is still open: the index of the one around it).
        var payload: UInt64

        init(_ kind: JSONKind, offset: Int, end: Int = 0, payload: UInt64 = 0) {
            head = UInt32(truncatingIfNeeded: offset) | UInt32(kind.rawValue) << 29
            self.end = UInt32(truncatingIfNeeded: end)
            self.payload = payload
        }

        var offset: Int { Int(head & 0x1FFF_FFFF) }
        var kindBits: UInt8 { UInt8(truncatingIfNeeded: head >> 29) }
        var isContainer: Bool { kindBits >= JSONKind.array.rawValue }
        var isString: Bool { kindBits == JSONKind.string.rawValue }
        var low: Int { Int(payload & 0xFFFF_FFFF) }
        var high: Int { Int(payload >> 32) }
    }

    /// Bounds on what `parse` accepts.
    package let limits: JSONLimits

    var entries: [Entry] = []
    /// The source, its strings decoded in place.
    var text: [UInt8] = []
    var keys = KeySet()

    /// Makes an empty tape; parse before reading it.
    package init(limits: JSONLimits = JSONLimits()) {
        self.limits = limits
    }

    /// Makes a tape of one text.
    ///
    /// - Throws: `JSONError`, the first offence in source order.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        self.limits = limits
        try parse(bytes.span)
    }

    /// Replaces the tape's content by one text, as `parse(_:)` of the array's span does.
    ///
    /// - Throws: `JSONError`, the first offence in source order.
    package mutating func parse(_ bytes: [UInt8]) throws(JSONError) { try parse(bytes.span) }

    /// Replaces the tape's content by one text; on an error the tape is left empty.
    ///
    /// The text must be exactly one RFC 8259 value with optional white space around it, in valid UTF-8,
    /// without byte order mark, without repeated member names in one object, and within `limits`.
    /// - Throws: `JSONError`, the first offence in source order.
    /// - Complexity: O(*n*) expected in the number of bytes.
    package mutating func parse(_ bytes: Span<UInt8>) throws(JSONError) {
        entries.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        keys.removeAll()
        let maximum = max(0, min(limits.maximumBytes, JSONLimits.largestText))
        guard bytes.count <= maximum else {
            throw JSONError(.tooLarge, at: maximum, limit: maximum)
        }
        if bytes.startsWithByteOrderMark { throw JSONError(.byteOrderMark, at: 0) }
        unsafe bytes.withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
        do {
            try parseDocument(bytes)
        } catch {
            entries.removeAll(keepingCapacity: true)
            throw error
        }
    }
}
