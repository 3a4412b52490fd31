import Wire

/// Reads any bytes as a stream of frames, from both sides, and writes back what was understood.
///
/// The first byte chooses the limits. Traps when a frame that was read cannot be written again as
/// the same bytes, when a view leaves its frame, or when an allow comes with a cause.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start = unsafe start, count > 0 else { return 0 }
    let small = FrameLimits(
        maximumFrameBytes: 256, maximumBatchItems: 4, maximumAnswerBytes: 128)
    let limits = unsafe start[0] & 1 == 0 ? FrameLimits() : small
    var stream = unsafe ByteRegion(UnsafeRawBufferPointer(start: start + 1, count: count - 1))
    while let header = try? FrameHeader.parse(stream, limits: limits),
        header.lengthBytes <= stream.count
    {
        let frame = stream.region(from: 0, count: header.lengthBytes)
        precondition(header.lengthBytes <= limits.maximumFrameBytes, "a frame beyond the limit")
        switch header.kind {
        case .decide, .decideBatch, .decideEvidence, .decideBatchEvidence:
            checkRequest(header, frame, limits)
        case .decision, .decisionBatch: checkResponse(header, frame, limits)
        case .refusal:
            if let refusal = try? RefusalFrame.parse(header, frame: frame) {
                _ = refusal.text.text()
            }
        case .ping, .pong: break
        }
        stream = stream.region(
            from: header.lengthBytes, count: stream.count - header.lengthBytes)
    }
    return 0
}

private func checkRequest(_ header: FrameHeader, _ frame: ByteRegion, _ limits: FrameLimits) {
    guard let request = try? DecideFrame.parse(header, frame: frame, limits: limits) else { return }
    precondition(request.itemCount <= limits.maximumBatchItems, "more items than the limit")
    var copy = FrameBuffer()
    let start =
        header.kind.carriesEvidence
        ? copy.beginDecideEvidence(
            requestID: request.requestID,
            itemCount: request.isBatch ? UInt32(request.itemCount) : nil,
            deadlineMicroseconds: request.deadlineMicroseconds,
            atLeastRevision: request.atLeastRevision)
        : request.isBatch
            ? copy.beginDecideBatch(
                requestID: request.requestID, itemCount: UInt32(request.itemCount),
                deadlineMicroseconds: request.deadlineMicroseconds,
                atLeastRevision: request.atLeastRevision)
            : copy.beginDecide(
                requestID: request.requestID, deadlineMicroseconds: request.deadlineMicroseconds,
                atLeastRevision: request.atLeastRevision)
    if header.kind.carriesEvidence {
        copy.beginEvidence(
            partBytes: request.evidence.totalBytes - WireLayout.evidenceHeaderBytes)
        request.evidence.forEachPart { kind, part in
            part.withBytes { copy.appendEvidence(kind, $0) }
        }
    }
    var cursor = request.makeCursor()
    var items = 0
    var next: ItemView? = request.firstItem
    while let item = next {
        next = cursor.next()
        items += 1
        item.principal.withBytes { principal in
            item.action.withBytes { action in
                item.resource.withBytes { resource in
                    item.context.withBytes { context in
                        copy.appendItem(
                            principal: principal, action: action, resource: resource,
                            context: context)
                    }
                }
            }
        }
    }
    copy.finishFrame(startingAt: start)
    precondition(items == request.itemCount, "the walk lost items")
    requireEqual(copy.written, frame)
}

private func checkResponse(_ header: FrameHeader, _ frame: ByteRegion, _ limits: FrameLimits) {
    guard let response = try? DecisionFrame.parse(header, frame: frame, limits: limits) else {
        return
    }
    var copy = FrameBuffer()
    let start =
        response.isBatch
        ? copy.beginDecisionBatch(
            requestID: response.requestID, answerCount: UInt32(response.answerCount))
        : copy.beginDecision(requestID: response.requestID)
    response.forEachAnswer { view in
        precondition(
            view.decision == .deny || view.cause == .decided, "an allow with another cause")
        copy.appendAnswer(limit: view.totalBytes) { answer in
            answer.conclude(view.decision, cause: view.cause)
            answer.setSnapshot(policyVersion: view.policyVersion, revision: view.revision)
            answer.setDecisionID(view.decisionID)
            view.forEachReason { id in id.withBytes { answer.addReason($0) } }
            view.forEachError { fault, id in id.withBytes { answer.addError(fault: fault, $0) } }
            view.forEachObligation { kind, name, value in
                name.withBytes { name in
                    value.withBytes { answer.addObligation(kind, name: name, value: $0) }
                }
            }
            if view.detail.count > 0 { view.detail.withBytes { answer.setDetail($0) } }
        }
    }
    copy.finishFrame(startingAt: start)
    requireEqual(copy.written, frame)
}

private func requireEqual(_ left: ByteRegion, _ right: ByteRegion) {
    precondition(left.count == right.count, "a frame changed its length")
    for index in 0..<left.count {
        precondition(left.byte(at: index) == right.byte(at: index), "a frame changed its bytes")
    }
}
