/// Splits a file of many values into its elements without holding the file.
///
/// The file is one JSON array (its first byte that is not white space is `[`) or JSON Lines (it is
/// `{`): one value a line, lines of white space skipped. The stream judges only what stands between
/// the elements; it does not judge an element, so every element must be parsed with `JSONTape`, in
/// order, before the next is asked for. Then the file as a whole is accepted exactly if it is valid.
///
///     stream.feed(chunk)
///     while let element = try stream.next() { try tape.parse(element, of: stream) … }
///
/// It holds at most the element in progress and the last chunk. How the file is cut into chunks
/// changes nothing about elements and errors.
package struct JSONStream: Sendable {
    enum State: Sendable {
        /// Only white space so far.
        case start
        /// After `[`.
        case firstElement
        /// After a comma.
        case element
        /// In a number, a literal or anything else without brackets and quotes.
        case scalar
        /// In an array or object, outside its strings.
        case container
        /// In a string.
        case string
        /// After an element of an array.
        case afterElement
        /// After the array.
        case afterArray
        /// JSON Lines, between two elements.
        case betweenLines
        /// JSON Lines, in an element.
        case line
        case failed(JSONStreamError)
    }

    /// Longest accepted element in bytes; in JSON Lines white space after it counts.
    package let maximumElementBytes: Int

    /// Bytes not given back yet: from `keepFrom` on they are still needed.
    var buffer: [UInt8] = []
    /// Offset in the file of the buffer's first byte.
    var base = 0
    /// Index in the buffer of the next byte to look at.
    var scan = 0
    /// Index in the buffer of the element in progress.
    var elementStart: Int?
    /// Open brackets in the element in progress.
    var depth = 0
    var state = State.start
    var isFinished = false
    private var needsInput = true
    /// Index in the buffer up to which `position` has counted.
    private var counted = 0
    private var position = TextPosition()

    /// Makes a stream at the start of a file.
    package init(maximumElementBytes: Int = 16 << 20) {
        self.maximumElementBytes = maximumElementBytes
    }

    /// Takes the next bytes of the file; elements returned before become unreadable.
    ///
    /// Call it only after `next` returned nil.
    /// - Complexity: O(*n*) amortized in the number of bytes.
    package mutating func feed(_ bytes: Span<UInt8>) {
        precondition(needsInput, "a JSON stream is fed before its elements are taken")
        precondition(!isFinished, "a JSON stream is fed after its end")
        dropConsumed()
        unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
        needsInput = false
    }

    /// Says that the file ends here; `next` then returns what is left, and judges the end.
    ///
    /// Call it only after `next` returned nil.
    package mutating func finish() {
        precondition(needsInput, "a JSON stream is finished before its elements are taken")
        isFinished = true
        needsInput = false
    }

    /// Returns the next complete element; nil when it needs more bytes or, after `finish`, at the end.
    ///
    /// - Throws: `JSONStreamError`; the same again on every later call.
    package mutating func next() throws(JSONStreamError) -> JSONStreamElement? {
        do {
            let element = try scanElement()
            if element == nil { needsInput = true }
            return element
        } catch {
            state = .failed(error)
            needsInput = true
            throw error
        }
    }

    /// Lends the bytes of an element returned by `next` since the last `feed`.
    package func withBytes<R, E: Error>(
        of element: JSONStreamElement, _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let start = element.offset - base
        precondition(
            start >= 0 && start + element.count <= buffer.count,
            "the JSON element is no longer in the stream's buffer")
        return try body(buffer.span.extracting(start..<start + element.count))
    }

    /// Line and column in the file of the byte at `offset` inside an element returned by `next` since
    /// the last `feed`: turns the offset of a `JSONError` or a node into a place in the file.
    package func position(
        of element: JSONStreamElement, at offset: Int
    ) -> (line: Int, column: Int) {
        withBytes(of: element) { element.position(at: offset, in: $0) }
    }

    /// Ends the element in progress before the buffer's index `end`.
    mutating func element(endingAt end: Int) throws(JSONStreamError) -> JSONStreamElement {
        let start = elementStart ?? end
        try requireElementFits(end)
        elementStart = nil
        let place = place(at: start)
        return JSONStreamElement(
            offset: base + start, count: end - start, line: place.line, column: place.column)
    }

    /// Checks that the element in progress, which reaches `end` at least, is not too long.
    mutating func requireElementFits(_ end: Int) throws(JSONStreamError) {
        guard let start = elementStart, end - start > maximumElementBytes else { return }
        throw error(.elementTooLarge, at: start)
    }

    mutating func error(
        _ kind: JSONStreamError.Kind, at index: Int, found: UInt8? = nil
    ) -> JSONStreamError {
        let place = place(at: index)
        return JSONStreamError(
            kind: kind, offset: base + index, line: place.line, column: place.column,
            found: found, limit: maximumElementBytes)
    }

    /// Counts lines and columns up to a buffer index, never one before an earlier call's.
    private mutating func place(at index: Int) -> TextPosition {
        let bytes = buffer
        position.advance(over: bytes.span, from: counted, to: index)
        counted = index
        return position
    }

    /// Frees the bytes that no element in progress needs.
    private mutating func dropConsumed() {
        let keepFrom = elementStart ?? scan
        // Moving no more bytes than are dropped keeps small chunks linear.
        guard keepFrom > 0, keepFrom >= buffer.count - keepFrom else { return }
        _ = place(at: keepFrom)
        buffer.removeSubrange(0..<keepFrom)
        base += keepFrom
        scan -= keepFrom
        counted -= keepFrom
        if elementStart != nil { elementStart = 0 }
    }
}

extension JSONTape {
    /// Replaces the tape's content by an element that `next` returned since the last `feed`.
    ///
    /// Offsets in the tape and its errors count from the element's first byte.
    /// - Throws: `JSONError`, the first offence in the element.
    package mutating func parse(
        _ element: JSONStreamElement, of stream: JSONStream
    ) throws(JSONError) {
        try stream.withBytes(of: element) { (bytes) throws(JSONError) in try parse(bytes) }
    }
}
