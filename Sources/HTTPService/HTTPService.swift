import AuthZEN
package import CedarEngine
package import DecisionPoint
package import EntityStore
import Glibc
import HTTPTypes
import HummingbirdCore
import Identity
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
package import TLSListener

/// Answers over HTTP, on any number of listeners.
package final class HTTPService: Sendable {
    /// What the listeners decide with.
    package struct Decisions: Sendable {
        package let publisher: RulesetPublisher
        package let store: EntityStore
        package var errors: ErrorMode
        /// How evidence is judged; nil when none is, and callers name their subjects.
        package var identity: IdentitySettings?
        /// The bound on the caches of records, all threads and listeners together.
        package var cacheBytes: Int
        /// How many requests of a listener may be decided at once; 0 for one a core.
        package var threadCount: Int
        /// Where the figures of the caches are laid; nil for nowhere.
        package var cacheBoards: (@Sendable () -> CacheBoard)?

        package init(
            publisher: RulesetPublisher, store: EntityStore, errors: ErrorMode = .strict,
            identity: IdentitySettings? = nil, cacheBytes: Int = 0, threadCount: Int = 0,
            cacheBoards: (@Sendable () -> CacheBoard)? = nil
        ) {
            self.publisher = publisher
            self.store = store
            self.errors = errors
            self.identity = identity
            self.cacheBytes = cacheBytes
            self.threadCount = threadCount
            self.cacheBoards = cacheBoards
        }
    }

    /// Adds figures of other parts of the service to `/metrics`.
    package typealias Figures = @Sendable (inout MetricsText) -> Void

    /// What all listeners share.
    private struct Shared: Sendable {
        let decisions: Decisions
        /// The bound on the cache of one thread.
        let cacheBytes: Int
        let metrics: ServiceMetrics
        let figures: [Figures]
        let drain = DrainState()
        let references: ReferenceIndexKeeper?
        let requests: RequestLog
        let executor: (any TaskExecutor)?
        let log: Logger

        /// All figures as Prometheus reads them.
        func text() -> String {
            var text = MetricsText()
            metrics.write(&text)
            for add in figures { add(&text) }
            text.begin(
                "writ_log_dropped_total", .counter,
                "Lines that were left out of the log because too much waited.")
            text.add(requests.droppedCount)
            return text.finished()
        }
    }

    private let shared: Shared
    private let servers: [ListenerServer]
    private let background: [Task<Void, Never>]
    /// The ports that TCP listeners have taken, by name of the listener.
    package let ports: [String: Int]

    /// The certificates of the listeners that have one, with their names; whoever watches the files
    /// reloads them.
    package let certificates: [(listener: String, certificate: ServerCertificate)]

    private init(
        _ shared: Shared, _ running: [Running], background: [Task<Void, Never>]
    ) {
        self.shared = shared
        self.background = background
        servers = running.map(\.server)
        var ports: [String: Int] = [:]
        for one in running { ports[one.name] = one.server.port }
        self.ports = ports
        certificates = running.compactMap { one in one.certificate.map { (one.name, $0) } }
    }

    /// A listener that answers.
    private struct Running: Sendable {
        let name: String
        let server: ListenerServer
        let certificate: ServerCertificate?
    }

    /// Starts all listeners; when one cannot be started none is.
    ///
    /// - Parameters:
    ///   - figures: of other parts of the service, for `/metrics`.
    ///   - requests: where requests are logged.
    ///   - executor: where requests are answered, in a process whose other tasks hold up the threads that
    ///     all share, as tests do; nil for these.
    package static func start(
        _ listeners: [HTTPListener], _ decisions: Decisions, figures: [Figures] = [],
        requests: RequestLog = RequestLog(), on executor: (any TaskExecutor)? = nil, log: Logger
    ) async throws(HTTPServiceError) -> HTTPService {
        for listener in listeners {
            if let problem = listener.problem { throw HTTPServiceError(problem) }
        }
        let isSearched = listeners.contains { $0.family == .authzen }
        let shared = Shared(
            decisions: decisions, cacheBytes: cacheBytes(decisions, listeners),
            metrics: ServiceMetrics(listeners: listeners.map { ListenerMetrics(name: $0.name) }),
            figures: figures + [storeFigures(decisions)],
            references: isSearched ? ReferenceIndexKeeper(decisions.store) : nil,
            requests: requests, executor: executor, log: log)
        let figures = shared.metrics.listeners.map(\.connections)
        var background = [Task { await releaseMemory(of: figures) }]
        if let references = shared.references {
            background.append(Task { await refresh(references, log) })
        }
        var running: [Running] = []
        for (listener, own) in zip(listeners, shared.metrics.listeners) {
            do throws(HTTPServiceError) {
                running.append(try await start(listener, own, shared))
            } catch {
                let service = HTTPService(shared, running, background: background)
                await service.stop(drainFor: .zero)
                throw error
            }
        }
        return HTTPService(shared, running, background: background)
    }

    /// Says from now on that it is not ready, and answers everything as before: whoever shares out
    /// requests has the time to choose others until ``stop(drainFor:)``.
    package func announceStop() { shared.drain.begin() }

    /// Answers what was received, takes no new connections, and closes.
    ///
    /// - Parameter duration: how long requests under way may take.
    package func stop(drainFor duration: Duration) async {
        shared.drain.begin()
        for task in background { task.cancel() }
        for server in servers { server.drain() }
        let servers = servers
        let deadline = Task {
            try await Task.sleep(for: duration)
            for server in servers { server.cut() }
        }
        for server in servers { await server.end() }
        deadline.cancel()
        await shared.requests.flush(within: .seconds(1))
    }

    /// Gives memory back after bursts of connections until the task is cancelled.
    private static func releaseMemory(of figures: [ConnectionFigures]) async {
        var freed = FreedMemory {
            (figures.reduce(0) { $0 + $1.open }, figures.reduce(0) { $0 + $1[.closed] })
        }
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            guard freed.isDue() else { continue }
            try? await NIOThreadPool.singleton.runIfActive { FreedMemory.release() }
        }
    }

    /// Keeps the index for searches near the newest revision until the task is cancelled.
    private static func refresh(_ references: ReferenceIndexKeeper, _ log: Logger) async {
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            do {
                // It may read the whole store: on a thread that may wait.
                try await NIOThreadPool.singleton.runIfActive { _ = try references.refresh() }
            } catch is CancellationError {
                return
            } catch {
                log.warning(
                    "searches decide every entity: no index could be made",
                    metadata: ["error": "\(error)"])
                guard (try? await Task.sleep(for: .seconds(10))) != nil else { return }
            }
        }
    }

    private static func storeFigures(_ decisions: Decisions) -> Figures {
        { text in
            let ruleset = decisions.publisher.load().ruleset
            text.begin("writ_policy_info", .gauge, "The version of the policies.")
            text.add(1, [("version", HexadecimalDigits(ruleset.version).text)])
            text.begin("writ_policies", .gauge, "How many policies there are.")
            text.add(UInt64(ruleset.policies.count))
            text.begin("writ_store_readable", .gauge, "Whether the entity store can be read.")
            guard let statistics = try? decisions.store.statistics() else {
                text.add(0)
                return
            }
            text.add(1)
            text.begin("writ_store_revision", .gauge, "The newest revision of the entity store.")
            text.add(statistics.revision)
            text.begin("writ_store_entities", .gauge, "How many entities the store holds.")
            text.add(UInt64(clamping: statistics.entities))
        }
    }

    private static func start(
        _ listener: HTTPListener, _ own: ListenerMetrics, _ shared: Shared
    ) async throws(HTTPServiceError) -> Running {
        let pool = try pool(listener, shared)
        var metadata: [UInt8]?
        do throws(SigningError) {
            metadata = try listener.metadata?.json()
        } catch {
            throw HTTPServiceError("the metadata of `\(listener.name)`: \(error)")
        }
        let peers = ConnectionPeers(
            judge: listener.tls?.clients.map { CertificateJudge($0.identity) })
        let responder = ListenerResponder(
            listener, pool, searches: try searches(listener, shared), own, metadata: metadata,
            drain: shared.drain, peers: peers,
            log: shared.requests, figures: { shared.text() })
        // Made once here, so that a certificate that cannot be used is told before anything starts.
        let guarding = try ConnectionGuard(listener, peers, own.connections)
        let server = try await ListenerServer.start(
            listener, channel(listener, responder, guarding, own.connections),
            on: shared.executor, shared.log)
        return Running(name: listener.name, server: server, certificate: guarding.certificate)
    }

    private static func threadCount(_ decisions: Decisions, _ listener: HTTPListener) -> Int {
        if listener.threadCount > 0 { return listener.threadCount }
        if decisions.threadCount > 0 { return decisions.threadCount }
        return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// How many searches are made at once; most threads stay for what is asked more often.
    private static func searchCount(_ decisions: Decisions, _ listener: HTTPListener) -> Int {
        listener.searchCount > 0
            ? listener.searchCount
            : HTTPListener.searchCount(besides: threadCount(decisions, listener))
    }

    /// The share of one thread; too small a one is none.
    private static func cacheBytes(_ decisions: Decisions, _ listeners: [HTTPListener]) -> Int {
        let threads = listeners.filter { $0.family == .authzen }.reduce(0) {
            $0 + threadCount(decisions, $1) + searchCount(decisions, $1)
        }
        let share = decisions.cacheBytes / max(threads, 1)
        return share < 4 << 10 ? 0 : share
    }

    private static func pool(
        _ listener: HTTPListener, _ shared: Shared
    ) throws(HTTPServiceError) -> WorkerPool<AuthZENService> {
        // Where nothing else is decided, one tells the state of the store.
        let count = listener.family == .authzen ? threadCount(shared.decisions, listener) : 1
        do throws(StoreError) {
            return try WorkerPool(count: count) { (_) throws(StoreError) in
                try service(listener, shared, fillsCache: true)
            }
        } catch {
            throw HTTPServiceError("cannot decide for `\(listener.name)`: \(error)")
        }
    }

    /// Where a listener's searches are made; nil where there are none.
    private static func searches(
        _ listener: HTTPListener, _ shared: Shared
    ) throws(HTTPServiceError) -> SearchPlaces<AuthZENService>? {
        guard listener.family == .authzen else { return nil }
        let milliseconds = min(
            listener.authzen.limits.searchMilliseconds, HTTPListener.searchPatienceMilliseconds)
        do throws(StoreError) {
            return try SearchPlaces(
                count: searchCount(shared.decisions, listener),
                patience: .milliseconds(milliseconds)
            ) { () throws(StoreError) in
                // What is searched first is not known.
                try service(listener, shared, fillsCache: false)
            }
        } catch {
            throw HTTPServiceError("cannot search for `\(listener.name)`: \(error)")
        }
    }

    /// What answers for one thread.
    private static func service(
        _ listener: HTTPListener, _ shared: Shared, fillsCache: Bool
    ) throws(StoreError) -> sending AuthZENService {
        let decisions = shared.decisions
        var configuration = listener.authzen
        configuration.recordsDecisions = listener.logged != .none
        configuration.listener = listener.name
        if decisions.identity == nil { configuration.mapping.evidenceName = nil }
        // When it is and who enforces is known also where nobody is verified.
        let identity =
            decisions.identity
            ?? IdentitySettings(
                trust: TrustState(), verifiedName: configuration.mapping.reservedContextName)
        let bytes = listener.family == .authzen ? shared.cacheBytes : 0
        return AuthZENService(
            try Decider(
                publisher: decisions.publisher, store: decisions.store, errors: decisions.errors,
                cacheBytes: bytes, fillsCache: fillsCache,
                cacheBoard: bytes > 0 ? decisions.cacheBoards?() : nil, identity: identity),
            configuration, references: shared.references)
    }

    /// What every connection of a listener goes through.
    private static func channel(
        _ listener: HTTPListener, _ responder: ListenerResponder, _ guarding: ConnectionGuard,
        _ figures: ConnectionFigures
    ) -> GuardedChannel {
        let limits = listener.limits
        let date = responder.date
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                // nginx makes a 500 of another code, and others pass it on to their clients.
                ConnectionEnding(
                    limits, date, onlyStatus: listener.family == .forwardAuth ? .forbidden : nil),
                ConnectionWatch(limit: .seconds(Int64(limits.requestSeconds)), figures),
                UpgradeRefusal(),
            ],
            idleTimeout: .seconds(Int64(limits.idleSeconds)),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.maximumHeaderBytes,
                maxHeaderListSize: limits.maximumHeaderBytes,
                maxHeaderFieldCount: limits.maximumHeaderFields))
        return GuardedChannel(
            HTTP1Channel(
                responder: { request, writer, channel in
                    let response = await responder.respond(to: request, on: channel)
                    do {
                        try await writer.write(response: response.head, body: response.body)
                    } catch is HTTPParserError {
                        // As it is, it would have another answer written.
                        throw ChannelError.ioOnClosedChannel
                    }
                }, configuration: configuration), guarding)
    }
}
