import CedarEngine
import DecisionPoint
import EntityStore
import ExtAuthz
import Foundation
import Gateway
import Glibc
import HTTPService
import Logging
import Server
import TLSListener

/// A running decision point: store, policies and sockets.
struct Service: Sendable {
    let reloader: PolicyReloader
    /// Nil when callers name their principals.
    private let trust: TrustWatch?
    /// The keys of HTTP's callers that are in files.
    private let callers: CallerSecretsWatch
    private let certificates: CertificateCounts
    private let server: LocalSocketServer
    /// Nil when nobody is served by TLS.
    private let tls: TLSService?
    /// Nil when Envoy does not ask.
    private let envoy: EnvoyListener?
    /// Nil when HAProxy does not ask by SPOE.
    private let spoe: SPOEListener?
    private let outcomes: OutcomeBoards
    /// Nil without TLS.
    private let tlsOutcomes: OutcomeBoards?
    private let cacheBoards = CacheBoards()
    private let gatewayBoards = GatewayBoards()
    private let requests = RequestLog()
    private let watchesFiles: Bool
    private let http: [HTTPListenerConfiguration]
    private let foundation: HTTPFoundation
    private let log: Logger

    /// Opens the store, compiles the policies and starts the socket.
    ///
    /// - Parameters:
    ///   - store: the store of the configuration, where this process has it open already.
    ///   - clock: the time that identities are judged at; of demonstrations and tests only.
    /// - Throws: with everything closed again.
    init(
        _ configuration: ServiceConfiguration, store opened: EntityStore? = nil,
        log: Logger,
        clock: DecisionClock = DecisionClock()
    ) throws(Failure) {
        Self.raiseFileLimit(configuration, log)
        let source = PolicySource(configuration)
        let signature = PolicyReloader.signature(source, routePaths: configuration.routePaths)
        let publisher = try Self.publisher(source, configuration)
        let store = try Self.store(configuration, opened)
        trust = try configuration.identity.map { (identity) throws(Failure) in
            try TrustWatch(identity, clock: clock, log: log)
        }
        let identity = trust?.settings
        callers = try CallerSecretsWatch(configuration, log: log)
        certificates = CertificateCounts(configuration)
        var routes: [RouteSource] = []
        for path in configuration.routePaths {
            let source = try RouteSource(path, for: configuration)
            source.report(source.publisher.newest.table, to: log)
            routes.append(source)
        }
        let rights = configuration.socketRights
        let mode = configuration.errors
        let diagnostics = configuration.socketDiagnostics
        let workers = configuration.socket.workerCount
        let envoyLoops = configuration.envoy?.server.loopCount ?? 0
        let tlsLoops = configuration.tls?.listener.loopCount ?? 0
        let spoeWorkers = configuration.spoe?.workerCount ?? 0
        let allWorkers = workers + envoyLoops + tlsLoops + spoeWorkers
        http = configuration.http
        // A share that is too small for a cache is none.
        let shares = allWorkers + http.decidingThreads
        let share = configuration.cacheBytes / max(shares, 1)
        let cacheBytes = share < 4 << 10 ? 0 : share
        let caches = cacheBoards
        let outcomes = OutcomeBoards(count: workers)
        self.outcomes = outcomes
        let startedAt = UInt64(max(0, time(nil)))
        do throws(LocalSocketError) {
            server = try LocalSocketServer.start(configuration.socket) { worker in
                try DecisionPointHandler(
                    publisher: publisher, store: store, errors: mode, diagnostics: diagnostics,
                    cacheBytes: cacheBytes, cacheBoard: caches.add(), identity: identity,
                    rights: rights, outcomes: outcomes[worker], worker: worker,
                    startedAt: startedAt)
            }
        } catch {
            throw Failure(error.description)
        }
        let (boards, requestLog) = (gatewayBoards, requests)
        let material = identity.map { identity in
            DecisionMaterial(
                publisher: publisher, store: store, errors: mode, identity: identity,
                cacheBytes: cacheBytes, caches: caches, gatewayBoards: boards,
                requests: requestLog, startedAt: startedAt)
        }
        if let material, let configured = configuration.envoy,
            let routes = routes.first(where: { $0.path == configured.gateway.routes })
        {
            envoy = try EnvoyListener(
                configured, routes: routes.publisher, material, firstWorker: workers)
        } else {
            envoy = nil
        }
        if let material, let configured = configuration.spoe,
            let routes = routes.first(where: { $0.path == configured.gateway.routes })
        {
            spoe = try SPOEListener(
                configured, routes: routes.publisher, material,
                firstWorker: workers + envoyLoops + tlsLoops)
        } else {
            spoe = nil
        }
        if let section = configuration.tls, let identity {
            let own = section.diagnostics
            let first = workers + envoyLoops
            let outcomes = OutcomeBoards(count: section.listener.loopCount)
            tlsOutcomes = outcomes
            tls = try TLSService(
                section, identity: identity, certificates: certificates, log: log
            ) { loop in
                try DecisionPointHandler(
                    publisher: publisher, store: store, errors: mode, diagnostics: own,
                    cacheBytes: cacheBytes, cacheBoard: caches.add(),
                    identity: identity, outcomes: outcomes[loop], worker: first + loop,
                    startedAt: startedAt)
            }
        } else {
            tls = nil
            tlsOutcomes = nil
        }
        foundation = HTTPFoundation(
            publisher: publisher, store: store, errors: mode, cacheBytesPerThread: cacheBytes,
            identity: identity, routes: routes, cacheBoards: cacheBoards,
            gatewayBoards: gatewayBoards, requests: requests, callers: callers,
            certificates: certificates,
            workers: WorkerNumbers(after: allWorkers), startedAt: startedAt, log: log)
        reloader = PolicyReloader(
            source: source, routes: routes, loaded: signature, publisher: publisher, log: log)
        watchesFiles = configuration.watchesFiles
        self.log = log
        describe(configuration, publisher.load().ruleset, cacheBytes: cacheBytes * shares)
    }

    /// Reloads changed policy files until the task is cancelled, if so configured.
    @Sendable
    func watch() async {
        if watchesFiles { await reloader.watch() }
    }

    /// Starts the HTTP listeners; nil when there are none.
    ///
    /// - Parameter executor: where requests are answered; of tests only.
    func startHTTP(
        on executor: (any TaskExecutor)? = nil
    ) async throws(Failure) -> RunningHTTP? {
        guard !http.isEmpty else { return nil }
        let figures = ServiceFigures(
            server: server, outcomes: outcomes, caches: cacheBoards, reloads: reloader.counts,
            trust: trust?.counts, callers: callers.isEmpty ? nil : callers.counts,
            certificates: certificates, gateways: gatewayBoards, tls: tlsOutcomes, envoy: envoy,
            spoe: spoe.map { SPOEFigures(server: $0.server) })
        return try await http.start(foundation, figures, on: executor)
    }

    /// Answers what was received, then closes.
    func stop(drainFor duration: Swift.Duration) {
        log.notice("stopping")
        // All at once: each may need the whole time.
        let others = DispatchGroup()
        if let envoy {
            DispatchQueue.global().async(group: others) { envoy.stop(drainFor: duration) }
        }
        if let spoe {
            DispatchQueue.global().async(group: others) { spoe.stop(drainFor: duration) }
        }
        if let tls {
            DispatchQueue.global().async(group: others) { tls.stop(drainFor: duration) }
        }
        server.stop(drainFor: duration)
        others.wait()
        let statistics = server.statistics
        var figures = envoy?.figures ?? [:]
        for figure in LocalSocketStatistics.Figure.allCases where statistics[figure] > 0 {
            figures["\(figure)"] = "\(statistics[figure])"
        }
        if let tls { figures.merge(tls.figures) { own, _ in own } }
        if let spoe { figures.merge(spoe.figures) { own, _ in own } }
        let cache = cacheBoards.statistics
        for (name, figure) in [
            ("cacheHits", cache.hits), ("cacheMisses", cache.misses),
            ("cacheEvictions", cache.evictions), ("cacheDrops", cache.logDrops),
            ("cacheFullDrops", cache.fullDrops), ("cachedBytes", cache.usedBytes),
        ] where figure > 0 {
            figures[name] = "\(figure)"
        }
        requests.waitUntilWritten(milliseconds: 1_000)
        log.notice("stopped", metadata: figures)
    }
}

// MARK: Starting

extension PolicySource {
    /// The policies of a service.
    init(_ configuration: ServiceConfiguration) {
        self.init(
            paths: configuration.policies, schemaPath: configuration.schema,
            linkPaths: configuration.links,
            reservedMember: configuration.identity?.verifiedName,
            obligations: configuration.obligations,
            plansSearch: configuration.http.contains { $0.family == .authzen })
    }
}

extension Failure {
    /// What is wrong with policies, with the places.
    init(_ failure: PolicySource.Failure) {
        guard !failure.findings.isEmpty else {
            self.init(failure.description)
            return
        }
        self.init(
            all: failure.findings.map {
                Failure($0.diagnostics, in: InputFile(name: $0.file, bytes: $0.source))
            })
    }
}

extension Service {
    private static func raiseFileLimit(_ configuration: ServiceConfiguration, _ log: Logger) {
        let wanted = configuration.socket.maximumConnections
        let files = FileLimit.raise(forConnections: wanted)
        guard files < wanted else { return }
        log.warning(
            "fewer files may be open than connections are allowed: raise `ulimit -n`",
            metadata: ["files": "\(files)", "maximumConnections": "\(wanted)"])
    }

    private static func publisher(
        _ source: PolicySource, _ configuration: ServiceConfiguration
    ) throws(Failure) -> RulesetPublisher {
        do throws(PolicySource.Failure) {
            return RulesetPublisher(try source.load(), obligations: configuration.obligations)
        } catch {
            throw Failure(error)
        }
    }

    private static func store(
        _ configuration: ServiceConfiguration, _ opened: EntityStore?
    ) throws(Failure) -> EntityStore {
        if let opened { return opened }
        do throws(StoreError) {
            return try EntityStore.open(at: configuration.store)
        } catch {
            throw Failure(error.description)
        }
    }

    /// Logs what is served.
    private func describe(
        _ configuration: ServiceConfiguration, _ ruleset: Ruleset, cacheBytes: Int
    ) {
        var facts: Logger.Metadata = [
            "socket": "\(configuration.socket.path)", "store": "\(configuration.store)",
            "threads": "\(configuration.socket.workerCount)", "cacheBytes": "\(cacheBytes)",
            "cachedBytes": "\(cacheBoards.statistics.usedBytes)",
            "policies": "\(ruleset.policies.count)",
            "version": "\(HexadecimalDigits(ruleset.version).text)",
        ]
        if let envoy { facts["envoy"] = "\(envoy.place)" }
        if let spoe { facts["spoe"] = "\(spoe.place)" }
        log.notice("serving", metadata: facts)
        if ruleset.unlinkedTemplateCount > 0 {
            log.warning(
                "templates decide nothing until they are linked",
                metadata: ["templates": "\(ruleset.unlinkedTemplateCount)"])
        }
    }
}
