/// Why a text was refused, and at which byte.
///
/// The first offence in source order is the one reported.
package struct JSONError: Error, Equatable, Sendable {
    /// The offence.
    package enum Kind: UInt8, Sendable {
        /// The text ends before its value does; the offset is the text's length.
        case unexpectedEnd
        /// A byte that cannot stand where it does; the offset is that byte's.
        case unexpectedByte
        /// A string holds bytes that are not UTF-8; the offset is the first byte of the bad sequence.
        case invalidUTF8
        /// A `\u` escape of half a surrogate pair; the offset is its backslash.
        case loneSurrogate
        /// An escape JSON does not have; the offset is its backslash.
        case badEscape
        /// A byte below 0x20 stands unescaped in a string; the offset is that byte's.
        case controlCharacter
        /// A number breaks the grammar (`01`, `1.`, `-a`); the offset is the first byte that breaks it.
        case badNumber
        /// An object repeats a member name (after unescaping); the offset is the second one's quote.
        case duplicateKey
        /// Arrays and objects nest beyond the limit; the offset is the first bracket too many.
        case tooDeep
        /// The text is longer than the limit; the offset is the limit.
        case tooLarge
        /// Something other than white space follows the value; the offset is its first byte.
        case trailingContent
        /// The text starts with a UTF-8 byte order mark; the offset is 0.
        case byteOrderMark
    }

    /// What the grammar allowed where the text went wrong; for the message only.
    enum Expectation: UInt8, Sendable {
        case nothing
        case value
        case valueAfterComma
        case valueOrEndOfArray
        case key
        case keyAfterComma
        case keyOrEndOfObject
        case colon
        case commaOrEndOfArray
        case commaOrEndOfObject
        case literal
        case digit
        case endOfString
    }

    package let kind: Kind

    /// Byte offset in the text, from 0 to the text's length.
    package let offset: Int

    let expected: Expectation
    let found: UInt8?
    let limit: Int

    init(
        _ kind: Kind, at offset: Int, expected: Expectation = .nothing, found: UInt8? = nil,
        limit: Int = 0
    ) {
        self.kind = kind
        self.offset = offset
        self.expected = expected
        self.found = found
        self.limit = limit
    }

    /// Line and column of the offence in the text that was parsed, both from 1.
    ///
    /// A line ends at a line feed; columns count Unicode scalars.
    /// - Complexity: O(`offset`).
    package func position(in bytes: [UInt8]) -> (line: Int, column: Int) {
        position(in: bytes.span)
    }

    /// Line and column of the offence in the text that was parsed, both from 1.
    ///
    /// - Complexity: O(`offset`).
    package func position(in bytes: Span<UInt8>) -> (line: Int, column: Int) {
        var position = TextPosition()
        position.advance(over: bytes, from: 0, to: min(offset, bytes.count))
        return (position.line, position.column)
    }
}
