import DecisionPoint
import Foundation
import Glibc
import Identity
import Logging
import Synchronization

/// Keeps what identities are judged by up to date with its files, on a thread of its own.
///
/// Files are looked at twenty times a second: a bundle that was emptied, a new revocation list and an
/// entry of the deny-list count for the next decision after that. A file that somebody has open for
/// writing is not read; what was in use stays in force until it is whole.
final class TrustWatch: Sendable {
    let settings: IdentitySettings
    /// What became of reading files again.
    let counts: TrustCounts
    private let shared = Shared()

    /// What owner and thread share; the thread does not keep its owner.
    private final class Shared: Sendable {
        let isStopped = Atomic<Bool>(false)
        /// What the first reading could not use.
        let failures = Mutex<[String]>([])
        let hasRead = DispatchSemaphore(value: 0)
    }

    private static let intervalMicroseconds: UInt32 = 50_000
    /// How many looks a file may be written for before that is told: a second.
    private static let patience = 20

    /// Reads all files once and watches them from then on.
    ///
    /// - Throws: when a file cannot be used.
    init(
        _ configuration: IdentityConfiguration, clock: DecisionClock = DecisionClock(), log: Logger
    ) throws(Failure) {
        let state = TrustState()
        let keys = configuration.tokens.map { _ in KeyState() }
        settings = IdentitySettings(
            trust: state, keys: keys, principals: configuration.principals,
            devices: configuration.devices,
            verifiedName: configuration.verifiedName, clock: clock)
        let shared = shared
        let counts = TrustCounts()
        self.counts = counts
        Thread.detachNewThread {
            var reader: Reader
            do throws(TrustError) {
                reader = try Reader(configuration, state, keys, counts, log)
            } catch {
                shared.failures.withLock { $0 = ["tokens: \(error.description)"] }
                shared.hasRead.signal()
                return
            }
            var failures = reader.read()
            // Nothing is in force yet: what is half written must not be it.
            for _ in 0..<Self.patience where failures.contains(where: \.isBeingWritten) {
                usleep(Self.intervalMicroseconds)
                failures = reader.read()
            }
            shared.failures.withLock { $0 = failures.map(\.words) }
            shared.hasRead.signal()
            while !shared.isStopped.load(ordering: .relaxed) {
                // Also while a file cannot be used: another may take trust away meanwhile.
                _ = reader.read()
                usleep(Self.intervalMicroseconds)
            }
        }
        shared.hasRead.wait()
        let failures = shared.failures.withLock { $0 }
        guard failures.isEmpty else {
            shared.isStopped.store(true, ordering: .relaxed)
            throw Failure(all: failures.map { Failure($0) })
        }
        for (domain, source) in configuration.domains where !state.trusts(domain) {
            log.warning(
                "nobody of the trust domain is trusted: its bundle is empty or missing",
                metadata: ["domain": "\(domain)", "bundle": "\(source.path)"])
        }
    }

    deinit { shared.isStopped.store(true, ordering: .relaxed) }

    /// What cannot be used.
    private struct Problem: Equatable {
        let kind: TrustCounts.Kind
        let words: String
        let isBeingWritten: Bool
    }

    /// Reads the files that changed.
    private struct Reader: ~Copyable {
        private let state: TrustState
        private var loader: TrustLoader
        private var keyLoader: KeyLoader?
        private var denyList: DenyListFile?
        private let counts: TrustCounts
        private let log: Logger
        private var lastTold: [Problem] = []
        /// How many looks in a row found something being written.
        private var waits = 0

        init(
            _ configuration: IdentityConfiguration, _ state: TrustState, _ keys: KeyState?,
            _ counts: TrustCounts, _ log: Logger
        ) throws(TrustError) {
            if let keys, let tokens = configuration.tokens {
                keyLoader = try KeyLoader(keys, tokens)
            }
            self.state = state
            self.counts = counts
            self.log = log
            loader = TrustLoader(
                state, domains: configuration.domains,
                organizations: configuration.organizations)
            denyList = configuration.denyList.map { DenyListFile(path: $0) }
        }

        /// Publishes what changed, and says which files cannot be used.
        mutating func read() -> [Problem] {
            let now = DecisionClock.realTime() / 1000
            let problems = readBundles(at: now) + readKeys(at: now) + readDenyList()
            waits = problems.contains(where: \.isBeingWritten) ? waits + 1 : 0
            // To be written is no fault, but to be written for ever is.
            let told = problems.filter { !$0.isBeingWritten || waits > TrustWatch.patience }
            for problem in told where !lastTold.contains(problem) {
                counts[problem.kind].countFailed()
                log.error(
                    "TRUST NOT RELOADED: what was in use stays in force",
                    metadata: ["error": "\(problem.words)"])
            }
            for kind in TrustCounts.Kind.allCases {
                counts[kind].setFailing(told.contains { $0.kind == kind })
            }
            lastTold = told
            return problems
        }

        private mutating func readBundles(at now: Int64) -> [Problem] {
            let outcome = loader.reload(at: now)
            for domain in outcome.changed {
                let isTrusted = domain.map(state.trusts) ?? state.trustsOrganizations
                counts[.bundles].countPublished()
                log.notice(
                    isTrusted ? "trust bundle loaded" : "TRUST BUNDLE EMPTY: nobody is trusted",
                    metadata: ["domain": "\(domain?.description ?? "organizations")"])
            }
            return outcome.failed.map {
                Problem(
                    kind: .bundles,
                    words: "trust bundle of `\($0.domain?.description ?? "organizations")`: "
                        + $0.error.description,
                    isBeingWritten: $0.error.kind == .beingWritten)
            }
        }

        private mutating func readKeys(at now: Int64) -> [Problem] {
            guard let outcome = keyLoader?.reload(at: now) else { return [] }
            for owner in outcome.changed {
                counts[.keys].countPublished()
                log.notice("keys of tokens loaded", metadata: ["issuer": "\(owner.words)"])
            }
            return outcome.failed.map {
                Problem(
                    kind: .keys, words: "keys of `\($0.owner.words)`: \($0.error.description)",
                    isBeingWritten: $0.error.kind == .beingWritten)
            }
        }

        private mutating func readDenyList() -> [Problem] {
            do throws(DenyListFile.Failure) {
                if let list = try denyList?.read() {
                    state.update { $0.denyList = list }
                    counts[.denyList].countPublished()
                    log.notice("deny-list loaded")
                }
                return []
            } catch {
                return [
                    Problem(
                        kind: .denyList, words: "deny-list: \(error.description)",
                        isBeingWritten: error.isBeingWritten)
                ]
            }
        }
    }
}

/// What became of reading again what identities are judged by.
final class TrustCounts: Sendable {
    /// What the files hold, by its name in metrics.
    enum Kind: Int, CaseIterable, Sendable {
        case bundles
        case keys
        case denyList
    }

    private let all = Kind.allCases.map { _ in ReloadCounts() }

    subscript(kind: Kind) -> ReloadCounts { all[kind.rawValue] }
}

extension KeyLoader.Owner {
    /// The issuer or the trust domain as it is configured.
    fileprivate var words: String {
        switch self {
        case .issuer(let name): String(decoding: name, as: UTF8.self)
        case .trustDomain(let domain): domain.description
        }
    }
}
