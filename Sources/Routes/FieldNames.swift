/// What is known of the names of header fields.
package enum FieldNames {
    /// Whether a name is another, or could be read as it.
    ///
    /// Services that keep fields as variables see `X_Tenant` and `X.Tenant` as `X-Tenant`. So letters
    /// count in either case, and every byte that is neither letter nor digit as `-`.
    ///
    /// Source: RFC 3875, section 4.1.18.
    package static func readsLike(_ name: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard name.count == other.count else { return false }
        for index in name.indices where folded(name[index]) != folded(other[index]) { return false }
        return true
    }

    /// What a byte of a name counts as.
    private static func folded(_ byte: UInt8) -> UInt8 {
        byte.isLetter || byte.isDigit ? byte.lowercased : UInt8(ascii: "-")
    }

    /// Whether neither policies nor configuration may set a field: its name, in lower case, belongs to
    /// the connection or frames the message, or is that of a pseudo-header field of HTTP/2.
    ///
    /// Source: RFC 9110, section 7.6.1; RFC 9113, section 8.2.2.
    package static func isReserved(_ name: Span<UInt8>) -> Bool {
        if name.count > 0, name[0] == UInt8(ascii: ":") { return true }
        return name.hasBytes(of: "connection") || name.hasBytes(of: "keep-alive")
            || name.hasBytes(of: "proxy-connection") || name.hasBytes(of: "proxy-authenticate")
            || name.hasBytes(of: "proxy-authorization") || name.hasBytes(of: "te")
            || name.hasBytes(of: "trailer") || name.hasBytes(of: "transfer-encoding")
            || name.hasBytes(of: "upgrade") || name.hasBytes(of: "content-length")
            || name.hasBytes(of: "host") || name.hasBytes(of: "date")
            || name.hasBytes(of: "content-type") || name.hasBytes(of: "content-encoding")
    }
}
