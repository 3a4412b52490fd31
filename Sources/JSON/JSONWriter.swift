/// Writes JSON text, appending to its own bytes.
///
/// It puts commas, colons and escapes itself; what it wrote is valid JSON once `isComplete`. Using it
/// out of order (a value without a key in an object, an end without its begin, a second value) is a
/// programmer's mistake and traps. It does not notice repeated keys: that is up to the caller.
package struct JSONWriter: Sendable {
    /// How the text is laid out.
    package enum Style: Sendable {
        /// No white space at all.
        case compact
        /// A line for each element and member, indented by two spaces a level.
        case pretty
    }

    private enum Container: UInt8, Sendable {
        case array
        case object
    }

    private enum State: Sendable {
        /// Nothing written on this line.
        case start
        /// Just after `[` or `{`.
        case empty
        /// After an element or a member.
        case afterValue
        /// After a key and its colon.
        case afterKey
        /// The top-level value is written.
        case complete
    }

    /// What was written so far.
    package internal(set) var bytes: [UInt8] = []

    private let style: Style
    private var open: [Container] = []
    private var state = State.start

    /// Makes a writer without text.
    package init(style: Style = .compact) { self.style = style }

    /// Whether exactly one whole value stands on the last line.
    package var isComplete: Bool { state == .complete }

    /// Ends a line of JSON Lines after a complete value; the next value may follow.
    package mutating func endLine() {
        precondition(state == .complete, "a line of JSON ends before its value")
        bytes.append(UInt8(ascii: "\n"))
        state = .start
    }

    /// Forgets what was written but keeps the storage.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        state = .start
    }

    /// Starts an array as the next value.
    package mutating func beginArray() { begin(.array, UInt8(ascii: "[")) }

    /// Ends the innermost container, which must be an array.
    package mutating func endArray() { end(.array, UInt8(ascii: "]")) }

    /// Starts an object as the next value.
    package mutating func beginObject() { begin(.object, UInt8(ascii: "{")) }

    /// Ends the innermost container, which must be an object and must not wait for a value.
    package mutating func endObject() { end(.object, UInt8(ascii: "}")) }

    /// Writes a member name; its value must come next.
    package mutating func key(_ name: String) {
        var name = name
        beforeKey()
        name.withUTF8 { name in unsafe appendString(name.span) }
        afterKey()
    }

    /// Writes a member name from UTF-8, which must be valid; its value must come next.
    package mutating func key(utf8 name: Span<UInt8>) {
        requireUTF8(name)
        beforeKey()
        appendString(name)
        afterKey()
    }

    /// Writes a string.
    package mutating func string(_ value: String) {
        var value = value
        beforeValue()
        value.withUTF8 { value in unsafe appendString(value.span) }
        afterValue()
    }

    /// Writes a string from UTF-8, which must be valid.
    package mutating func string(utf8 value: Span<UInt8>) {
        requireUTF8(value)
        beforeValue()
        appendString(value)
        afterValue()
    }

    /// Writes an integer.
    package mutating func integer(_ value: Int64) {
        beforeValue()
        appendInteger(value)
        afterValue()
    }

    /// Writes `true` or `false`.
    package mutating func boolean(_ value: Bool) { word(value ? "true" : "false") }

    /// Writes `null`.
    package mutating func null() { word("null") }

    /// Writes a number in its own words, which must be a JSON number and nothing else.
    package mutating func number(utf8 digits: Span<UInt8>) {
        precondition(JSONTape.isNumber(digits), "not a JSON number")
        beforeValue()
        append(digits)
        afterValue()
    }

    private mutating func word(_ word: StaticString) {
        beforeValue()
        word.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        afterValue()
    }

    private mutating func begin(_ container: Container, _ bracket: UInt8) {
        beforeValue()
        bytes.append(bracket)
        open.append(container)
        state = .empty
    }

    private mutating func end(_ container: Container, _ bracket: UInt8) {
        precondition(open.last == container, "the innermost JSON container is of another kind")
        precondition(state != .afterKey, "a JSON member has a name but no value")
        open.removeLast()
        if state != .empty { breakLine() }
        bytes.append(bracket)
        afterValue()
    }

    private mutating func beforeKey() {
        precondition(open.last == .object, "a JSON member name stands outside an object")
        precondition(state != .afterKey, "two JSON member names in a row")
        separate()
    }

    private mutating func afterKey() {
        bytes.append(UInt8(ascii: ":"))
        if style == .pretty { bytes.append(UInt8(ascii: " ")) }
        state = .afterKey
    }

    private mutating func beforeValue() {
        if state == .afterKey { return }
        precondition(state != .complete, "a second JSON value at the top level")
        guard let container = open.last else { return }
        precondition(container == .array, "a JSON object's value stands without a name")
        separate()
    }

    private mutating func afterValue() {
        state = open.isEmpty ? .complete : .afterValue
    }

    private mutating func separate() {
        if state == .afterValue { bytes.append(UInt8(ascii: ",")) }
        breakLine()
    }

    private mutating func breakLine() {
        guard style == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<open.count * 2 { bytes.append(UInt8(ascii: " ")) }
    }
}
