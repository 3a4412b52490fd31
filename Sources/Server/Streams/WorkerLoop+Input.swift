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

    /// One read, one call for all that it brought, one write.
    mutating func takeTurn<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ service: inout Service
    ) -> TurnResult {
        let descriptor = table[slot].descriptor
        let usesScratch = table[slot].input.isEmpty
        var received: Int
        if usesScratch {
            received = unsafe recv(
                descriptor, scratch, Self.readBytes, dontWait)
        } else {
            // Twice what is there, at least a page: a long message is copied a bounded number of
            // times and a short one does not reserve a long one's memory.
            let wanted = table[slot].input.freeTail >= 4096 ? 1 : max(4096, table[slot].input.count)
            guard pool.makeRoom(wanted, in: &table[slot].input) else {
                return refuseForMemory(slot, &service) ? .served : .closed
            }
            received = table[slot].input.receive(from: descriptor)
        }
        if received < 0 {
            if errno == EAGAIN || errno == EINTR { return .nothing }
            close(slot, &service)
            return .closed
        }
        table[slot].receivedNanoseconds = now
        statistics[.bytesRead] &+= UInt64(received)
        if received == 0 { table[slot].flags.insert(.inputClosed) }
        if usesScratch {
            let region = unsafe ByteRegion(UnsafeRawBufferPointer(start: scratch, count: received))
            guard let consumed = serve(region, slot, &service) else { return .closed }
            if consumed < received {
                let rest = region.region(from: consumed, count: received - consumed)
                guard pool.append(rest, to: &table[slot].input) else {
                    return refuseForMemory(slot, &service) ? .served : .closed
                }
            }
            return settle(slot, consumed: consumed, &service) ? .served : .closed
        }
        serveKept(slot, &service)
        return table[slot].descriptor == descriptor ? .served : .closed
    }

    /// Serves the bytes that the connection keeps, without reading.
    mutating func serveKept<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ service: inout Service
    ) {
        // The copy shares its memory with the connection's; serving changes neither.
        let region = table[slot].input.region
        guard let consumed = serve(region, slot, &service) else { return }
        table[slot].input.removeFirst(consumed)
        _ = settle(slot, consumed: consumed, &service)
    }

    /// Has bytes served and sends what is said to them.
    ///
    /// Goes on while the protocol stops for want of room and the socket takes what was made.
    /// - Returns: the number of bytes done with; `nil` when the connection is gone.
    private mutating func serve<Service: StreamProtocol & ~Copyable>(
        _ region: ByteRegion, _ slot: Int, _ service: inout Service
    ) -> Int? {
        var turn = StreamTurn(
            slot: slot, peer: table[slot].peer,
            receivedNanoseconds: table[slot].receivedNanoseconds, now: now,
            share: maximumRequestsPerTurn, isDraining: isDraining, uses: usesOfClock)
        var rest = region
        while true {
            let keptBefore = table[slot].output.count
            turn.room = max(1, min(Self.flushBytes, maximumInFlightBytes &- keptBefore))
            let step = service.serve(rest, &turn)
            precondition(
                step.consumed >= 0 && step.consumed <= rest.count, "more consumed than there was")
            now = turn.now
            usesOfClock = turn.uses
            enter(slot, step.state)
            let sentBefore = table[slot].sentBytes
            if !flush(slot, &service) { return nil }
            let offset = region.count &- rest.count &+ step.consumed
            if step.state != .full { return offset }
            rest = rest.region(from: step.consumed, count: rest.count - step.consumed)
            let kept = table[slot].output.count
            let hasMoved =
                step.consumed > 0 || kept != keptBefore || table[slot].sentBytes != sentBefore
            if kept >= maximumInFlightBytes || kept > 0 && !hasMoved {
                table[slot].flags.insert(.paused)
                return offset
            }
            // It had all the room that there ever is, and did nothing with it.
            if !hasMoved { return refuseForMemory(slot, &service) ? region.count : nil }
        }
    }

    /// Follows up on a call of the protocol that had no bytes to serve.
    /// - Returns: whether the connection is still there.
    mutating func follow<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ state: StreamState, _ service: inout Service
    ) -> Bool {
        enter(slot, state == .full ? .yield : state)
        if !flush(slot, &service) { return false }
        return settle(slot, consumed: 0, &service)
    }

    /// Notes how a connection stands.
    @inline(__always)
    private mutating func enter(_ slot: Int, _ state: StreamState) {
        table[slot].state = state
        switch state {
        case .idle, .unfinished, .timed, .full: break
        case .yield:
            table[slot].flags.insert(.ready)
            hasBusyConnections = true
        case .wait: table[slot].flags.insert([.ready, .waiting])
        case .close: table[slot].flags.insert(.closing)
        }
    }

    /// Decides what a turn leaves behind: memory, time limits, the end of the connection.
    /// - Returns: whether the connection is still there.
    private mutating func settle<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, consumed: Int, _ service: inout Service
    ) -> Bool {
        if table[slot].isAtRest { return true }
        let flags = table[slot].flags
        let hasRest = !table[slot].input.isEmpty && !flags.contains(.closing)
        if !hasRest { pool.giveBack(&table[slot].input) }
        // Whether it is the peer's turn now.
        let awaitsPeer = flags.isDisjoint(with: [.closing, .paused, .ready])
        let isUnfinished = awaitsPeer && (hasRest || table[slot].state == .unfinished)
        if consumed > 0 || !isUnfinished { incomplete.leave(slot, in: &table) }
        if awaitsPeer, flags.contains(.inputClosed) {
            if isUnfinished { return refuse(slot, .endedInside, &service) }
            table[slot].flags.insert(.closing)
            timed.leave(slot, in: &table)
            return flush(slot, &service)
        }
        if flags.contains(.ready) { ready.enter(slot, in: &table) }
        if isUnfinished {
            incomplete.enter(slot, deadline: now &+ incompleteNanoseconds, in: &table)
        }
        if isUnfinished || awaitsPeer && table[slot].state == .timed {
            timed.enter(slot, deadline: now &+ Self.sweepNanoseconds, in: &table)
        } else {
            timed.leave(slot, in: &table)
        }
        updateInterest(slot)
        return true
    }

    /// Refuses a connection for which there is no memory.
    /// - Returns: whether the connection is still there.
    private mutating func refuseForMemory<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ service: inout Service
    ) -> Bool {
        statistics[.bufferRefusals] &+= 1
        return refuse(slot, .noMemory, &service)
    }
}
