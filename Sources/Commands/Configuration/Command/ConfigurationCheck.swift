import CedarEngine
import DecisionPoint
import EntityStore
import Files
import Gateway
import Logging
import Routes
import Server
import Synchronization
import TLSListener

/// Everything that a start of the service needs, tried without serving.
struct ConfigurationCheck {
    /// What was found to be good.
    let configuration: ServiceConfiguration
    let policyCount: Int
    let routeCount: Int
    /// What is no failure and probably not meant.
    let warnings: [String]

    /// Reads the configuration and the files it names and judges the directories of sockets; sockets and
    /// addresses are not opened, and the store is only read.
    ///
    /// - Throws: everything that is wrong with keys and values, then everything that is wrong with the
    ///   files.
    init(_ path: String) throws(Failure) {
        let file = try InputFile(path)
        let root = try ConfigurationNode(file, ServiceConfiguration.section)
        try root.requireWellFormed()
        let folder = ServiceConfiguration.folder(of: path)
        let unreadable = root.unreadableFiles(in: folder)
        guard unreadable.isEmpty else { throw Failure(unreadable, in: file) }
        let configuration = try ServiceConfiguration.read(root, in: folder)

        var failures = CollectedFailures()
        let policies = failures.attempt { () throws(Failure) in
            do throws(PolicySource.Failure) {
                return try PolicySource(configuration).load().policies.count
            } catch {
                throw Failure(error)
            }
        }
        let warnings = Warnings()
        let log = Logger(label: "check") { _ in warnings.handler }
        var routes = 0
        for path in configuration.routePaths {
            _ = failures.attempt { () throws(Failure) in
                let source = try RouteSource(path, for: configuration)
                let table = source.publisher.newest.table
                source.report(table, to: log)
                routes += table.routes.count
            }
        }
        _ = failures.attempt { () throws(Failure) in
            try configuration.identity.map { (identity) throws(Failure) in
                try TrustWatch(identity, log: log)
            }
        }
        for path in configuration.secretsPaths {
            _ = failures.attempt { () throws(Failure) in
                do throws(ReadingError) {
                    _ = try CallerSecretsFile(path, of: configuration.http).read(
                        waitingMilliseconds: SettledFile.startPatienceMilliseconds)
                } catch {
                    throw error.failure
                }
            }
        }
        for files in configuration.certificates {
            _ = failures.attempt { () throws(Failure) in
                do throws(TLSListenerError) {
                    _ = try ServerCertificate(files) { _ in }
                } catch {
                    throw Failure(error.description, file: files.certificatePath)
                }
            }
        }
        _ = failures.attempt { () throws(Failure) in
            try failing { () throws(StoreError) in
                try EntityStore.open(at: configuration.store, StoreOptions(readOnly: true))
            }
        }
        var places = SocketPlaces()
        for socket in configuration.socketPlaces {
            _ = failures.attempt { () throws(Failure) in
                do throws(StreamSocketError) {
                    try places.judge(socket.path, for: socket.peers)
                } catch {
                    throw Failure(error, of: socket, in: file)
                }
            }
        }
        guard let policies, failures.joined == nil else {
            throw failures.joined ?? Failure("`\(file.name)` cannot be used", file: file.name)
        }
        self.configuration = configuration
        policyCount = policies
        routeCount = routes
        self.warnings = warnings.all
    }
}

extension ServiceConfiguration {
    /// The certificates that listeners show, each once.
    var certificates: [ServerCertificate.Files] {
        var all = tls.map { [$0.listener.certificate] } ?? []
        for listener in http {
            guard let tls = listener.tls else { continue }
            all.append(
                ServerCertificate.Files(certificatePath: tls.certificate, keyPath: tls.key))
        }
        return all
    }

    /// The names of the listeners, as in metrics.
    var listenerNames: [String] {
        ["local"] + (tls == nil ? [] : ["tls"]) + (envoy == nil ? [] : ["envoy"])
            + (spoe == nil ? [] : ["spoe"]) + http.map(\.name)
    }
}

/// Keeps the warnings of what only knows a log.
private final class Warnings: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    var handler: any LogHandler { Handler(warnings: self) }

    private struct Handler: LogHandler {
        let warnings: Warnings
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.warning

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            // What is an error is thrown as well.
            guard event.level == .warning else { return }
            let facts = (event.metadata ?? [:]).map { "\($0.key) `\($0.value)`" }.sorted()
            let words = ([event.message.description] + facts).joined(separator: ", ")
            warnings.kept.withLock { $0.append(words) }
        }
    }
}
