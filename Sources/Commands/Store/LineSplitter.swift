/// Cuts a stream of bytes into numbered lines, holding no line that is too long.
struct LineSplitter {
    struct Line {
        /// From 1; blank lines count.
        let number: Int
        /// Without its end; nil when it is too long.
        let bytes: [UInt8]?
    }

    let maximumBytes: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// Where the search for the end of the line goes on.
    private var scan = 0
    private var number = 0
    private var isSkipping = false
    private var isFinished = false

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Takes the next bytes; call it after ``next()`` returned nil.
    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        buffer.removeSubrange(..<start)
        scan -= start
        start = 0
        buffer += bytes
    }

    /// Says that nothing follows: the rest is a line too.
    mutating func finish() { isFinished = true }

    /// The next line that is not blank; nil when more bytes are needed, or at the end.
    mutating func next() -> Line? {
        while true {
            if let end = buffer[scan...].firstIndex(of: 10) {
                let line = take(upTo: end)
                start = end + 1
                scan = start
                if let line { return line }
                continue
            }
            scan = buffer.count
            if isFinished {
                let line = start < buffer.count || isSkipping ? take(upTo: buffer.count) : nil
                start = buffer.count
                return line
            }
            if buffer.count - start > maximumBytes {
                // The bytes of a line that is refused are not kept.
                isSkipping = true
                start = buffer.count
            }
            return nil
        }
    }

    private mutating func take(upTo end: Int) -> Line? {
        number += 1
        if isSkipping || end - start > maximumBytes {
            isSkipping = false
            return Line(number: number, bytes: nil)
        }
        let bytes = buffer[start..<end]
        if bytes.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { return nil }
        return Line(number: number, bytes: Array(bytes))
    }
}
