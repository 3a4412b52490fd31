import JSON

/// What a stream says about a file: its elements' bytes and places, and how it ended.
private struct StreamRecord: Equatable {
    var elements: [JSONStreamElement] = []
    var texts: [[UInt8]] = []
    var error: JSONStreamError?

    /// Reads the file in chunks of `chunk` bytes; a small limit makes long elements reachable.
    init(_ file: [UInt8], chunk: Int, maximum: Int) {
        var stream = JSONStream(maximumElementBytes: maximum)
        do {
            var index = 0
            while index < file.count {
                let end = min(file.count, index + chunk)
                stream.feed(file.span.extracting(index..<end))
                index = end
                try take(&stream)
            }
            stream.finish()
            try take(&stream)
        } catch {
            self.error = error
        }
    }

    private mutating func take(_ stream: inout JSONStream) throws(JSONStreamError) {
        while let element = try stream.next() {
            elements.append(element)
            texts.append(
                stream.withBytes(of: element) { bytes in (0..<bytes.count).map { bytes[$0] } })
        }
    }
}

private func written(_ tape: JSONTape, _ style: JSONWriter.Style) -> [UInt8] {
    var writer = JSONWriter(style: style)
    writer.value(tape.root, of: tape)
    return writer.bytes
}

/// Whether two tapes hold the same values in the same order.
private func isSame(_ left: JSONTape, _ right: JSONTape) -> Bool {
    var pending = [(left.root, right.root)]
    while let (one, other) = pending.popLast() {
        guard left.kind(one) == right.kind(other), left.count(one) == right.count(other),
            left.integer(one) == right.integer(other), left.bytes(one) == right.bytes(other),
            left.numberText(one) == right.numberText(other)
        else { return false }
        pending += zip(left.elements(one), right.elements(other))
        for (member, match) in zip(left.members(one), right.members(other)) {
            pending.append((member.key, match.key))
            pending.append((member.value, match.value))
        }
    }
    return true
}

/// Checks one input: no trap; what parses reads back equal from what is written; chunks do not change
/// what a stream says; stream and tape together accept an array exactly if the tape does.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    var tape = JSONTape(limits: JSONLimits(maximumDepth: 64))
    let isValid: Bool
    do {
        try tape.parse(bytes)
        isValid = true
        var again = JSONTape()
        for style in [JSONWriter.Style.compact, .pretty] {
            let text = written(tape, style)
            do { try again.parse(text) } catch {
                fatalError("what the writer wrote is refused: \(error)")
            }
            precondition(isSame(tape, again), "a value changed in writing")
            precondition(written(again, style) == text, "writing is not stable")
        }
    } catch {
        isValid = false
        precondition(0...bytes.count ~= error.offset, "an error outside the text")
        precondition(error.position(in: bytes).line >= 1 && !error.message.isEmpty)
    }

    let whole = StreamRecord(bytes, chunk: max(1, bytes.count), maximum: 1 << 20)
    precondition(StreamRecord(bytes, chunk: 1, maximum: 1 << 20) == whole, "chunks matter")
    let limited = StreamRecord(bytes, chunk: max(1, bytes.count), maximum: 12)
    precondition(StreamRecord(bytes, chunk: 3, maximum: 12) == limited, "chunks matter at a limit")
    if let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }),
        first == UInt8(ascii: "[")
    {
        // One level less than the array as a whole.
        let limits = JSONLimits(maximumDepth: 63)
        let isAccepted =
            whole.error == nil
            && whole.texts.allSatisfy { (try? JSONTape(parsing: $0, limits: limits)) != nil }
        precondition(isAccepted == isValid, "stream and tape judge differently")
    }
    return 0
}
