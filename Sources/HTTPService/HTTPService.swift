import AuthZEN
package import CedarEngine
package import DecisionPoint
package import EntityStore
import Glibc
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import Server
import ServiceLifecycle
import Synchronization

/// Answers over HTTP, on any number of listeners.
package final class HTTPService: Sendable {
    /// What the listeners decide with.
    package struct Decisions: Sendable {
        package let publisher: RulesetPublisher
        package let store: EntityStore
        package var errors: ErrorMode
        /// The bound on the caches of records, all threads and listeners together.
        package var cacheBytes: Int
        /// How many requests of a listener may be decided at once; 0 for one a core.
        package var threadCount: Int
        /// Where the figures of the caches are laid; nil for nowhere.
        package var cacheBoards: (@Sendable () -> CacheBoard)?

        package init(
            publisher: RulesetPublisher, store: EntityStore, errors: ErrorMode = .strict,
            cacheBytes: Int = 0, threadCount: Int = 0,
            cacheBoards: (@Sendable () -> CacheBoard)? = nil
        ) {
            self.publisher = publisher
            self.store = store
            self.errors = errors
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
        let log: Logger

        /// All figures as Prometheus reads them.
        func text() -> String {
            var text = MetricsText()
            metrics.write(&text)
            for add in figures { add(&text) }
            text.begin(
                "writ_log_dropped_total", .counter,
                "Requests that were left out of the log because too much waited.")
            text.add(requests.droppedCount)
            return text.finished()
        }
    }

    private let shared: Shared
    private let groups: [ServiceGroup]
    private let tasks: [Task<Void, any Error>]
    private let refreshing: Task<Void, Never>?
    /// The ports that TCP listeners have taken, by name of the listener.
    package let ports: [String: Int]

    private init(
        _ shared: Shared, groups: [ServiceGroup], tasks: [Task<Void, any Error>],
        refreshing: Task<Void, Never>?, ports: [String: Int]
    ) {
        self.shared = shared
        self.refreshing = refreshing
        self.groups = groups
        self.tasks = tasks
        self.ports = ports
    }

    /// Starts all listeners; when one cannot be started none is.
    ///
    /// - Parameters:
    ///   - figures: of other parts of the service, for `/metrics`.
    ///   - requests: where requests are logged.
    package static func start(
        _ listeners: [HTTPListener], _ decisions: Decisions, figures: [Figures] = [],
        requests: RequestLog = RequestLog(), log: Logger
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
            requests: requests, log: log)
        let refreshing = shared.references.map { references in
            Task { await refresh(references, log) }
        }
        var groups: [ServiceGroup] = []
        var tasks: [Task<Void, any Error>] = []
        var ports: [String: Int] = [:]
        for (listener, own) in zip(listeners, shared.metrics.listeners) {
            do throws(HTTPServiceError) {
                let started = try await start(listener, own, shared)
                groups.append(started.group)
                tasks.append(started.task)
                ports[listener.name] = started.port
            } catch {
                let service = HTTPService(
                    shared, groups: groups, tasks: tasks, refreshing: refreshing, ports: ports)
                await service.stop(drainFor: .zero)
                throw error
            }
        }
        return HTTPService(
            shared, groups: groups, tasks: tasks, refreshing: refreshing, ports: ports)
    }

    /// Says from now on that it is not ready, and answers everything as before: whoever shares out
    /// requests has the time to choose others until ``stop(drainFor:)``.
    package func announceStop() { shared.drain.begin() }

    /// Answers what was received, takes no new connections, and closes.
    ///
    /// - Parameter duration: how long requests under way may take.
    package func stop(drainFor duration: Duration) async {
        shared.drain.begin()
        refreshing?.cancel()
        for group in groups { await group.triggerGracefulShutdown() }
        let tasks = tasks
        let deadline = Task {
            try await Task.sleep(for: duration)
            for task in tasks { task.cancel() }
        }
        for task in tasks { _ = try? await task.value }
        deadline.cancel()
        await shared.requests.flush(within: .seconds(1))
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
    ) async throws(HTTPServiceError) -> (
        group: ServiceGroup, task: Task<Void, any Error>, port: Int?
    ) {
        if case .unix(let path) = listener.address {
            do throws(LocalSocketError) {
                try ListeningSocket.prepareDirectory(of: path)
            } catch {
                throw HTTPServiceError("cannot listen on `\(listener.name)`: \(error.description)")
            }
        }
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
            listener, pool, own, metadata: metadata, drain: shared.drain, peers: peers,
            log: shared.requests, figures: { shared.text() })
        let (running, signal) = AsyncStream<Int?>.makeStream()
        let application = Application(
            responder: responder, server: try server(listener, peers, own.connections),
            configuration: ApplicationConfiguration(
                address: listener.bindAddress, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    listener.limits.maximumConnections)),
            onServerRunning: { channel in
                signal.yield(channel.localAddress?.port)
                signal.finish()
            }, logger: shared.log)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [application], gracefulShutdownSignals: [], logger: shared.log))
        let task = Task {
            defer { signal.finish() }
            try await group.run()
        }
        var port: Int?
        var isRunning = false
        for await found in running {
            port = found
            isRunning = true
        }
        guard isRunning else {
            let reason: String
            do {
                try await task.value
                reason = "it stopped at once"
            } catch let error as IOError {
                // The library's own words name one of its functions.
                reason = unsafe String(cString: strerror(error.errnoCode))
            } catch {
                reason = "\(error)"
            }
            throw HTTPServiceError(
                "cannot listen on `\(listener.name)` at \(listener.address): \(reason)")
        }
        return (group, task, port)
    }

    private static func threadCount(_ decisions: Decisions, _ listener: HTTPListener) -> Int {
        if listener.threadCount > 0 { return listener.threadCount }
        if decisions.threadCount > 0 { return decisions.threadCount }
        return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// The share of one thread; too small a one is none.
    private static func cacheBytes(_ decisions: Decisions, _ listeners: [HTTPListener]) -> Int {
        let threads = listeners.filter { $0.family == .authzen }.reduce(0) {
            $0 + threadCount(decisions, $1)
        }
        let share = decisions.cacheBytes / max(threads, 1)
        return share < 4 << 10 ? 0 : share
    }

    private static func pool(
        _ listener: HTTPListener, _ shared: Shared
    ) throws(HTTPServiceError) -> WorkerPool<AuthZENService> {
        let decisions = shared.decisions
        var configuration = listener.authzen
        configuration.recordsDecisions = listener.logged != .none
        // Where nothing else is decided, one tells the state of the store.
        let isDeciding = listener.family == .authzen
        let count = isDeciding ? threadCount(decisions, listener) : 1
        let bytes = isDeciding ? shared.cacheBytes : 0
        do throws(StoreError) {
            return try WorkerPool(count: count) { (_) throws(StoreError) in
                AuthZENService(
                    try Decider(
                        publisher: decisions.publisher, store: decisions.store,
                        errors: decisions.errors, cacheBytes: bytes,
                        cacheBoard: bytes > 0 ? decisions.cacheBoards?() : nil),
                    configuration, references: shared.references)
            }
        } catch {
            throw HTTPServiceError("cannot decide for `\(listener.name)`: \(error)")
        }
    }

    private static func server(
        _ listener: HTTPListener, _ peers: ConnectionPeers, _ figures: ConnectionFigures
    ) throws(HTTPServiceError) -> HTTPServerBuilder {
        let limits = listener.limits
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionWatch(limit: .seconds(Int64(limits.requestSeconds)), figures)
            ],
            idleTimeout: .seconds(Int64(limits.idleSeconds)),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.maximumHeaderBytes,
                maxHeaderListSize: limits.maximumHeaderBytes,
                maxHeaderFieldCount: limits.maximumHeaderFields))
        // Made once here, so that a certificate that cannot be used is told before anything starts.
        let guarding = try ConnectionGuard(listener, peers, figures)
        return HTTPServerBuilder { responder in
            GuardedChannel(
                HTTP1Channel(responder: responder, configuration: configuration), guarding)
        }
    }
}

extension HTTPListener {
    fileprivate var bindAddress: BindAddress {
        switch address {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }
}
