import Routes

/// Kept over the run, as a worker keeps it.
nonisolated(unsafe) private var target = RequestTarget()

/// Reads any bytes as the target of a request.
///
/// Traps when what was accepted has a second reading: its path read again is another one, a segment
/// has a slash, a backslash, a null or dots only, or a refusal leaves something behind.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestTarget(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do throws(RequestRefusal) {
        try unsafe target.read(bytes.span)
    } catch {
        precondition(0...max(bytes.count, 1) ~= error.position, "a refusal beyond the target")
        unsafe precondition(target.segments.isEmpty && target.pairs.isEmpty)
        return 0
    }
    unsafe judge(target)
    return 0
}

private func judge(_ target: RequestTarget) {
    for (index, range) in target.segments.enumerated() {
        let segment = Array(target.decoded[range.start..<range.end])
        precondition(!segment.contains { [0x2F, 0x5C, 0, 0x3B].contains($0) || $0 < 0x20 })
        precondition(segment != [0x2E] && segment != [0x2E, 0x2E], "dots were accepted")
        precondition(!segment.isEmpty || index == target.segments.count - 1)
        precondition(String(validating: segment, as: UTF8.self) != nil, "no UTF-8")
    }
    for pair in target.pairs {
        precondition(pair.name.end <= pair.value.start && pair.value.end <= target.queryBytes.count)
    }
    var again = RequestTarget()
    do throws(RequestRefusal) {
        try again.read(target.path.span)
    } catch {
        preconditionFailure("the normalised path is refused: \(error)")
    }
    precondition(again.path == target.path && again.decoded == target.decoded)
}
