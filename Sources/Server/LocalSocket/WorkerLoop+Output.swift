import CEpoll
import Glibc
import Synchronization
import Wire

extension WorkerLoop {
    /// Sends the turn's answers, after those that the connection already keeps.
    ///
    /// What the socket does not take is kept. Ends a connection that is closing and has sent all.
    /// - Returns: whether the connection is still there.
    mutating func flush(_ slot: Int) -> Bool {
        if table[slot].output.isEmpty {
            if output.count > 0 {
                guard let sent = send(slot, output.written) else { return false }
                if sent < output.count {
                    let rest = output.written.region(from: sent, count: output.count - sent)
                    if !keep(slot, rest) { return false }
                }
            }
        } else {
            if output.count > 0, !keep(slot, output.written) { return false }
            guard let sent = send(slot, table[slot].output.region) else { return false }
            table[slot].output.removeFirst(sent)
        }
        output.removeAll()
        return settleOutput(slot)
    }

    /// Queues a refusal as the last frame of a connection; `flush` sends it.
    mutating func refuse(
        _ slot: Int, requestID: UInt64, _ reason: RefusalReason, _ text: StaticString
    ) {
        output.appendRefusal(requestID: requestID, reason, text: text)
        table[slot].flags.insert(.closing)
        incomplete.leave(slot, in: &table)
    }

    /// Ends a connection at once.
    mutating func close(_ slot: Int) {
        output.removeAll()
        pool.giveBack(&table[slot].input)
        pool.giveBack(&table[slot].output)
        ready.leave(slot, in: &table)
        incomplete.leave(slot, in: &table)
        unsent.leave(slot, in: &table)
        _ = Glibc.close(table[slot].descriptor)
        table.remove(slot)
        inbox.load.subtract(1, ordering: .relaxed)
    }

    /// Asks epoll for what the connection can use now.
    mutating func updateInterest(_ slot: Int) {
        let connection = table[slot]
        var wanted: UInt32 = 0
        if connection.flags.isDisjoint(
            with: [.inputClosed, .closing, .paused, .waiting])
        {
            wanted |= EPOLLIN.rawValue
        }
        if !connection.output.isEmpty { wanted |= EPOLLOUT.rawValue }
        if wanted == connection.interest { return }
        table[slot].interest = wanted
        let token = UInt64(connection.generation) << 32 | UInt64(slot)
        _ = writ_epoll_control(
            poller.number, EPOLL_CTL_MOD, connection.descriptor, wanted, token)
    }

    /// Ends the connections whose time is up.
    mutating func expire() {
        while let deadline = incomplete.nextDeadline(in: table), deadline <= now,
            let slot = incomplete.first
        {
            incomplete.leave(slot, in: &table)
            statistics[.incompleteTimeouts] &+= 1
            refuse(
                slot, requestID: 0, .incompleteFrameTimeout, "a frame was not finished in time")
            _ = flush(slot)
        }
        while let deadline = unsent.nextDeadline(in: table), deadline <= now,
            let slot = unsent.first
        {
            unsent.leave(slot, in: &table)
            if table[slot].sentBytes >= table[slot].sentMark {
                watchUnsent(slot)
            } else {
                statistics[.slowReaders] &+= 1
                close(slot)
            }
        }
    }

    /// Sends bytes.
    /// - Returns: how many the socket took; `nil` when the connection failed and is gone.
    private mutating func send(_ slot: Int, _ bytes: ByteRegion) -> Int? {
        let flags = dontWait | noSignal
        while true {
            let sent = unsafe Glibc.send(
                table[slot].descriptor, bytes.buffer.baseAddress, bytes.count, flags)
            if sent >= 0 {
                statistics[.bytesWritten] &+= UInt64(sent)
                table[slot].sentBytes &+= UInt64(sent)
                return sent
            }
            if errno == EINTR { continue }
            if errno == EAGAIN { return 0 }
            close(slot)
            return nil
        }
    }

    /// Keeps bytes for the connection until its socket takes them.
    /// - Returns: whether the connection is still there.
    private mutating func keep(_ slot: Int, _ bytes: ByteRegion) -> Bool {
        if pool.append(bytes, to: &table[slot].output) { return true }
        statistics[.bufferRefusals] &+= 1
        close(slot)
        return false
    }

    /// Follows up on a send: memory, time limit, resumption, the end of the connection.
    private mutating func settleOutput(_ slot: Int) -> Bool {
        if table[slot].output.isEmpty {
            if table[slot].flags.contains(.closing) {
                close(slot)
                return false
            }
            if table[slot].output.holdsMemory {
                pool.giveBack(&table[slot].output)
                unsent.leave(slot, in: &table)
            }
            if table[slot].flags.contains(.paused) {
                table[slot].flags.remove(.paused)
                table[slot].flags.insert(.ready)
                hasBusyConnections = true
                ready.enter(slot, in: &table)
            }
        } else if !unsent.contains(slot, in: table) {
            watchUnsent(slot)
        }
        updateInterest(slot)
        return true
    }

    /// Gives the peer the time limit to read all that is queued now.
    private mutating func watchUnsent(_ slot: Int) {
        table[slot].sentMark = table[slot].sentBytes &+ UInt64(table[slot].output.count)
        unsent.enter(slot, deadline: now &+ slowReaderNanoseconds, in: &table)
    }
}
