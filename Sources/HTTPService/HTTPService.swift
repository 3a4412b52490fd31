import AuthZEN
package import CedarEngine
package import DecisionPoint
package import EntityStore
import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Answers the Authorization API over HTTP, on any number of listeners.
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

        package init(
            publisher: RulesetPublisher, store: EntityStore, errors: ErrorMode = .strict,
            cacheBytes: Int = 0, threadCount: Int = 0
        ) {
            self.publisher = publisher
            self.store = store
            self.errors = errors
            self.cacheBytes = cacheBytes
            self.threadCount = threadCount
        }
    }

    private let groups: [ServiceGroup]
    private let tasks: [Task<Void, any Error>]
    private let drain: DrainState
    private let refreshing: Task<Void, Never>
    /// The ports that TCP listeners have taken, by name of the listener.
    package let ports: [String: Int]

    private init(
        groups: [ServiceGroup], tasks: [Task<Void, any Error>], drain: DrainState,
        refreshing: Task<Void, Never>, ports: [String: Int]
    ) {
        self.refreshing = refreshing
        self.groups = groups
        self.tasks = tasks
        self.drain = drain
        self.ports = ports
    }

    /// Starts all listeners; when one cannot be started none is.
    ///
    /// - Parameter mounts: other protocols that answer on the same listeners.
    package static func start(
        _ listeners: [HTTPListener], _ decisions: Decisions, mounts: [MountedRoute] = [],
        log: Logger
    ) async throws(HTTPServiceError) -> HTTPService {
        for listener in listeners {
            if let problem = listener.problem { throw HTTPServiceError(problem) }
        }
        let drain = DrainState()
        let metrics = ServiceMetrics(listeners: listeners.map { ListenerMetrics(name: $0.name) })
        let references = ReferenceIndexKeeper(decisions.store)
        let refreshing = Task { await refresh(references, log) }
        var groups: [ServiceGroup] = []
        var tasks: [Task<Void, any Error>] = []
        var ports: [String: Int] = [:]
        for (listener, own) in zip(listeners, metrics.listeners) {
            do throws(HTTPServiceError) {
                let started = try await start(
                    listener, decisions, own, metrics, mounts, drain, references, listeners.count,
                    log)
                groups.append(started.group)
                tasks.append(started.task)
                ports[listener.name] = started.port
            } catch {
                let service = HTTPService(
                    groups: groups, tasks: tasks, drain: drain, refreshing: refreshing, ports: ports
                )
                await service.stop(drainFor: .zero)
                throw error
            }
        }
        return HTTPService(
            groups: groups, tasks: tasks, drain: drain, refreshing: refreshing, ports: ports)
    }

    /// Answers what was received, takes no new connections, and closes.
    ///
    /// - Parameter duration: how long requests under way may take.
    package func stop(drainFor duration: Duration) async {
        drain.begin()
        refreshing.cancel()
        for group in groups { await group.triggerGracefulShutdown() }
        let tasks = tasks
        let deadline = Task {
            try await Task.sleep(for: duration)
            for task in tasks { task.cancel() }
        }
        for task in tasks { _ = try? await task.value }
        deadline.cancel()
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

    private static func start(
        _ listener: HTTPListener, _ decisions: Decisions, _ own: ListenerMetrics,
        _ metrics: ServiceMetrics, _ mounts: [MountedRoute], _ drain: DrainState,
        _ references: ReferenceIndexKeeper, _ share: Int, _ log: Logger
    ) async throws(HTTPServiceError) -> (
        group: ServiceGroup, task: Task<Void, any Error>, port: Int?
    ) {
        let pool = try pool(listener, decisions, references, share)
        var metadata: [UInt8]?
        do throws(SigningError) {
            metadata = try listener.metadata?.json()
        } catch {
            throw HTTPServiceError("the metadata of `\(listener.name)`: \(error)")
        }
        let responder = ListenerResponder(
            listener, pool, own, metrics, metadata: metadata, mounts: mounts, drain: drain)
        let (running, signal) = AsyncStream<Int?>.makeStream()
        let application = Application(
            responder: responder, server: try server(listener),
            configuration: ApplicationConfiguration(
                address: listener.bindAddress, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    listener.limits.maximumConnections)),
            onServerRunning: { channel in
                signal.yield(channel.localAddress?.port)
                signal.finish()
            }, logger: log)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [application], gracefulShutdownSignals: [], logger: log))
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
            } catch {
                reason = "\(error)"
            }
            throw HTTPServiceError("cannot listen on `\(listener.name)`: \(reason)")
        }
        return (group, task, port)
    }

    private static func pool(
        _ listener: HTTPListener, _ decisions: Decisions, _ references: ReferenceIndexKeeper,
        _ share: Int
    ) throws(HTTPServiceError) -> DecisionPool {
        let count =
            decisions.threadCount > 0
            ? decisions.threadCount : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let bytes = decisions.cacheBytes / max(1, count * share)
        do throws(StoreError) {
            return try DecisionPool(count: count) { (_) throws(StoreError) in
                AuthZENService(
                    try Decider(
                        publisher: decisions.publisher, store: decisions.store,
                        errors: decisions.errors, cacheBytes: bytes < 4 << 10 ? 0 : bytes),
                    listener.authzen, references: references)
            }
        } catch {
            throw HTTPServiceError("cannot decide for `\(listener.name)`: \(error)")
        }
    }

    private static func server(_ listener: HTTPListener) throws(HTTPServiceError)
        -> HTTPServerBuilder
    {
        let limits = listener.limits
        let base = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    RequestDeadlineHandler(limit: .seconds(Int64(limits.requestSeconds)))
                ],
                idleTimeout: .seconds(Int64(limits.idleSeconds)),
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.maximumHeaderBytes,
                    maxHeaderListSize: limits.maximumHeaderBytes,
                    maxHeaderFieldCount: limits.maximumHeaderFields)))
        guard let tls = listener.tls else { return base }
        do {
            return try .tls(base, tlsConfiguration: tls.configuration())
        } catch {
            throw HTTPServiceError("the TLS of `\(listener.name)`: \(error)")
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

extension HTTPTransportSecurity {
    fileprivate func configuration() throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
        let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        switch clients {
        case .ignored: configuration.certificateVerification = .none
        case .optional: configuration.certificateVerification = .optionalVerification
        case .required: configuration.certificateVerification = .noHostnameVerification
        }
        if clients != .ignored {
            guard let clientAuthorityPath else {
                throw HTTPServiceError(
                    "client certificates are asked for and no authority of theirs is named")
            }
            configuration.trustRoots = .file(clientAuthorityPath)
        }
        return configuration
    }
}
