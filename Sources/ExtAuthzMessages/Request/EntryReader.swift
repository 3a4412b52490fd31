package import Wire

/// A name and a value: a header or a context extension.
package struct EntryView: BitwiseCopyable {
    /// The name; Envoy sends headers' names in lower case.
    package let name: ByteRegion
    /// The value; of a raw header any bytes, otherwise UTF-8.
    package let value: ByteRegion
    /// Whether this is a pseudo-header such as `:path`.
    package var isPseudoHeader: Bool { name.count > 0 && name.byte(at: 0) == UInt8(ascii: ":") }

    private init(name: ByteRegion, value: ByteRegion) {
        self.name = name
        self.value = value
    }

    /// Reads an entry, fast when it is written as everybody writes it.
    @inline(__always)
    init(_ message: ByteRegion, isHeader: Bool) throws(MessageError) {
        if let plain = try Self.plain(message, isHeader: isHeader) {
            self = plain
        } else if isHeader {
            self = try EntryView(header: message)
        } else {
            self = try EntryView(entry: message)
        }
    }

    /// Reads an entry of a name and then a value, both shorter than 128 bytes, and nothing else; nil
    /// for any other, which may be right as well.
    @inline(__always)
    private static func plain(
        _ message: ByteRegion, isHeader: Bool
    ) throws(MessageError) -> EntryView? {
        guard message.count >= 4, message.byte(at: 0) == 0x0A else { return nil }
        let nameSize = Int(message.byte(at: 1))
        guard nameSize < 0x80, message.count >= nameSize + 4 else { return nil }
        let tag = message.byte(at: nameSize + 2)
        let valueSize = Int(message.byte(at: nameSize + 3))
        guard tag == 0x12 || tag == 0x1A && isHeader, valueSize < 0x80,
            message.count == nameSize + 4 + valueSize
        else { return nil }
        let name = message.region(from: 2, count: nameSize)
        let value = message.region(from: nameSize + 4, count: valueSize)
        guard name.isUTF8, tag == 0x1A || value.isUTF8 else { throw .notUTF8 }
        return EntryView(name: name, value: value)
    }

    /// Reads an entry of a `map<string, string>`.
    @inline(never)
    private init(entry message: ByteRegion) throws(MessageError) {
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
    @inline(never)
    private init(header message: ByteRegion) throws(MessageError) {
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
    /// - Parameter look: is shown each.
    /// - Throws: the first offence, or `tooManyEntries`.
    @inline(__always)
    func check(limit: Int, _ look: (EntryView) -> Void = { _ in }) throws(MessageError) {
        var copy = self
        var count = 0
        while let entry = try copy.advance() {
            count += 1
            if count > limit { throw .tooManyEntries }
            look(entry)
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

    @inline(__always)
    private mutating func advance() throws(MessageError) -> EntryView? {
        while let field = try reader.next() {
            guard field.number == number else { continue }
            return try EntryView(try field.bytes(), isHeader: isHeader)
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

    /// Takes notice of another entry with the name.
    mutating func add(_ value: ByteRegion) {
        self = if case .absent = self { .one(value) } else { .several }
    }
}

extension EntryReader {
    /// Searches the entries for a name, compared byte for byte.
    package consuming func lookup(_ name: StaticString) -> EntryLookup {
        var reader = self
        var found = EntryLookup.absent
        while let entry = reader.next() {
            guard entry.name.hasBytes(of: name) else { continue }
            if case .one = found { return .several }
            found.add(entry.value)
        }
        return found
    }
}
