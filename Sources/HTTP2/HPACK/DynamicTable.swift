import Wire

/// The fields that one end told the other to remember, the newest first. Source: RFC 7541
/// section 2.3.2 and 4.
///
/// The bytes of an entry lie together in a ring of twice the table's capacity. That is always
/// enough: an entry that does not fit before the ring's end goes to its beginning, and the entries
/// kept plus the gap left at the end never reach beyond the half of it.
struct DynamicTable: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var offset: UInt32 = 0
        var nameBytes: UInt32 = 0
        var valueBytes: UInt32 = 0

        var sizeBytes: Int {
            Int(nameBytes) + Int(valueBytes) + ListProgress.fieldOverheadBytes
        }
    }

    private var memory: ByteStore
    /// A ring too, of a power of two, so that an entry's number chooses its place.
    private var entries: [Entry]
    private var inserted: UInt = 0
    /// Where the bytes of the newest entry end.
    private var end = 0
    private let capacityBytes: Int
    /// The most the entries may have at present.
    private var limitBytes: Int
    /// What the entries have, each counted with 32 bytes more than its name and value.
    private(set) var sizeBytes = 0
    /// The number of entries.
    private(set) var count = 0

    init(capacityBytes: Int, limitBytes: Int) {
        precondition(limitBytes <= capacityBytes, "a table beyond its capacity")
        self.capacityBytes = capacityBytes
        self.limitBytes = limitBytes
        memory = ByteStore(byteCount: 2 * capacityBytes)
        var places = 1
        while places * ListProgress.fieldOverheadBytes <= capacityBytes { places *= 2 }
        entries = Array(repeating: Entry(), count: places)
    }

    /// The entry that was inserted as the last but `index`.
    @inline(__always)
    func entry(_ index: Int) throws(HPACKError) -> HeaderRegions {
        guard index < count else { throw .indexOutOfRange }
        let entry = entries[place(of: index)]
        return HeaderRegions(
            name: memory.region(from: Int(entry.offset), count: Int(entry.nameBytes)),
            value: memory.region(
                from: Int(entry.offset) + Int(entry.nameBytes), count: Int(entry.valueBytes)))
    }

    /// Inserts a field, whose name may lie in the table itself, and drops the oldest ones for it.
    ///
    /// A field larger than the table empties it and is not inserted. The regions of `header` are
    /// only read when they are as long as `totalBytes`.
    mutating func insert(_ header: HeaderRegions, totalBytes: Int) {
        let size = totalBytes + ListProgress.fieldOverheadBytes
        evict(downTo: limitBytes - size)
        guard size <= limitBytes else { return }
        precondition(
            header.name.count + header.value.count == totalBytes, "a field that is not whole")
        var offset = end
        if offset + totalBytes > memory.count { offset = 0 }
        // The name first: dropping its entry left its bytes, and the value is never among them.
        memory.put(header.name, at: offset)
        memory.put(header.value, at: offset + header.name.count)
        inserted &+= 1
        count += 1
        sizeBytes += size
        end = offset + totalBytes
        entries[place(of: 0)] = Entry(
            offset: UInt32(offset), nameBytes: UInt32(header.name.count),
            valueBytes: UInt32(header.value.count))
    }

    /// Sets the most the entries may have, at most the capacity, and drops the oldest beyond it.
    mutating func setLimit(_ bytes: Int) {
        precondition(bytes <= capacityBytes, "a table beyond its capacity")
        limitBytes = bytes
        evict(downTo: bytes)
    }

    private mutating func evict(downTo bytes: Int) {
        while sizeBytes > bytes, count > 0 {
            sizeBytes -= entries[place(of: count - 1)].sizeBytes
            count -= 1
        }
    }

    @inline(__always)
    private func place(of index: Int) -> Int {
        Int(truncatingIfNeeded: inserted &- UInt(truncatingIfNeeded: index))
            & (entries.count - 1)
    }
}
