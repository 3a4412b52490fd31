extension FrameBuffer {
    /// Appends a `pong`.
    package mutating func appendPong(requestID: UInt64) {
        appendHeader(.pong, requestID: requestID, length: WireLayout.headerBytes)
    }

    /// Appends the header of a `decision`; exactly one answer must follow, then `finishFrame`.
    /// - Returns: the frame's offset, for `finishFrame`.
    package mutating func beginDecision(requestID: UInt64) -> Int {
        let start = count
        appendHeader(.decision, requestID: requestID, length: 0)
        return start
    }

    /// Appends the header of a `decisionBatch`; exactly `answerCount` answers must follow, then
    /// `finishFrame`.
    /// - Returns: the frame's offset, for `finishFrame`.
    package mutating func beginDecisionBatch(requestID: UInt64, answerCount: UInt32) -> Int {
        let start = count
        appendHeader(.decisionBatch, requestID: requestID, length: 0)
        append(answerCount)
        append(UInt32(0))
        return start
    }

    /// Appends one answer of at most `limit` bytes, written by `body`.
    package mutating func appendAnswer(limit: Int, _ body: (inout AnswerWriter) -> Void) {
        unsafe appendInPlace(limit: limit) { region in
            var writer = unsafe AnswerWriter(region)
            body(&writer)
            return writer.finish()
        }
    }

    /// Appends the shortest answer: a deny with `cause`.
    package mutating func appendDeny(_ cause: Cause) {
        appendAnswer(limit: WireLayout.answerMinimumBytes) { answer in
            answer.conclude(.deny, cause: cause)
        }
    }

    /// Appends a whole `decision` frame that denies with `cause`.
    package mutating func appendDenyFrame(requestID: UInt64, _ cause: Cause) {
        let start = beginDecision(requestID: requestID)
        appendDeny(cause)
        finishFrame(startingAt: start)
    }

    /// Appends a `refusal` with text for people of at most 65,535 bytes.
    package mutating func appendRefusal(
        requestID: UInt64, _ reason: RefusalReason, text: StaticString
    ) {
        let start = count
        appendHeader(.refusal, requestID: requestID, length: 0)
        append(reason.rawValue)
        append(UInt8(0))
        let length = Swift.min(text.utf8CodeUnitCount, Int(UInt16.max))
        append(UInt16(truncatingIfNeeded: length))
        if text.hasPointerRepresentation {
            unsafe append(
                ByteRegion(UnsafeRawBufferPointer(start: text.utf8Start, count: length)))
        }
        pad()
        finishFrame(startingAt: start)
    }
}
