import AuthZEN
import DecisionPoint
import Glibc
import HTTPService
import Synchronization
import Testing

@Suite("SearchPlaces", .serialized)
struct SearchPlacesTests {
    /// Holds searches until it is opened.
    private final class Gate: Sendable {
        private let isOpen = Mutex(false)
        private let waiting = Atomic<Int>(0)

        var count: Int { waiting.load(ordering: .relaxed) }

        func open() { isOpen.withLock { $0 = true } }

        func pass() {
            waiting.add(1, ordering: .relaxed)
            while !isOpen.withLock({ $0 }) { usleep(500) }
        }
    }

    /// Numbers in the order in which they came.
    private final class Arrivals: Sendable {
        private let numbers = Mutex<[Int]>([])

        var all: [Int] { numbers.withLock { $0 } }

        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    private static func places(
        _ count: Int, patience: Duration
    ) -> SearchPlaces<Int> {
        SearchPlaces(count: count, patience: patience) { 0 }
    }

    @Test("A search that finds no place in time is sent away, and one beyond the bound at once")
    func overload() async throws {
        // Long beside what a busy machine makes of an answer at once.
        let patience = Duration.seconds(3)
        let places = Self.places(1, patience: patience)
        let gate = Gate()
        let clock = ContinuousClock()
        await withTaskGroup(of: (Bool, Duration).self) { group in
            group.addTask { (await places.search { _ in gate.pass() } != nil, .zero) }
            while gate.count == 0 { await Task.yield() }
            let limit = SearchPlaces<Int>.maximumWaitingForEach
            let begun = clock.now
            for _ in 0..<limit + 1 {
                group.addTask { (await places.search { _ in } != nil, clock.now - begun) }
            }
            var late = 0
            var atOnce = 0
            for _ in 0..<limit + 1 {
                let (isDone, time) = await group.next() ?? (true, .zero)
                #expect(!isDone)
                if time >= patience { late += 1 } else { atOnce += 1 }
            }
            #expect(late == limit && atOnce == 1)
            gate.open()
            #expect(await group.next()?.0 == true)
        }
        #expect(await places.search { $0 += 1 } != nil)
    }

    @Test("Who waits gets the place that becomes free, the first first")
    func order() async throws {
        let places = Self.places(1, patience: .seconds(60))
        let gate = Gate()
        let arrivals = Arrivals()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await places.search { _ in gate.pass() } }
            while gate.count == 0 { await Task.yield() }
            for number in 0..<5 {
                group.addTask {
                    _ = await places.search { _ in arrivals.add(number) }
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
            gate.open()
        }
        #expect(arrivals.all == [0, 1, 2, 3, 4])
    }

    @Test("As many searches are made at once as there are places, each with a worker of its own")
    func count() async throws {
        let places = Self.places(3, patience: .seconds(60))
        let gate = Gate()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    _ = await places.search { worker in
                        worker += 1
                        gate.pass()
                    }
                }
            }
            while gate.count < 3 { await Task.yield() }
            try? await Task.sleep(for: .milliseconds(50))
            #expect(gate.count == 3)
            gate.open()
        }
        #expect(gate.count == 4)
    }

    // MARK: In a service

    private static let search = Array(
        #"{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
            .utf8)
    private static let evaluation = Array(
        #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
            .utf8)

    @Test("With slow searches in all places, decisions are answered at once")
    func decisionsBesideSearches() async throws {
        let gate = Gate()
        // Only searches are made on threads that are nice to others.
        let clock = DecisionClock {
            if getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == 10 { gate.pass() }
            return DecisionClock.realTime()
        }
        let running = try await RunningService(
            Workplace(scenario: "certification"), clock: clock
        ) {
            $0.threadCount = 2
            $0.searchCount = 2
        }
        let client = running.local
        let waiting = 2 * SearchPlaces<Int>.maximumWaitingForEach
        try await withThrowingTaskGroup(of: RawClient.Answer.self) { group in
            for _ in 0..<2 + waiting + 8 {
                group.addTask { try await client.post("/access/v1/search/subject", Self.search) }
            }
            // Eight find neither a place nor room to wait.
            for _ in 0..<8 {
                let answer = try #require(try await group.next())
                #expect(answer.status == 503)
                #expect(answer.fields["retry-after"] == "1")
                #expect(answer.fields["writ-error-code"] == "overloaded")
            }
            #expect(gate.count == 2)
            for _ in 0..<20 {
                let answer = try await client.post("/access/v1/evaluation", Self.evaluation)
                #expect(answer.text == #"{"decision":true}"#)
            }
            #expect(try await client.send("GET", "/health/ready").status == 200)
            gate.open()
            var statuses: [Int: Int] = [:]
            for try await answer in group { statuses[answer.status, default: 0] += 1 }
            #expect(statuses[200, default: 0] >= 2)
            #expect(statuses[200, default: 0] + statuses[503, default: 0] == 2 + waiting)
        }
        let figures = try await client.send("GET", "/metrics").text
        #expect(!figures.contains(#"{listener="local",reason="overload"} 0"#))
        #expect(try await client.post("/access/v1/search/subject", Self.search).status == 200)
        await running.stop()
    }
}
