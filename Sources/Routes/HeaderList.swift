/// The header fields of a request: names in lower case, values without space around them.
///
/// The memory is kept from request to request: after warm-up it allocates nothing.
package struct HeaderList: Sendable {
    /// Where the values of one name stand.
    package enum Lookup: BitwiseCopyable, Hashable, Sendable {
        case absent
        /// The range in ``HeaderList/bytes``.
        case one(ByteRange)
        /// The name stands more than once, or one that could be read as it does.
        case several
    }

    private struct Field: BitwiseCopyable {
        let name: ByteRange
        let value: ByteRange
        /// Whether the client's name only reads like this one.
        var isAlike = false
    }

    /// Names and values.
    package private(set) var bytes: [UInt8] = []
    private var fields: [Field] = []

    package init() {}

    package var count: Int { fields.count }

    /// Forgets all fields, and keeps the memory.
    package mutating func removeAll() {
        bytes.clear()
        fields.clear()
    }

    /// Adds a field; pseudo-header fields of HTTP/2 must be left out.
    ///
    /// - Throws: `tooManyHeaders`, `headersTooLarge`, `headerInvalid` for a name that is no token or
    ///   a value with a control character other than a tab.
    package mutating func append(
        name: Span<UInt8>, value: Span<UInt8>
    ) throws(RequestRefusal) {
        guard fields.count < RequestLimits.maximumHeaders else {
            throw RequestRefusal(.tooManyHeaders, at: fields.count)
        }
        guard name.count <= RequestLimits.maximumHeaderBytes,
            value.count <= RequestLimits.maximumHeaderBytes,
            bytes.count + name.count + value.count <= RequestLimits.maximumHeaderBytes
        else { throw RequestRefusal(.headersTooLarge, at: fields.count) }
        guard name.count > 0 else { throw RequestRefusal(.headerInvalid, at: fields.count) }
        for index in name.indices where !name[index].isTokenByte {
            throw RequestRefusal(.headerInvalid, at: fields.count)
        }
        for index in value.indices where value[index].isControlButTab {
            throw RequestRefusal(.headerInvalid, at: fields.count)
        }
        let start = bytes.count
        bytes.append(lowercasing: name)
        let middle = bytes.count
        var (from, to) = (0, value.count)
        while from < to, value[from].isBlank { from += 1 }
        while to > from, value[to - 1].isBlank { to -= 1 }
        bytes.append(value.extracting(from..<to))
        fields.append(
            Field(name: ByteRange(start, middle), value: ByteRange(middle, bytes.count)))
    }

    /// Adds a field if it has one of some names, given in lower case, or could be read as if it had.
    ///
    /// A service may take `X_Tenant` for `X-Tenant`, another not: nobody may choose one of the two, also
    /// where there is no more than one.
    ///
    /// - Throws: as ``append(name:value:)`` does.
    package mutating func append(
        name: Span<UInt8>, value: Span<UInt8>, ifAnyOf names: Span<[UInt8]>
    ) throws(RequestRefusal) {
        for index in names.indices where names[index].count == name.count {
            let own = names[index].span
            guard FieldNames.readsLike(name, own) else { continue }
            if Self.isSame(name, own) {
                try append(name: name, value: value)
            } else {
                try append(name: own, value: Span())
                fields[fields.count - 1].isAlike = true
            }
        }
    }

    /// Whether a name is one in lower case, in whatever case it is.
    private static func isSame(_ name: Span<UInt8>, _ own: Span<UInt8>) -> Bool {
        for index in own.indices where name[index].lowercased != own[index] { return false }
        return true
    }

    /// Adds a field given as text.
    package mutating func append(name: String, value: String) throws(RequestRefusal) {
        try append(name: Array(name.utf8).span, value: Array(value.utf8).span)
    }

    /// Finds the fields of a name, given in lower case.
    package func find(_ name: Span<UInt8>) -> Lookup {
        var found = Lookup.absent
        for index in fields.indices {
            let field = fields[index]
            guard field.name.count == name.count,
                bytes.withBytes(field.name, { $0.hasBytes(of: name) })
            else { continue }
            if case .one = found { return .several }
            if field.isAlike { return .several }
            found = .one(field.value)
        }
        return found
    }

    /// Finds the fields of a name known when the program was written, in lower case.
    package func find(_ name: StaticString) -> Lookup {
        let span = unsafe Span(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount)
        return find(span)
    }

    /// Lends name and value of each field, in order.
    package func forEachField<Failure: Error>(
        _ body: (Span<UInt8>, Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let span = bytes.span
        for index in fields.indices {
            let (name, value) = (fields[index].name, fields[index].value)
            try body(
                span.extracting(name.start..<name.end), span.extracting(value.start..<value.end))
        }
    }

    /// Lends the bytes of a value that was found.
    package func withValue<Result, Failure: Error>(
        _ range: ByteRange, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(range, body)
    }

    /// The text of a value that was found.
    package func text(_ range: ByteRange) -> String { bytes.text(range) }
}

extension UInt8 {
    @inline(__always)
    fileprivate var isControlButTab: Bool { self < 0x20 && self != 0x09 || self == 0x7F }

    @inline(__always)
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
}
