/// Header fields that neither policies nor configuration may set.
package enum FieldNames {
    /// Whether a name, in lower case, is one that belongs to the connection or frames the message, or
    /// is a pseudo-header field of HTTP/2.
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
