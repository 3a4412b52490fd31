package import Wire

/// A name and a value: a header or a context extension.
package struct EntryView: BitwiseCopyable {
    /// The name; Envoy sends headers' names in lower case.
    package let name: ByteRegion
    /// The value; of a raw header any bytes, otherwise UTF-8.
    package let value: ByteRegion
    /// Whether this is a pseudo-header such as `:path`.
    package var isPseudoHeader: Bool { name.count > 0 && name.byte(at: 0) == UInt8(ascii: ":") }

    /// Reads an entry of a `map<string, string>`.
    init(entry message: ByteRegion) throws(MessageError) {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        var name = ByteRegion.empty
        var value = ByteRegion.empty
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try seen.text(field)
            case 2: value = try seen.text(field)
            default: break
            }
        }
        self.name = name
        self.value = value
    }

    /// Reads a `HeaderValue`, whose value is text or bytes, never both.
    init(header message: ByteRegion) throws(MessageError) {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        var name = ByteRegion.empty
        var value = ByteRegion.empty
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try seen.text(field)
            case 2:
                if value.count > 0 { throw .duplicate }
                value = try seen.text(field)
            case 3:
                if value.count > 0 { throw .duplicate }
                value = try seen.message(field)
            default: break
            }
        }
        self.name = name
        self.value = value
    }
}

/// The entries of a message that was judged before, in the order in which they came.
package struct EntryReader: BitwiseCopyable {
    private var reader: ProtobufReader
    private let number: UInt32
    private let isHeader: Bool

    /// - Parameters:
    ///   - number: the entries' field number.
    ///   - isHeader: whether an entry is a `HeaderValue` instead of a map's entry.
    init(_ message: ByteRegion, field number: UInt32, isHeader: Bool) {
        reader = ProtobufReader(message)
        self.number = number
        self.isHeader = isHeader
    }

    /// Judges every entry.
    /// - Throws: the first offence, or `tooManyEntries`.
    func check(limit: Int) throws(MessageError) {
        var copy = self
        var count = 0
        while try copy.advance() != nil {
            count += 1
            if count > limit { throw .tooManyEntries }
        }
    }

    /// The next entry; `nil` at the end.
    package mutating func next() -> EntryView? {
        do throws(MessageError) {
            return try advance()
        } catch {
            // Every entry was judged when the request was read.
            preconditionFailure("a message changed after it was judged")
        }
    }

    private mutating func advance() throws(MessageError) -> EntryView? {
        while let field = try reader.next() {
            guard field.number == number else { continue }
            let message = try field.bytes()
            return isHeader
                ? try EntryView(header: message) : try EntryView(entry: message)
        }
        return nil
    }
}

/// What a search for one name found.
package enum EntryLookup: BitwiseCopyable {
    case absent
    case one(ByteRegion)
    /// The name occurs more than once: nobody may choose one of the values.
    case several
}

extension EntryReader {
    /// Searches the entries for a name, compared byte for byte.
    package consuming func lookup(_ name: StaticString) -> EntryLookup {
        var reader = self
        var found = EntryLookup.absent
        while let entry = reader.next() {
            guard entry.name.equals(name) else { continue }
            if case .one = found { return .several }
            found = .one(entry.value)
        }
        return found
    }
}
