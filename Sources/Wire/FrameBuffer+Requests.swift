extension FrameBuffer {
    /// Appends a `ping`.
    package mutating func appendPing(requestID: UInt64) {
        appendHeader(.ping, requestID: requestID, length: WireLayout.headerBytes)
    }

    /// Appends the header and fixed body of a `decide`; exactly one item must follow, then
    /// `finishFrame`.
    /// - Returns: the frame's offset, for `finishFrame`.
    package mutating func beginDecide(
        requestID: UInt64, deadlineMicroseconds: UInt32 = 0, atLeastRevision: UInt64 = 0
    ) -> Int {
        beginRequest(.decide, requestID, deadlineMicroseconds, 0, atLeastRevision)
    }

    /// Appends the header and fixed body of a `decideBatch`; exactly `itemCount` items must
    /// follow, then `finishFrame`.
    /// - Returns: the frame's offset, for `finishFrame`.
    package mutating func beginDecideBatch(
        requestID: UInt64, itemCount: UInt32, deadlineMicroseconds: UInt32 = 0,
        atLeastRevision: UInt64 = 0
    ) -> Int {
        beginRequest(.decideBatch, requestID, deadlineMicroseconds, itemCount, atLeastRevision)
    }

    /// Appends the header and fixed body of a `decideEvidence` or, with a count, of a
    /// `decideBatchEvidence`; the evidence must follow, then the items, then `finishFrame`.
    /// - Returns: the frame's offset, for `finishFrame`.
    package mutating func beginDecideEvidence(
        requestID: UInt64, itemCount: UInt32? = nil, deadlineMicroseconds: UInt32 = 0,
        atLeastRevision: UInt64 = 0
    ) -> Int {
        beginRequest(
            itemCount == nil ? .decideEvidence : .decideBatchEvidence, requestID,
            deadlineMicroseconds, itemCount ?? 0, atLeastRevision)
    }

    /// Appends the length of the evidence; its parts must follow, in the order of their kinds.
    /// - Parameter partBytes: what ``EvidencePart/encodedBytes(_:)`` gives for all of them.
    package mutating func beginEvidence(partBytes: Int) {
        append(UInt32(truncatingIfNeeded: partBytes))
        append(UInt32(0))
    }

    /// Appends a part of the evidence, which must not be empty.
    package mutating func appendEvidence(_ kind: EvidencePart, _ bytes: RawSpan) {
        append(UInt32(kind.rawValue))
        append(UInt32(truncatingIfNeeded: bytes.byteCount))
        append(bytes)
        pad()
    }

    /// Appends an item; the length of each part must be a multiple of 8.
    package mutating func appendItem(
        principal: RawSpan, action: RawSpan, resource: RawSpan, context: RawSpan
    ) {
        append(UInt32(truncatingIfNeeded: principal.byteCount))
        append(UInt32(truncatingIfNeeded: action.byteCount))
        append(UInt32(truncatingIfNeeded: resource.byteCount))
        append(UInt32(truncatingIfNeeded: context.byteCount))
        append(principal)
        append(action)
        append(resource)
        append(context)
    }

    /// Writes the length of the frame that began at `start` and ends here.
    package mutating func finishFrame(startingAt start: Int) {
        overwrite(UInt32(truncatingIfNeeded: count - start), at: start)
    }

    @inline(__always)
    mutating func appendHeader(_ kind: FrameKind, requestID: UInt64, length: Int) {
        // Length, version, kind and flags as the one little-endian integer that they form.
        append(
            UInt64(UInt32(truncatingIfNeeded: length)) | UInt64(WireLayout.version) << 32
                | UInt64(kind.rawValue) << 40)
        append(requestID)
    }

    private mutating func beginRequest(
        _ kind: FrameKind, _ requestID: UInt64, _ deadline: UInt32, _ countOrReserved: UInt32,
        _ atLeastRevision: UInt64
    ) -> Int {
        let start = count
        appendHeader(kind, requestID: requestID, length: 0)
        append(deadline)
        append(countOrReserved)
        append(atLeastRevision)
        return start
    }
}
