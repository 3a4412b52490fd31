import Wire

/// The fields that every HTTP/2 connection knows from the beginning. Source: RFC 7541 appendix A.
@safe struct StaticTable: BitwiseCopyable, @unchecked Sendable {
    private struct Entry: BitwiseCopyable {
        var name: ByteRegion
        var value: ByteRegion
    }

    /// The number of fields; their indices begin at 1.
    static let count = 61

    /// The table, made once and never freed: regions of it are always valid.
    static let shared = StaticTable()

    private let entries: UnsafeBufferPointer<Entry>

    private init() {
        let entries = UnsafeMutableBufferPointer<Entry>.allocate(capacity: Self.count)
        for (index, (name, value)) in Self.fields.enumerated() {
            unsafe entries.initializeElement(
                at: index, to: Entry(name: Self.region(name), value: Self.region(value)))
        }
        unsafe self.entries = UnsafeBufferPointer(entries)
    }

    /// The field at an index from 1 on.
    @inline(__always)
    func entry(at index: Int) -> HeaderRegions {
        precondition(index > 0 && index <= Self.count, "an index beyond the static table")
        let entry = unsafe entries[index - 1]
        return HeaderRegions(name: entry.name, value: entry.value)
    }

    /// The bytes of a literal, which live as long as the program.
    private static func region(_ text: StaticString) -> ByteRegion {
        unsafe ByteRegion(
            UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static let fields: [(StaticString, StaticString)] = [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"),
        (":path", "/index.html"), (":scheme", "http"), (":scheme", "https"), (":status", "200"),
        (":status", "204"), (":status", "206"), (":status", "304"), (":status", "400"),
        (":status", "404"), (":status", "500"), ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""),
        ("accept", ""), ("access-control-allow-origin", ""), ("age", ""), ("allow", ""),
        ("authorization", ""), ("cache-control", ""), ("content-disposition", ""),
        ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
        ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""),
        ("date", ""), ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""),
        ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
        ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""),
        ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""),
        ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""),
        ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
        ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ]
}
