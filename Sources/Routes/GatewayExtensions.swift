/// What the gateway's own configuration says of the route that a request took: names and values.
///
/// Envoy calls them context extensions. Clients have no say in them.
package struct GatewayExtensions: Sendable {
    private struct Entry: BitwiseCopyable {
        let name: ByteRange
        let value: ByteRange
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    package init() {}

    /// Forgets all of them, and keeps the memory.
    package mutating func removeAll() {
        bytes.clear()
        entries.clear()
    }

    /// Adds one; names are told apart byte by byte.
    package mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        let start = bytes.count
        bytes.append(name)
        let middle = bytes.count
        bytes.append(value)
        entries.append(
            Entry(name: ByteRange(start, middle), value: ByteRange(middle, bytes.count)))
    }

    /// Finds those of a name.
    func find(_ name: Span<UInt8>) -> HeaderList.Lookup {
        var found = HeaderList.Lookup.absent
        for index in entries.indices {
            guard bytes.withBytes(entries[index].name, { $0.hasBytes(of: name) }) else { continue }
            if case .one = found { return .several }
            found = .one(entries[index].value)
        }
        return found
    }

    /// Lends the bytes of a value that was found.
    func withValue<Result, Failure: Error>(
        _ range: ByteRange, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withBytes(range, body)
    }
}
