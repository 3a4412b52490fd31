import CEpoll
import Glibc
import Synchronization
import Wire

extension WorkerLoop {
    /// Sends what the protocol has made, after what the connection already keeps.
    ///
    /// What the socket does not take is kept. Ends a connection that is closing and has sent all.
    /// - Returns: whether the connection is still there.
    mutating func flush<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ service: inout Service
    ) -> Bool {
        let output = service.takeOutput()
        if table[slot].output.isEmpty {
            if output.count > 0 {
                guard let sent = send(slot, output, &service) else { return false }
                if sent < output.count {
                    let rest = output.region(from: sent, count: output.count - sent)
                    if !keep(slot, rest, &service) { return false }
                }
            }
        } else {
            if output.count > 0, !keep(slot, output, &service) { return false }
            guard let sent = send(slot, table[slot].output.region, &service) else { return false }
            table[slot].output.removeFirst(sent)
        }
        return settleOutput(slot, &service)
    }

    /// Has the protocol say its last words, and ends the connection when they are sent.
    /// - Returns: whether the connection is still there.
    mutating func refuse<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ reason: StreamRefusal, _ service: inout Service
    ) -> Bool {
        service.refuse(slot, reason)
        table[slot].flags.insert(.closing)
        incomplete.leave(slot, in: &table)
        timed.leave(slot, in: &table)
        return flush(slot, &service)
    }

    /// Ends a connection at once.
    mutating func close<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ service: inout Service
    ) {
        _ = service.takeOutput()
        service.end(slot)
        pool.giveBack(&table[slot].input)
        pool.giveBack(&table[slot].output)
        ready.leave(slot, in: &table)
        incomplete.leave(slot, in: &table)
        unsent.leave(slot, in: &table)
        timed.leave(slot, in: &table)
        _ = Glibc.close(table[slot].descriptor)
        table.remove(slot)
        inbox.load.subtract(1, ordering: .relaxed)
    }

    /// Asks epoll for what the connection can use now.
    mutating func updateInterest(_ slot: Int) {
        var wanted: UInt32 = 0
        if table[slot].flags.isDisjoint(with: [.inputClosed, .closing, .paused, .waiting]) {
            wanted |= EPOLLIN.rawValue
        }
        if !table[slot].output.isEmpty { wanted |= EPOLLOUT.rawValue }
        if wanted == table[slot].interest { return }
        table[slot].interest = wanted
        let token = UInt64(table[slot].generation) << 32 | UInt64(slot)
        _ = writ_epoll_control(
            poller.number, EPOLL_CTL_MOD, table[slot].descriptor, wanted, token)
    }

    /// Ends the connections whose time is up.
    mutating func expire<Service: StreamProtocol & ~Copyable>(_ service: inout Service) {
        while let deadline = incomplete.nextDeadline(in: table), deadline <= now,
            let slot = incomplete.first
        {
            statistics[.incompleteTimeouts] &+= 1
            _ = refuse(slot, .incompleteTimeout, &service)
        }
        while let deadline = unsent.nextDeadline(in: table), deadline <= now,
            let slot = unsent.first
        {
            unsent.leave(slot, in: &table)
            if table[slot].sentBytes >= table[slot].sentMark {
                watchUnsent(slot)
            } else {
                statistics[.slowReaders] &+= 1
                close(slot, &service)
            }
        }
    }

    /// Tells the protocol that time has passed for the connections that wait for it.
    mutating func sweep<Service: StreamProtocol & ~Copyable>(_ service: inout Service) {
        while let deadline = timed.nextDeadline(in: table), deadline <= now,
            let slot = timed.first
        {
            timed.leave(slot, in: &table)
            let state = service.sweep(slot, now: now) ?? table[slot].state
            _ = follow(slot, state, &service)
        }
    }

    /// Sends bytes.
    /// - Returns: how many the socket took; `nil` when the connection failed and is gone.
    private mutating func send<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ bytes: ByteRegion, _ service: inout Service
    ) -> Int? {
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
            close(slot, &service)
            return nil
        }
    }

    /// Keeps bytes for the connection until its socket takes them.
    /// - Returns: whether the connection is still there.
    private mutating func keep<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ bytes: ByteRegion, _ service: inout Service
    ) -> Bool {
        if pool.append(bytes, to: &table[slot].output) { return true }
        statistics[.bufferRefusals] &+= 1
        close(slot, &service)
        return false
    }

    /// Follows up on a send: memory, time limit, resumption, the end of the connection.
    private mutating func settleOutput<Service: StreamProtocol & ~Copyable>(
        _ slot: Int, _ service: inout Service
    ) -> Bool {
        // Nothing is kept, nor was before: what epoll is asked for is the turn's matter.
        let isClosing = table[slot].flags.contains(.closing)
        if !isClosing, !table[slot].output.holdsMemory { return true }
        if table[slot].output.isEmpty {
            if isClosing {
                close(slot, &service)
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
