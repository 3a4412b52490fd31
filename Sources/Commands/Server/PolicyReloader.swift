import CedarEngine
import DecisionPoint
import Gateway
import Logging
import Routes
import Synchronization

/// Reloads policies and routes when asked or when their files change; if any is bad, the last good
/// ones of all stay.
///
/// All reloads run one after the other on a thread of their own, so that what was read last is what
/// is in force, and stopping does not wait for them.
final class PolicyReloader: Sendable {
    private let reading: Reading
    private let worker: ReloadThread
    /// What became of the reloads so far.
    let counts = ReloadCounts()

    /// - Parameter loaded: the signature from before the published policies and routes were read, so
    ///   that a change during the reading is seen.
    init(
        source: PolicySource, routes: [RouteSource] = [], loaded: String,
        publisher: RulesetPublisher, log: Logger
    ) {
        let reading = Reading(source, routes, publisher, counts, log, loaded: loaded)
        self.reading = reading
        worker = ReloadThread(
            reload: { reading.reload(because: $0) },
            freeUnused: { publisher.freeUnused() == 0 })
    }

    deinit { worker.stop() }

    /// Has the files loaded, and published if they are good; does not wait for it.
    ///
    /// What is asked for while a reload runs is one reload after it.
    func reload(because cause: String) { worker.request(cause) }

    /// Names, sizes and times of all files.
    static func signature(_ source: PolicySource, routePaths: [String]) -> String {
        ([source.signature()] + routePaths.map { RouteSource.signature($0) })
            .joined(separator: "\n")
    }

    /// Looks for changed files twice a second, until the task is cancelled.
    ///
    /// Sizes and times of the files are compared; a change is taken up when two looks in a row see
    /// the same, so that of files that belong together all are there. Files that could not be read for
    /// somebody who writes them are tried again.
    func watch() async {
        var asked = reading.judgedSignature
        var seen = asked
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            let now = reading.signature()
            if now == seen, now != asked || reading.takeUnsettled() {
                asked = now
                reload(because: "files changed")
            }
            seen = now
        }
    }
}

/// One reading of all files after the other; on the reload thread but for what is in the mutex.
private final class Reading: Sendable {
    private struct State {
        /// Of the files that were loaded or refused last.
        var judged: String
        /// Whether the last reading found somebody writing.
        var isUnsettled = false
        /// What was said of files that are being written: once is enough.
        var lastUnsettled: String?
    }

    private let source: PolicySource
    private let routes: [RouteSource]
    private let publisher: RulesetPublisher
    private let counts: ReloadCounts
    private let log: Logger
    private let state: Mutex<State>

    init(
        _ source: PolicySource, _ routes: [RouteSource], _ publisher: RulesetPublisher,
        _ counts: ReloadCounts, _ log: Logger, loaded: String
    ) {
        self.source = source
        self.routes = routes
        self.publisher = publisher
        self.counts = counts
        self.log = log
        state = Mutex(State(judged: loaded))
    }

    var judgedSignature: String { state.withLock { $0.judged } }

    func signature() -> String {
        PolicyReloader.signature(source, routePaths: routes.map(\.path))
    }

    /// Whether the last reading has to be tried again; says so once.
    func takeUnsettled() -> Bool {
        state.withLock { state in
            defer { state.isUnsettled = false }
            return state.isUnsettled
        }
    }

    func reload(because cause: String) {
        var before = signature()
        do throws(ReadingError) {
            var read = try everything()
            var after = signature()
            // Files of two times are not to be in force together.
            for _ in 0..<Self.attempts where after != before {
                before = after
                read = try everything()
                after = signature()
            }
            guard after == before else {
                throw ReadingError(
                    failure: Failure("files changed again and again while they were read"),
                    isBeingWritten: true)
            }
            judge(before)
            publish(read.ruleset, read.tables, cause)
        } catch {
            if error.isBeingWritten {
                leave(error.failure, cause)
            } else {
                judge(before)
                fail(error.failure, cause)
            }
        }
    }

    private static let attempts = 3

    private func everything() throws(ReadingError) -> (ruleset: Ruleset, tables: [RouteTable]) {
        let ruleset = try ruleset()
        var tables: [RouteTable] = []
        for route in routes { tables.append(try route.load()) }
        return (ruleset, tables)
    }

    private func ruleset() throws(ReadingError) -> Ruleset {
        do throws(PolicySource.Failure) {
            return try source.load()
        } catch {
            throw ReadingError(
                failure: Failure(error.description), isBeingWritten: error.isBeingWritten)
        }
    }

    private func judge(_ signature: String) {
        state.withLock { $0 = State(judged: signature) }
    }

    /// Nothing here can fail.
    private func publish(_ ruleset: Ruleset, _ tables: [RouteTable], _ cause: String) {
        // Only version and epoch: whoever holds the old set would have to free it.
        let (lastVersion, epoch) = { ($0.ruleset.version, $0.epoch) }(publisher.load())
        let isNew = ruleset.version != lastVersion
        for (route, table) in zip(routes, tables) {
            route.publisher.publish(table, since: isNew ? epoch + 1 : epoch)
        }
        if isNew {
            publisher.publish(ruleset)
            counts.countPublished()
        } else {
            counts.countUnchanged()
        }
        // Told once all is in force.
        for (route, table) in zip(routes, tables) {
            log.notice(
                "routes reloaded",
                metadata: ["file": "\(route.path)", "routes": "\(table.routes.count)"])
            route.report(table, to: log)
        }
        guard isNew else {
            log.info("policies are unchanged", metadata: ["cause": "\(cause)"])
            return
        }
        log.notice(
            "policies reloaded",
            metadata: [
                "cause": "\(cause)", "policies": "\(ruleset.policies.count)",
                "version": "\(HexadecimalDigits(ruleset.version).text)",
            ])
    }

    /// Leaves files alone that somebody has been writing for as long as one waits.
    private func leave(_ failure: Failure, _ cause: String) {
        let words = failure.description
        let isNew = state.withLock { state in
            state.isUnsettled = true
            defer { state.lastUnsettled = words }
            return state.lastUnsettled != words
        }
        if isNew { fail(failure, cause) }
    }

    private func fail(_ failure: Failure, _ cause: String) {
        counts.countFailed()
        log.error(
            "POLICIES NOT RELOADED: the last good set stays in force",
            metadata: ["cause": "\(cause)", "error": "\(failure.description)"])
    }
}
