/// Requests that were sent and not answered, oldest first; reused without allocation.
package struct PendingQueue: Sendable {
    /// One request.
    package struct Entry: BitwiseCopyable, Sendable {
        /// When it was sent, or meant to be sent, in monotonic nanoseconds.
        package var time: UInt64
        /// Its place among the prepared frames.
        package var frame: Int

        package init(time: UInt64, frame: Int) {
            self.time = time
            self.frame = frame
        }
    }

    private var entries: [Entry]
    private var first = 0
    package private(set) var count = 0

    package init() { entries = [Entry](repeating: Entry(time: 0, frame: 0), count: 1024) }

    package mutating func append(_ entry: Entry) {
        if count == entries.count { grow() }
        entries[(first + count) & (entries.count - 1)] = entry
        count += 1
    }

    package mutating func removeFirst() -> Entry? {
        guard count > 0 else { return nil }
        let entry = entries[first]
        first = (first + 1) & (entries.count - 1)
        count -= 1
        return entry
    }

    private mutating func grow() {
        var larger = [Entry](repeating: Entry(time: 0, frame: 0), count: entries.count * 2)
        for index in 0..<count { larger[index] = entries[(first + index) & (entries.count - 1)] }
        (entries, first) = (larger, 0)
    }
}
