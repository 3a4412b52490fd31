/// Writes one answer straight into the output buffer, without allocation.
///
/// An answer on which nothing was called is a deny with `internalError`. So is one whose parts were
/// added out of order (reasons, errors, obligations, detail). One that passes its size limit is a deny
/// with `tooLarge` and nothing else. An allow with any cause but `decided` is a deny.
@safe @usableFromInline package struct AnswerWriter: ~Copyable {
    private enum Stage: UInt8 { case reasons, errors, obligations, detail, broken, tooLarge }

    private let region: UnsafeMutableRawBufferPointer
    private var end = WireLayout.answerHeaderBytes
    private var stage = Stage.reasons
    @usableFromInline var decision = Decision.deny
    @usableFromInline var cause = Cause.internalError
    private var reasonCount: UInt16 = 0
    private var errorCount: UInt16 = 0
    private var obligationCount: UInt16 = 0
    private var detailBytes: UInt32 = 0
    @usableFromInline var policyVersion: UInt64 = 0
    @usableFromInline var revision: UInt64 = 0
    @usableFromInline var decisionID: UInt64 = 0

    /// Writes into `region`, whose size is the answer's limit: at least 40 bytes, a multiple of 8.
    @unsafe package init(_ region: UnsafeMutableRawBufferPointer) {
        precondition(
            region.count >= WireLayout.answerMinimumBytes
                && region.count % WireLayout.alignment == 0,
            "an answer's room must be a multiple of 8, at least 40 bytes")
        unsafe self.region = region
    }

    /// States the outcome; the last call counts.
    @inlinable package mutating func conclude(_ decision: Decision, cause: Cause) {
        self.decision = cause == .decided ? decision : .deny
        self.cause = cause
    }

    /// Names what the decision was made from: the policy set's version and the store's revision.
    @inlinable package mutating func setSnapshot(policyVersion: UInt64, revision: UInt64) {
        self.policyVersion = policyVersion
        self.revision = revision
    }

    /// Names the decision, for the decision log.
    @inlinable package mutating func setDecisionID(_ decisionID: UInt64) {
        self.decisionID = decisionID
    }

    /// Adds a determining policy's id, in UTF-8.
    package mutating func addReason(_ policyID: RawSpan) {
        guard enter(.reasons), policyID.byteCount <= WireLayout.maximumPolicyIDBytes,
            reasonCount < .max, hasRoom(2 + policyID.byteCount)
        else { return giveUpOnSize() }
        put(UInt16(policyID.byteCount))
        put(policyID)
        reasonCount += 1
    }

    /// Adds an erroring policy's id, in UTF-8, and the number of its fault.
    package mutating func addError(fault: UInt8, _ policyID: RawSpan) {
        guard enter(.errors), policyID.byteCount <= WireLayout.maximumPolicyIDBytes,
            errorCount < .max, hasRoom(3 + policyID.byteCount)
        else { return giveUpOnSize() }
        put(fault)
        put(UInt16(policyID.byteCount))
        put(policyID)
        errorCount += 1
    }

    /// Adds what a determining policy asks of whoever enforces the decision, in UTF-8.
    ///
    /// Text for people is left out where there is no room for it; all else must fit.
    package mutating func addObligation(
        _ kind: ObligationKind, name: RawSpan, value: RawSpan
    ) {
        guard enter(.obligations) else { return giveUpOnSize() }
        let length = 5 + name.byteCount + value.byteCount
        guard name.byteCount <= Int(UInt16.max), value.byteCount <= Int(UInt16.max),
            obligationCount < .max, hasRoom(length)
        else {
            if kind != .reason { giveUpOnSize() }
            return
        }
        put(kind.rawValue)
        put(UInt16(name.byteCount))
        put(name)
        put(UInt16(value.byteCount))
        put(value)
        obligationCount += 1
    }

    /// Adds what a determining policy asks of whoever enforces the decision, in UTF-8.
    package mutating func addObligation(
        _ kind: ObligationKind, name: Span<UInt8>, value: Span<UInt8>
    ) {
        unsafe addObligation(kind, name: name.bytes, value: value.bytes)
    }

    /// Adds text for people, in UTF-8; once.
    package mutating func setDetail(_ text: RawSpan) {
        if detailBytes > 0 { stage = .broken }
        guard enter(.detail), hasRoom(text.byteCount) else { return giveUpOnSize() }
        put(text)
        detailBytes = UInt32(text.byteCount)
    }

    /// Adds a determining policy's id, in UTF-8.
    package mutating func addReason(_ policyID: Span<UInt8>) {
        unsafe addReason(policyID.bytes)
    }

    /// Adds an erroring policy's id, in UTF-8, and the number of its fault.
    package mutating func addError(fault: UInt8, _ policyID: Span<UInt8>) {
        unsafe addError(fault: fault, policyID.bytes)
    }

    /// Adds text for people, in UTF-8; once.
    package mutating func setDetail(_ text: Span<UInt8>) {
        unsafe setDetail(text.bytes)
    }

    /// Forgets reasons, errors, obligations and detail; the outcome and the snapshot stay.
    package mutating func removeLists() {
        end = WireLayout.answerHeaderBytes
        stage = .reasons
        reasonCount = 0
        errorCount = 0
        obligationCount = 0
        detailBytes = 0
    }

    /// Completes the answer and returns its length in bytes, a multiple of 8.
    package consuming func finish() -> Int {
        switch stage {
        case .reasons, .errors, .obligations, .detail: break
        case .broken: fail(.internalError)
        case .tooLarge: fail(.tooLarge)
        }
        let length = WireLayout.padded(end)
        if length - end == 4 {
            put(UInt32(0))
        } else {
            while end < length { put(UInt8(0)) }
        }
        end = 0
        // Decision, cause and the three counts as the one little-endian integer that they form.
        put(
            UInt64(decision.rawValue) | UInt64(cause.rawValue) << 8 | UInt64(reasonCount) << 16
                | UInt64(errorCount) << 32 | UInt64(obligationCount) << 48)
        put(policyVersion)
        put(revision)
        put(decisionID)
        put(detailBytes)
        return length
    }

    private mutating func fail(_ cause: Cause) {
        removeLists()
        conclude(.deny, cause: cause)
    }

    /// Whether a part of `wanted` may be added now; moves on to it.
    private mutating func enter(_ wanted: Stage) -> Bool {
        if stage.rawValue > wanted.rawValue {
            if stage != .tooLarge { stage = .broken }
            return false
        }
        stage = wanted
        return true
    }

    private mutating func giveUpOnSize() {
        if stage != .broken { stage = .tooLarge }
    }

    @inline(__always)
    private func hasRoom(_ length: Int) -> Bool { unsafe length <= region.count - end }

    @inline(__always)
    private mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        precondition(hasRoom(MemoryLayout<Value>.size), "a write outside the answer")
        unsafe region.storeBytes(of: value.littleEndian, toByteOffset: end, as: Value.self)
        end += MemoryLayout<Value>.size
    }

    private mutating func put(_ bytes: RawSpan) {
        precondition(hasRoom(bytes.byteCount), "a write outside the answer")
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress, let base = unsafe region.baseAddress
            else { return }
            unsafe (base + end).copyMemory(from: from, byteCount: source.count)
        }
        end += bytes.byteCount
    }
}
