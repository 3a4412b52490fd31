/// Why a header block cannot be decoded.
///
/// Both ends keep the same table only while every block is decoded, so each of these ends the
/// connection. Source: RFC 7541, RFC 9113 section 4.3.
package enum HPACKError: UInt8, BitwiseCopyable, Error, Sendable, CaseIterable {
    /// The block ends inside of a field.
    case truncated
    /// An integer has more than five bytes after its first.
    case integerTooLong
    /// A field refers to index 0.
    case indexZero
    /// A field refers to an entry that neither table has.
    case indexOutOfRange
    /// A change of the table's size stands after a field, or is the third of its block.
    case sizeUpdateMisplaced
    /// A change of the table's size goes beyond the size that was announced.
    case sizeUpdateTooLarge
    /// Huffman-coded text holds the code that ends a text, which must not be sent.
    case huffmanEnd
    /// Huffman-coded text is not filled up with fewer than eight one bits.
    case huffmanPadding
    /// The list is too long, and a short block makes the table copy far more than was sent.
    case expansion

    /// Whether the peer asks for too much, apart from being wrong: `ENHANCE_YOUR_CALM` instead of
    /// `COMPRESSION_ERROR`.
    package var isExcess: Bool { self == .expansion }

    /// The error in words.
    package var message: StaticString {
        switch self {
        case .truncated: "header block ends inside of a field"
        case .integerTooLong: "integer in a header block is longer than six bytes"
        case .indexZero: "header field refers to index 0"
        case .indexOutOfRange: "header field refers to an entry that is not there"
        case .sizeUpdateMisplaced:
            "size of the header table changes after a field or more than twice in a block"
        case .sizeUpdateTooLarge: "size of the header table is set beyond the announced limit"
        case .huffmanEnd: "Huffman-coded text holds the end-of-text code"
        case .huffmanPadding: "Huffman-coded text does not end in at most seven one bits"
        case .expansion: "header block makes the table copy far more than was sent"
        }
    }
}

/// How much of a block's list of fields was lent; the table is in step in both cases.
package enum HeaderListExtent: BitwiseCopyable, Sendable {
    /// Every field.
    case whole
    /// The first fields only: the next would have passed the limit of the list.
    case tooLong
}
