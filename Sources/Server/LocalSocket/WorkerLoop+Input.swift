import CEpoll
import Glibc
import Wire

extension WorkerLoop {
    /// What a turn came to.
    enum TurnResult {
        /// Bytes were read and served.
        case served
        /// There was nothing to read.
        case nothing
        /// The connection is gone.
        case closed
    }

    /// Whether the connection's input may be read now.
    func mayRead(_ slot: Int) -> Bool {
        table[slot].descriptor >= 0
            && table[slot].flags.isDisjoint(with: [.inputClosed, .closing, .paused, .ready])
    }

    /// One read, a decision for every whole frame, one write.
    mutating func takeTurn<Handler: DecisionHandler & ~Copyable>(
        _ slot: Int, _ handler: inout Handler
    ) -> TurnResult {
        let descriptor = table[slot].descriptor
        let usesScratch = table[slot].input.isEmpty
        var received: Int
        if usesScratch {
            received = unsafe recv(
                descriptor, scratch, Self.readBytes, dontWait)
        } else {
            // Twice what is there, at least a page: a long frame is copied a bounded number of
            // times and a short one does not reserve a long one's memory.
            let wanted = table[slot].input.freeTail >= 4096 ? 1 : max(4096, table[slot].input.count)
            guard pool.makeRoom(wanted, in: &table[slot].input) else {
                return refuseForMemory(slot) ? .served : .closed
            }
            received = table[slot].input.receive(from: descriptor)
        }
        if received < 0 {
            if errno == EAGAIN || errno == EINTR { return .nothing }
            close(slot)
            return .closed
        }
        table[slot].receivedNanoseconds = now
        statistics[.bytesRead] &+= UInt64(received)
        if received == 0 {
            table[slot].flags.insert(.inputClosed)
            received = 0
        }
        if usesScratch {
            let region = unsafe ByteRegion(UnsafeRawBufferPointer(start: scratch, count: received))
            let consumed = serve(region, slot, &handler)
            guard let consumed else { return .closed }
            if consumed < received {
                let rest = region.region(from: consumed, count: received - consumed)
                guard pool.append(rest, to: &table[slot].input) else {
                    return refuseForMemory(slot) ? .served : .closed
                }
            }
            return settle(slot, consumed: consumed) ? .served : .closed
        }
        serveKept(slot, &handler)
        return table[slot].descriptor == descriptor ? .served : .closed
    }

    /// Serves the bytes that the connection keeps, without reading.
    mutating func serveKept<Handler: DecisionHandler & ~Copyable>(
        _ slot: Int, _ handler: inout Handler
    ) {
        // The copy shares its memory with the connection's; serving changes neither.
        let region = table[slot].input.region
        guard let consumed = serve(region, slot, &handler) else { return }
        table[slot].input.removeFirst(consumed)
        _ = settle(slot, consumed: consumed)
    }

    /// Decides what a turn leaves behind: memory, time limits, the end of the connection.
    /// - Returns: whether the connection is still there.
    private mutating func settle(_ slot: Int, consumed: Int) -> Bool {
        let flags = table[slot].flags
        let isBetweenFrames = table[slot].input.isEmpty || flags.contains(.closing)
        if isBetweenFrames { pool.giveBack(&table[slot].input) }
        if consumed > 0 || isBetweenFrames || !flags.isDisjoint(with: [.paused, .ready]) {
            incomplete.leave(slot, in: &table)
        }
        if flags.contains(.ready) {
            ready.enter(slot, in: &table)
        } else if !isBetweenFrames && !flags.contains(.paused) {
            if flags.contains(.inputClosed) {
                statistics[.malformedFrames] &+= 1
                refuse(slot, requestID: 0, .malformedFrame, "the connection ended inside a frame")
                return flush(slot)
            }
            incomplete.enter(slot, deadline: now &+ incompleteFrameNanoseconds, in: &table)
        } else if flags.contains(.inputClosed) && isBetweenFrames {
            table[slot].flags.insert(.closing)
            return flush(slot)
        }
        updateInterest(slot)
        return true
    }

    /// Refuses a connection for which there is no memory.
    /// - Returns: whether the connection is still there.
    mutating func refuseForMemory(_ slot: Int) -> Bool {
        statistics[.bufferRefusals] &+= 1
        refuse(slot, requestID: 0, .overloaded, "the server has no room for the connection's data")
        return flush(slot)
    }
}
