import DecisionPoint
import Foundation
import Glibc
import Identity
import Logging
import Synchronization

/// Keeps what identities are judged by up to date with its files, on a thread of its own.
///
/// Files are looked at twenty times a second: a bundle that was emptied, a new revocation list and an
/// entry of the deny-list count for the next decision after that.
final class TrustWatch: Sendable {
    let settings: IdentitySettings
    private let shared = Shared()

    /// What owner and thread share; the thread does not keep its owner.
    private final class Shared: Sendable {
        let isStopped = Atomic<Bool>(false)
        /// What the first reading could not use.
        let failures = Mutex<[String]>([])
        let hasRead = DispatchSemaphore(value: 0)
    }

    private static let intervalMicroseconds: UInt32 = 50_000

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
        Thread.detachNewThread {
            var reader: Reader
            do throws(TrustError) {
                reader = try Reader(configuration, state, keys, log)
            } catch {
                shared.failures.withLock { $0 = ["tokens: \(error.description)"] }
                shared.hasRead.signal()
                return
            }
            let failures = reader.read()
            shared.failures.withLock { $0 = failures }
            shared.hasRead.signal()
            while !shared.isStopped.load(ordering: .relaxed) {
                // Also while a file cannot be used: another may take trust away meanwhile.
                _ = reader.read()
                usleep(Self.intervalMicroseconds)
            }
        }
        shared.hasRead.wait()
        if let failure = shared.failures.withLock({ $0.first }) {
            shared.isStopped.store(true, ordering: .relaxed)
            throw Failure(failure)
        }
        for (domain, source) in configuration.domains where !state.trusts(domain) {
            log.warning(
                "nobody of the trust domain is trusted: its bundle is empty or missing",
                metadata: ["domain": "\(domain)", "bundle": "\(source.path)"])
        }
    }

    deinit { shared.isStopped.store(true, ordering: .relaxed) }

    /// Reads the files that changed.
    private struct Reader: ~Copyable {
        private let state: TrustState
        private var loader: TrustLoader
        private var keyLoader: KeyLoader?
        private var denyList: DenyListFile?
        private let log: Logger
        private var lastFailures: [String] = []

        init(
            _ configuration: IdentityConfiguration, _ state: TrustState, _ keys: KeyState?,
            _ log: Logger
        ) throws(TrustError) {
            if let keys, let tokens = configuration.tokens {
                keyLoader = try KeyLoader(keys, tokens)
            }
            self.state = state
            self.log = log
            loader = TrustLoader(
                state, domains: configuration.domains,
                organizations: configuration.organizations)
            denyList = configuration.denyList.map { DenyListFile(path: $0) }
        }

        /// Publishes what changed, and says which files cannot be used.
        mutating func read() -> [String] {
            let outcome = loader.reload(at: DecisionClock.realTime() / 1000)
            for domain in outcome.changed {
                let isTrusted = domain.map(state.trusts) ?? state.trustsOrganizations
                log.notice(
                    isTrusted ? "trust bundle loaded" : "TRUST BUNDLE EMPTY: nobody is trusted",
                    metadata: ["domain": "\(domain?.description ?? "organizations")"])
            }
            var failures = outcome.failed.map {
                "trust bundle of `\($0.domain?.description ?? "organizations")`: "
                    + $0.error.description
            }
            if let outcome = keyLoader?.reload(at: DecisionClock.realTime() / 1000) {
                for owner in outcome.changed {
                    log.notice("keys of tokens loaded", metadata: ["issuer": "\(owner.words)"])
                }
                failures += outcome.failed.map {
                    "keys of `\($0.owner.words)`: \($0.error.description)"
                }
            }
            do throws(DenyListFile.Failure) {
                if let list = try denyList?.read() {
                    state.update { $0.denyList = list }
                    log.notice("deny-list loaded")
                }
            } catch {
                failures.append("deny-list: \(error.description)")
            }
            if failures != lastFailures {
                for failure in failures {
                    log.error("TRUST NOT RELOADED: what was in use stays in force\n\(failure)")
                }
                lastFailures = failures
            }
            return failures
        }
    }
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
