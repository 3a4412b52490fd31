/// The entries of a ``ByteSorter`` in order; a copy goes on from where it was taken.
struct SortedEntries: Sendable {
    private var memory: MemoryRun?
    private var runs: [FileRun] = []
    /// Indices of `runs` that have a head, as a binary heap: the first one is next.
    private var heap: [Int] = []
    private var tie = ByteSorter.Tie.arrival
    private let operation: String

    init(_ run: MemoryRun) {
        memory = run
        operation = ""
    }

    init(
        _ file: TemporaryFile, _ ranges: [Range<Int>], _ tie: ByteSorter.Tie,
        _ operation: String
    ) throws(StoreError) {
        self.tie = tie
        self.operation = operation
        // All runs together read ahead as much as one run was large, within reason.
        let readBytes = min(max((32 << 20) / max(ranges.count, 1), 16 << 10), 1 << 20)
        for range in ranges {
            var run = FileRun(file: file, range: range, readBytes: readBytes)
            try run.advance(operation)
            runs.append(run)
            if run.head != nil {
                heap.append(runs.count - 1)
                rise(heap.count - 1)
            }
        }
    }

    /// The next entry; nil after the last.
    mutating func next() throws(StoreError) -> SortedBytes? {
        if memory != nil { return memory?.next() }
        guard let first = heap.first else { return nil }
        let entry = runs[first].head
        try runs[first].advance(operation)
        if runs[first].head == nil {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
        }
        sink()
        return entry
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        guard let leftHead = runs[left].head, let rightHead = runs[right].head else {
            return runs[left].head != nil
        }
        if leftHead.key != rightHead.key { return leftHead.key < rightHead.key }
        switch tie {
        case .arrival: return left < right
        case .leadingBytes:
            if ByteSorter.precedes(leftHead.bytes[...], rightHead.bytes[...]) { return true }
            return left < right && !ByteSorter.precedes(rightHead.bytes[...], leftHead.bytes[...])
        }
    }

    private mutating func rise(_ index: Int) {
        var index = index
        while index > 0, precedes(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink() {
        var index = 0
        while index * 2 + 1 < heap.count {
            var child = index * 2 + 1
            if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
            guard precedes(heap[child], heap[index]) else { return }
            heap.swapAt(child, index)
            index = child
        }
    }
}

/// A run that never left memory.
struct MemoryRun: Sendable {
    let buffer: [UInt8]
    let slots: [ByteSorter.Slot]
    private var index = 0

    init(buffer: [UInt8], slots: [ByteSorter.Slot]) {
        self.buffer = buffer
        self.slots = slots
    }

    mutating func next() -> SortedBytes? {
        guard index < slots.count else { return nil }
        let slot = slots[index]
        index += 1
        return SortedBytes(
            key: slot.key, bytes: Array(buffer[Int(slot.start)..<Int(slot.start + slot.count)]))
    }
}

/// A run in a temporary file, read ahead.
struct FileRun: Sendable {
    private let file: TemporaryFile
    private let readBytes: Int
    private var range: Range<Int>
    private var buffer: [UInt8] = []
    private var position = 0

    /// The entry that is next; nil before the first ``advance(_:)`` and after the last.
    private(set) var head: SortedBytes?

    init(file: TemporaryFile, range: Range<Int>, readBytes: Int) {
        self.file = file
        self.range = range
        self.readBytes = readBytes
    }

    mutating func advance(_ operation: String) throws(StoreError) {
        head = nil
        if position == buffer.count, range.isEmpty { return }
        try require(12, operation)
        let key = buffer.word(at: position)
        let count = Int(buffer.half(at: position + 8))
        try require(12 + count, operation)
        let start = position + 12
        head = SortedBytes(key: key, bytes: Array(buffer[start..<start + count]))
        position = start + count
    }

    /// Makes sure that so many bytes lie in the buffer from the position on.
    private mutating func require(_ count: Int, _ operation: String) throws(StoreError) {
        guard buffer.count - position < count else { return }
        buffer.removeSubrange(..<position)
        position = 0
        let wanted = min(max(readBytes, count - buffer.count), range.count)
        let read = try file.read(wanted, at: range.lowerBound, to: &buffer, operation)
        range = range.lowerBound + read..<range.upperBound
        guard buffer.count >= count else {
            throw StoreError(
                .failed, operation, "a temporary file was cut short while it was in use")
        }
    }
}
