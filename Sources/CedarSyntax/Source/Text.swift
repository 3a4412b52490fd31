/// A piece of UTF-8 text that is compared byte by byte.
///
/// Cedar compares strings, names and ids by Unicode scalars, while Swift's `String` compares by
/// canonical equivalence ("é" as one or two scalars is equal there). `Text` keeps the two apart.
package struct Text: Hashable, Sendable {
    /// The UTF-8 bytes, always valid.
    package let utf8: [UInt8]

    /// Makes a text of bytes already known to be valid UTF-8.
    package init(validUTF8 bytes: [UInt8]) {
        self.utf8 = bytes
    }

    package init(_ string: some StringProtocol) {
        self.utf8 = Array(string.utf8)
    }

    package var isEmpty: Bool { utf8.isEmpty }

    /// The same text as a Swift string, for messages and files.
    package var string: String { String(decoding: utf8, as: UTF8.self) }
}

extension Text: Comparable {
    package static func < (left: Text, right: Text) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { string }
}
