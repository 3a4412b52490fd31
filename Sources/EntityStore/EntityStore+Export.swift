import CedarEngine
package import CedarSyntax
import Glibc
import JSON
import LMDB

/// How entities are written out.
package struct ExportOptions: Sendable, Equatable {
    /// What stands around the entities.
    package enum Format: Sendable, Equatable {
        /// One JSON array, an entity a line.
        case array
        /// JSON Lines.
        case lines
    }

    package var format: Format
    /// Whether they come in the order of type and id; else in that of the store, which is faster.
    package var isSorted: Bool

    package init(format: Format = .array, isSorted: Bool = false) {
        self.format = format
        self.isSorted = isSorted
    }
}

extension EntityStore {
    /// Writes all entities of the newest revision as JSON and returns their number.
    ///
    /// Memory does not grow with the number of entities; sorting takes a temporary file. Attributes
    /// and tags come in the order of their names, so equal stores give equal sorted exports.
    ///
    /// - Parameter sink: called with whole pieces of about 256 KiB, in order.
    /// - Throws: what the sink throws; `corrupted`; with sorting `noSpace`, `system`.
    package func exportEntities(
        _ options: ExportOptions = ExportOptions(),
        to sink: (Span<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        var writing = ExportWriting(options.format)
        if options.isSorted {
            var sorter = ByteSorter(
                memoryBytes: self.options.sortBytes, directory: path,
                operation: "export entities", tie: .leadingBytes)
            try forEachRecord { (record) throws(StoreError) in
                let name = record.withFlat { ExportName.bytes(of: EntityRecord($0).uid.uid) }
                try sorter.add(ExportName.key(of: name), name, record)
            }
            var entries = try sorter.sorted()
            while let entry = try entries.next() {
                let start = 4 + Int(entry.bytes.half(at: 0))
                let entity = entry.bytes.withFlat(at: start) { EntityRecord($0).entity }
                try writing.write(entity, sink)
            }
        } else {
            try forEachRecord { (record) throws(StoreError) in
                try writing.write(record.withFlat { EntityRecord($0).entity }, sink)
            }
        }
        return try writing.finish(sink)
    }

    /// Writes all entities to a descriptor, which stays the caller's.
    package func exportEntities(
        _ options: ExportOptions = ExportOptions(), descriptor: Int32
    ) throws(StoreError) -> Int {
        try exportEntities(options) { (bytes) throws(StoreError) in
            try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(StoreError) in
                var done = 0
                while done < buffer.count {
                    let count = unsafe Glibc.write(
                        descriptor, buffer.baseAddress.map { unsafe $0 + done },
                        buffer.count - done)
                    if count > 0 {
                        done += count
                    } else if errno == ENOSPC || errno == EFBIG {
                        throw StoreError(
                            .noSpace, "export entities", "no room for the output: free some space")
                    } else if errno != EINTR {
                        throw StoreError(
                            .system(errno), "export entities",
                            "cannot write the output: \(SystemWords.of(errno))")
                    }
                }
            }
        }
    }

    /// Lends every entity of a type in the newest revision, in no order.
    package func forEachEntity(
        ofType type: Text, _ body: (Entity) throws(StoreError) -> Void
    ) throws(StoreError) {
        try forEachRecord { (record) throws(StoreError) in
            let entity = record.withFlat { EntityRecord($0).entity }
            if entity.uid.type == type { try body(entity) }
        }
    }

    /// Lends every record of the newest revision in the order of keys.
    private func forEachRecord(
        _ body: ([UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try read { (transaction) throws(StoreError) in
            try transaction.forEachValue(.entity, layout) { (_, value) throws(StoreError) in
                let chain = try EntryChain(.entity, value)
                for range in chain.ranges { try body(Array(chain.bytes[range])) }
            }
        }
    }
}

/// What entities are sorted by.
private enum ExportName {
    /// A count (4 bytes) and so many bytes whose order is that of type and id.
    static func bytes(of uid: EntityUID) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(half: UInt32(uid.type.utf8.count + 1 + uid.id.utf8.count))
        bytes += uid.type.utf8
        // No name of a type has a byte below this one.
        bytes.append(0)
        bytes += uid.id.utf8
        return bytes
    }

    /// The first eight of the bytes, as a number of the same order.
    static func key(of name: [UInt8]) -> UInt64 {
        var key: UInt64 = 0
        for index in 4..<12 { key = key << 8 | (index < name.count ? UInt64(name[index]) : 0) }
        return key
    }
}

/// The JSON of an export on its way.
private struct ExportWriting {
    private let format: ExportOptions.Format
    private var writer = JSONWriter()
    private var output: [UInt8] = []
    private var count = 0

    init(_ format: ExportOptions.Format) { self.format = format }

    mutating func write(
        _ entity: Entity, _ sink: (Span<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        if format == .array { append(count == 0 ? "[\n" : ",\n") }
        writer.write(entity)
        output += writer.bytes
        writer.removeAll()
        if format == .lines { append("\n") }
        count += 1
        if output.count >= 256 << 10 { try flush(sink) }
    }

    mutating func finish(
        _ sink: (Span<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        if format == .array { append(count == 0 ? "[]\n" : "\n]\n") }
        try flush(sink)
        return count
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe output.append(contentsOf: $0) }
    }

    private mutating func flush(
        _ sink: (Span<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        try sink(output.span)
        output.removeAll(keepingCapacity: true)
    }
}
