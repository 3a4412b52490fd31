/// Why a stream of values was refused, and where in the file.
package struct JSONStreamError: Error, Equatable, Sendable {
    /// The offence.
    package enum Kind: UInt8, Sendable {
        /// The file holds nothing but white space.
        case emptyFile
        /// The file ends before its array does; the place is its end.
        case unexpectedEnd
        /// A byte that cannot stand where it does.
        case unexpectedByte
        /// A comma stands before the closing bracket; the place is the bracket's.
        case trailingComma
        /// Two elements follow each other; the place is the second one's.
        case missingComma
        /// Nothing stands before a comma; the place is the comma's.
        case emptyElement
        /// Something follows the array; the place is its first byte.
        case trailingContent
        /// An element is longer than the limit; the place is its first byte.
        case elementTooLarge
        /// The file starts with a UTF-8 byte order mark.
        case byteOrderMark
    }

    package let kind: Kind

    /// Byte offset in the file.
    package let offset: Int

    /// Line in the file, from 1; a line ends at a line feed.
    package let line: Int

    /// Column in Unicode scalars, from 1.
    package let column: Int

    let found: UInt8?
    let limit: Int
}

extension JSONStreamError: CustomStringConvertible {
    /// The offence in words for a person, without its position.
    package var message: String {
        let found = found.map(describe(byte:)) ?? "nothing"
        return switch kind {
        case .emptyFile: "the file is empty: it must hold an array or one object a line"
        case .unexpectedEnd: "the file ends before its array does: it may be cut off"
        case .unexpectedByte: "expected an array or one object a line, found \(found)"
        case .trailingComma: "the array ends after a comma: remove the comma"
        case .missingComma: "expected `,` or `]`, found \(found)"
        case .emptyElement: "nothing stands before the comma"
        case .trailingContent: "\(found) follows the array: only one array is allowed"
        case .elementTooLarge: "the element is longer than the limit of \(limit) bytes"
        case .byteOrderMark: "the file starts with a byte order mark: save it as UTF-8 without one"
        }
    }

    /// The message and the position.
    package var description: String { "\(message) (at line \(line), column \(column))" }
}
