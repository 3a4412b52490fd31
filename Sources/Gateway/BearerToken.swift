package import Routes

/// The credentials of an `Authorization` field.
package enum BearerToken {
    /// Where the token of the scheme `Bearer` stands in the value of the field; nil for another scheme.
    ///
    /// A field with the scheme and nothing else leads to a token that no judge accepts, so that it is no
    /// request without credentials.
    ///
    /// Source: RFC 6750, section 2.1; RFC 9110, section 11.1.
    package static func range(in value: Span<UInt8>) -> ByteRange? {
        let scheme: StaticString = "bearer"
        let length = scheme.utf8CodeUnitCount
        guard value.count >= length else { return nil }
        for index in 0..<length {
            guard unsafe value[index] | 0x20 == scheme.utf8Start[index] else { return nil }
        }
        guard value.count > length else { return ByteRange(0, value.count) }
        // Another scheme that begins so.
        guard value[length] == 0x20 else { return nil }
        var start = length
        while start < value.count, value[start] == 0x20 { start += 1 }
        return start < value.count ? ByteRange(start, value.count) : ByteRange(0, value.count)
    }
}
