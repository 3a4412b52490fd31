import CedarEngine
import DecisionPoint
import EntityStore
import Gateway
import HTTPService
import Logging
import Routes
import Server
import Synchronization

/// What the HTTP listeners of a service decide with: the same as its local socket.
struct HTTPFoundation: Sendable {
    let publisher: RulesetPublisher
    let store: EntityStore
    let errors: ErrorMode
    /// The bound on the cache of records of each deciding thread; 0 for none.
    let cacheBytesPerThread: Int
    /// Nil when callers name their principals.
    let identity: IdentitySettings?
    /// What requests ask, by the files that listeners name.
    let routes: [RouteSource]
    let cacheBoards: CacheBoards
    /// Where decisions for gateways are counted.
    let gatewayBoards: GatewayBoards
    /// Where requests of all listeners are logged.
    let requests: RequestLog
    /// The keys of callers that are in files.
    let callers: CallerSecretsWatch
    /// Where reloads of certificates are counted.
    let certificates: CertificateCounts
    let workers: WorkerNumbers
    /// Seconds since 1970.
    let startedAt: UInt64
    let log: Logger
}

/// Gives each worker of the process its number.
final class WorkerNumbers: Sendable {
    private let last: Atomic<Int>

    /// - Parameter count: how many workers have numbers already, from 0.
    init(after count: Int) { last = Atomic(count - 1) }

    func next() -> Int { last.add(1, ordering: .relaxed).newValue }
}

extension [HTTPListenerConfiguration] {
    /// How many threads decide for these listeners, each with a cache.
    var decidingThreads: Int { reduce(0) { $0 + $1.decidingThreads } }

    /// Starts all of them, or none.
    ///
    /// - Parameter executor: where requests are answered; nil for where all tasks run.
    func start(
        _ foundation: HTTPFoundation, _ figures: ServiceFigures,
        on executor: (any TaskExecutor)?
    ) async throws(Failure) -> RunningHTTP {
        var listeners: [HTTPListener] = []
        for configuration in self { listeners.append(try configuration.listener(foundation)) }
        let apiThreads = reduce(0) { $0 + ($1.family == .authzen ? $1.decidingThreads : 0) }
        // The framework's own words are not for those who run the service.
        var quiet = foundation.log
        quiet.logLevel = .warning
        let service: HTTPService
        do throws(HTTPServiceError) {
            service = try await HTTPService.start(
                listeners,
                HTTPService.Decisions(
                    publisher: foundation.publisher, store: foundation.store,
                    errors: foundation.errors, identity: foundation.identity,
                    cacheBytes: foundation.cacheBytesPerThread * apiThreads,
                    cacheBoards: { [boards = foundation.cacheBoards] in boards.add() }),
                figures: [{ figures.write(&$0) }], requests: foundation.requests,
                on: executor, log: quiet)
        } catch {
            throw Failure(error.description)
        }
        for listener in listeners {
            foundation.log.notice(
                "answering HTTP",
                metadata: [
                    "listener": "\(listener.name)", "family": "\(listener.family.rawValue)",
                    "address": "\(listener.address.words(service.ports[listener.name]))",
                ])
        }
        return RunningHTTP(service, foundation.certificates, foundation.log)
    }
}

/// The HTTP listeners that answer, with their certificates as their files have them.
struct RunningHTTP: Sendable {
    private let service: HTTPService
    private let watch: CertificateWatch

    fileprivate init(_ service: HTTPService, _ certificates: CertificateCounts, _ log: Logger) {
        self.service = service
        watch = CertificateWatch(service.certificates, certificates, log: log)
    }

    /// The ports that TCP listeners have taken, by name of the listener.
    var ports: [String: Int] { service.ports }

    /// Says from now on that it is not ready, and answers everything as before.
    func announceStop() { service.announceStop() }

    /// Answers what was received, then closes.
    func stop(drainFor duration: Duration) async {
        watch.stop()
        await service.stop(drainFor: duration)
    }
}

extension HTTPListener.Address {
    /// The address with the port that was really taken.
    fileprivate func words(_ port: Int?) -> String {
        switch self {
        case .tcp(let host, let wanted):
            "\(host.contains(":") ? "[\(host)]" : host):\(port ?? wanted)"
        case .unix(let path): path
        }
    }
}

extension HTTPListenerConfiguration {
    /// How many requests are decided at once.
    var threadCount: Int { threads > 0 ? threads : LocalSocketConfiguration.onlineCores }

    /// How many searches are made at once.
    var searchCount: Int {
        guard let authzen else { return 0 }
        return authzen.searchCount > 0
            ? authzen.searchCount : HTTPListener.searchCount(besides: threadCount)
    }

    /// How many threads decide, each with a cache.
    var decidingThreads: Int { family == .operations ? 0 : threadCount + searchCount }

    /// The listener as it is started.
    func listener(_ foundation: HTTPFoundation) throws(Failure) -> HTTPListener {
        var authentication = EnforcementPointAuthentication(
            keys: callers.keys, clients: callers.clients, certificates: callers.certificates)
        if let path = callers.secretsPath {
            guard let secrets = foundation.callers[path] else {
                throw place.failure("the keys in `\(path)` have not been read")
            }
            authentication.secrets = secrets
        }
        if !callers.tokens.isEmpty {
            guard let identity = foundation.identity,
                let tokens = CallerTokens(callers.tokens, identity)
            else { throw place.failure("no tokens are believed: add `identity.tokens`") }
            authentication.tokens = tokens
        }
        var listener = HTTPListener(
            name: name, family: family, address: address, tls: try security(foundation.identity),
            authentication: authentication)
        listener.peers = peers
        listener.inherited = inherited
        listener.limits = limits
        if forwardAuth != nil {
            // Caddy appends the client's query to the path, and all send what the client sent.
            listener.limits.maximumPathBytes = limits.maximumHeaderBytes
            listener.limits.maximumHeaderFields = RequestLimits.maximumHeaders
        }
        listener.servesMetrics = servesMetrics
        listener.logged = logged
        listener.threadCount = threadCount
        if let authzen {
            listener.authzen = authzen.configuration
            listener.metadata = authzen.metadata
            listener.searchCount = searchCount
        }
        if let forwardAuth {
            listener.mounts = [try forwardAuth.mount(for: self, foundation)]
        }
        if let problem = listener.problem { throw place.failure(problem) }
        return listener
    }

    private func security(
        _ identity: IdentitySettings?
    ) throws(Failure) -> HTTPTransportSecurity? {
        guard let tls else { return nil }
        var judged: HTTPTransportSecurity.Clients?
        if clients != .ignored {
            guard let identity else {
                throw place.failure("there is nothing to judge clients' certificates by")
            }
            judged = HTTPTransportSecurity.Clients(
                identity: identity, isOptional: clients == .optional)
        }
        return HTTPTransportSecurity(
            certificatePath: tls.certificate, keyPath: tls.key, clients: judged)
    }
}
