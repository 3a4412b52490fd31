import CedarEngine

/// One entry to be sorted.
struct SortedBytes: Sendable {
    let key: UInt64
    let bytes: [UInt8]
}

/// Sorts any number of byte strings by a number, in bounded memory.
///
/// Runs of `memoryBytes` are sorted in memory and written one after the other to a temporary file
/// of `key` (8 bytes), `count` (4 bytes) and bytes each; ``sorted()`` merges them. Without a
/// second run there is no file.
struct ByteSorter: ~Copyable {
    /// What decides between entries of one key.
    enum Tie: Sendable {
        /// The order in which they were added.
        case arrival
        /// The bytes, as far as a count in their first four bytes says.
        case leadingBytes
    }

    /// One entry of the run in memory.
    struct Slot: BitwiseCopyable, Sendable {
        let key: UInt64
        let start: UInt32
        let count: UInt32
    }

    private let memoryBytes: Int
    private let directory: String
    private let operation: String
    private let tie: Tie
    private var buffer: [UInt8] = []
    private var slots: [Slot] = []
    private var file: TemporaryFile?
    private var runs: [Range<Int>] = []
    private var isSorted = false

    /// The number of entries added.
    private(set) var count = 0
    /// The bytes added.
    private(set) var byteCount = 0

    init(memoryBytes: Int, directory: String, operation: String, tie: Tie = .arrival) {
        // Slots have 32-bit offsets.
        self.memoryBytes = min(max(memoryBytes, 1 << 10), 1 << 30)
        self.directory = directory
        self.operation = operation
        self.tie = tie
    }

    /// Adds an entry made of two parts, of less than 2 GiB together.
    mutating func add(_ key: UInt64, _ head: [UInt8], _ tail: [UInt8] = []) throws(StoreError) {
        precondition(!isSorted, "an entry is added after sorting")
        let added = head.count + tail.count
        if !slots.isEmpty,
            buffer.count + added + (slots.count + 1) * MemoryLayout<Slot>.stride > memoryBytes
        {
            try spill()
        }
        slots.append(
            Slot(key: key, start: UInt32(buffer.count), count: UInt32(added)))
        buffer += head
        buffer += tail
        count += 1
        byteCount += added
    }

    /// Gives the entries in order; may be called again and again, but nothing can be added then.
    mutating func sorted() throws(StoreError) -> SortedEntries {
        if !isSorted {
            isSorted = true
            if runs.isEmpty {
                sortSlots()
            } else if !slots.isEmpty {
                try spill()
                buffer = []
                slots = []
            }
        }
        guard let file else {
            return SortedEntries(MemoryRun(buffer: buffer, slots: slots))
        }
        return try SortedEntries(file, runs, tie, operation)
    }

    private mutating func sortSlots() {
        let tie = tie
        let bytes = buffer
        slots.sort { left, right in
            if left.key != right.key { return left.key < right.key }
            switch tie {
            case .arrival: return left.start < right.start
            case .leadingBytes:
                return Self.precedes(
                    bytes[Int(left.start)..<Int(left.start + left.count)],
                    bytes[Int(right.start)..<Int(right.start + right.count)])
            }
        }
    }

    /// Compares by leading bytes.
    static func precedes(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        leading(left).lexicographicallyPrecedes(leading(right))
    }

    private static func leading(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = bytes.startIndex
        var count = 0
        for index in 0..<4 { count |= Int(bytes[start + index]) << (index * 8) }
        return bytes[(start + 4)..<(start + 4 + count)]
    }

    private mutating func spill() throws(StoreError) {
        sortSlots()
        let file: TemporaryFile
        if let existing = self.file {
            file = existing
        } else {
            file = try TemporaryFile(in: directory, operation)
            self.file = file
        }
        let start = runs.last?.upperBound ?? 0
        var end = start
        var output: [UInt8] = []
        output.reserveCapacity(Self.writeBytes)
        for slot in slots {
            output.append(word: slot.key)
            output.append(half: slot.count)
            output += buffer[Int(slot.start)..<Int(slot.start + slot.count)]
            if output.count >= Self.writeBytes {
                try file.write(output.span, at: end, operation)
                end += output.count
                output.removeAll(keepingCapacity: true)
            }
        }
        try file.write(output.span, at: end, operation)
        runs.append(start..<end + output.count)
        buffer.removeAll(keepingCapacity: true)
        slots.removeAll(keepingCapacity: true)
    }

    private static let writeBytes = 1 << 20
}
