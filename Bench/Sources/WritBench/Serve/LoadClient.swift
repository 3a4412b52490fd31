import BenchSupport
import CBench
import CEpoll
import Glibc

/// What a load did.
struct LoadFigures {
    var seconds: Double
    var answers: Int
    var wrong: Int
    /// From the time of sending (closed loop) or of intended sending (open loop).
    var latencies: LatencyHistogram

    var perSecond: Double { Double(answers) / seconds }
}

/// Loads a server from one thread.
@safe
final class LoadClient {
    let connections: [LoadConnection]
    private let poller: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// Connects, with blocking sockets for a closed loop.
    init(
        path: String, kind: ServerKind, frames: LoadFrames, connections count: Int,
        isBlocking: Bool
    ) throws {
        connections = try (0..<count).map {
            try LoadConnection(
                path: path, kind: kind, frames: frames,
                firstFrame: $0 * frames.count / count, isBlocking: isBlocking)
        }
        poller = epoll_create1(0)
        unsafe events = .allocate(capacity: max(1, count))
        guard poller >= 0 else { throw BenchError("cannot poll: \(systemWords(errno))") }
        for (index, connection) in connections.enumerated() {
            let code = writ_epoll_control(
                poller, EPOLL_CTL_ADD, connection.descriptor, UInt32(EPOLLIN.rawValue),
                UInt64(index))
            guard code == 0 else { throw BenchError("cannot poll: \(systemWords(errno))") }
        }
    }

    deinit {
        close(poller)
        unsafe events.deallocate()
    }

    /// All answers received, also while warming up.
    private(set) var answers = 0

    private var wrong: Int { connections.reduce(0) { $0 + $1.wrong } }

    /// Keeps `depth` requests in flight on each connection, for so long.
    func runClosed(depth: Int, warmSeconds: Double, seconds: Double) throws -> LoadFigures {
        let end = MonotonicTime.now() &+ UInt64((warmSeconds + seconds) * 1e9)
        return try runClosed(depth: depth, warmSeconds: warmSeconds) { now in now >= end }
    }

    /// Keeps `depth` requests in flight on each connection, until `isOver` says so.
    func runClosed(
        depth: Int, warmSeconds: Double, until isOver: (_ now: UInt64) -> Bool
    ) throws -> LoadFigures {
        var histogram = LatencyHistogram()
        let origin = MonotonicTime.now()
        let start = origin &+ UInt64(warmSeconds * 1e9)
        for connection in connections {
            for _ in 0..<depth { connection.enqueue(time: origin) }
            try connection.flush()
        }
        var (answers, now) = (0, origin)
        while !isOver(now) {
            try forEachReadable(nanoseconds: nil) { connection in
                var first = true
                let count = try connection.receive { time in
                    if first { (now, first) = (MonotonicTime.now(), false) }
                    if now >= start { histogram.record(now &- time) }
                }
                self.answers += count
                if now >= start { answers += count }
                guard count > 0 else { return }
                now = MonotonicTime.now()
                for _ in 0..<count { connection.enqueue(time: now) }
                try connection.flush()
            }
        }
        // A server that writes to a connection that is gone may end by it.
        for connection in connections {
            while connection.inFlight > 0 {
                let count = try connection.receive { _ in }
                guard count > 0 else { throw BenchError("the server does not answer") }
                self.answers += count
            }
        }
        return LoadFigures(
            seconds: Double(now &- start) / 1e9, answers: answers, wrong: wrong,
            latencies: histogram)
    }

    /// Sends at a rate, whatever is answered when; waits up to a second for the last answers.
    func runOpen(rate: Double, warmSeconds: Double, seconds: Double) throws -> LoadFigures {
        bench_wait_precisely()
        var histogram = LatencyHistogram()
        let origin = MonotonicTime.now()
        let start = origin &+ UInt64(warmSeconds * 1e9)
        var schedule = OpenSchedule(start: origin, rate: rate, seconds: warmSeconds + seconds)
        var (answers, next, now) = (0, 0, origin)
        var last = start
        var limit = UInt64.max
        while true {
            now = MonotonicTime.now()
            while let intended = schedule.take(now: now) {
                connections[next].enqueue(time: intended)
                next = next + 1 == connections.count ? 0 : next + 1
            }
            for connection in connections { try connection.flush() }
            if schedule.isDone {
                if limit == .max { limit = now &+ 1_000_000_000 }
                if connections.allSatisfy({ $0.inFlight == 0 }) || now > limit { break }
            }
            try forEachReadable(nanoseconds: min(schedule.wait(now: now) ?? 1_000_000, 1_000_000)) {
                connection in
                now = MonotonicTime.now()
                self.answers += try connection.receive { time in
                    guard time >= start else { return }
                    histogram.record(now > time ? now &- time : 0)
                    answers += 1
                    last = now
                }
            }
        }
        let unanswered = connections.reduce(0) { $0 + $1.inFlight }
        return LoadFigures(
            seconds: Double(max(last &- start, 1)) / 1e9, answers: answers,
            wrong: wrong + unanswered, latencies: histogram)
    }

    private func forEachReadable(
        nanoseconds: UInt64?, _ body: (LoadConnection) throws -> Void
    ) throws {
        // One connection that blocks needs no poll.
        if connections.count == 1, nanoseconds == nil { return try body(connections[0]) }
        let count = unsafe bench_poll(
            poller, events.baseAddress, Int32(events.count), Int64(nanoseconds ?? 10_000_000_000))
        guard count >= 0 || errno == EINTR else {
            throw BenchError("cannot poll: \(systemWords(errno))")
        }
        if count == 0, nanoseconds == nil { throw BenchError("the server does not answer") }
        for index in 0..<max(0, Int(count)) {
            try body(connections[unsafe Int(events[index].data.u64)])
        }
    }
}
