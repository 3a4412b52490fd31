import DecisionPoint

/// Where a request stands in a trace that spans several services.
///
/// Source: W3C Trace Context, section 3.2.
package struct TraceParent: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits, not all zero.
    package let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero: the caller's span.
    package let parentID: String
    /// 2 lower-case hexadecimal digits.
    package let flags: String
    /// The field as it came.
    package let text: String

    /// Reads the field; nil for one that is not well formed, which counts as none.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes[2] == UInt8(ascii: "-"), bytes[35] == UInt8(ascii: "-"),
            bytes[52] == UInt8(ascii: "-")
        else { return nil }
        let version = bytes[0..<2]
        // A later version may go on after another hyphen.
        guard Self.areDigits(version), !version.elementsEqual("ff".utf8),
            bytes.count == 55
                || (!version.elementsEqual("00".utf8) && bytes[55] == UInt8(ascii: "-")),
            bytes.count <= 512, Self.isIdentifier(bytes[3..<35]),
            Self.isIdentifier(bytes[36..<52]), Self.areDigits(bytes[53..<55])
        else { return nil }
        traceID = String(decoding: bytes[3..<35], as: UTF8.self)
        parentID = String(decoding: bytes[36..<52], as: UTF8.self)
        flags = String(decoding: bytes[53..<55], as: UTF8.self)
        self.text = text
    }

    /// A new id of a span: 16 lower-case hexadecimal digits, not all zero.
    static func newSpanID() -> String { HexadecimalDigits(UInt64.random(in: 1 ... .max)).text }

    private static func areDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isIdentifier(_ bytes: ArraySlice<UInt8>) -> Bool {
        areDigits(bytes) && bytes.contains { $0 != 0x30 }
    }
}
