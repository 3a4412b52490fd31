import CedarEngine
import DecisionPoint
import Foundation
import Glibc
import Logging
import Server
import Synchronization
import TLSListener

/// The TLS listener of a running service, whose certificate follows its files.
final class TLSService: Sendable {
    private let server: TLSFrameServer
    private let isStopped: Flag

    /// What owner and thread share; the thread does not keep its owner.
    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    private static let intervalMicroseconds: UInt32 = 250_000

    /// Opens the listener.
    ///
    /// - Parameter makeHandler: called once on each loop's thread with the loop's number.
    init(
        _ section: TLSSection, identity: IdentitySettings, log: Logger,
        makeHandler: @escaping @Sendable (Int) throws -> DecisionPointHandler
    ) throws(Failure) {
        let configuration = section.listener
        do throws(TLSListenerError) {
            server = try TLSFrameServer.start(
                configuration, identity: identity,
                report: { peer in
                    var metadata: Logger.Metadata = [
                        "code": "\(peer.code)", "address": "\(peer.address)",
                    ]
                    if let name = peer.peer { metadata["peer"] = "\(name)" }
                    log.warning("a peer was turned away", metadata: metadata)
                }, makeHandler: makeHandler)
        } catch {
            throw Failure("tls: \(error.description)")
        }
        let flag = Flag()
        isStopped = flag
        let (certificate, files) = (server.certificate, configuration.certificate)
        Thread.detachNewThread { Self.watch(certificate, files, flag, log) }
        log.notice(
            "serving TLS",
            metadata: [
                "host": "\(configuration.host)", "port": "\(server.port)",
                "threads": "\(configuration.loopCount)",
            ])
    }

    deinit { isStopped.isSet.store(true, ordering: .relaxed) }

    /// Reads certificate and key again when their files change: once two looks in a row see the same,
    /// so that a pair is not read while it is being replaced.
    private static func watch(
        _ certificate: ServerCertificate, _ files: ServerCertificate.Files, _ flag: Flag,
        _ log: Logger
    ) {
        let paths = [files.certificatePath, files.keyPath]
        var used = paths.map(FileStamp.init)
        var seen = used
        while !flag.isSet.load(ordering: .relaxed) {
            usleep(intervalMicroseconds)
            let now = paths.map(FileStamp.init)
            if now != used, now == seen {
                used = now
                do throws(TLSListenerError) {
                    try certificate.reload()
                    log.notice("TLS certificate reloaded")
                } catch {
                    log.error(
                        "TLS CERTIFICATE NOT RELOADED: the last good one stays in use\n\(error.description)"
                    )
                }
            }
            seen = now
        }
    }

    /// Answers what was received, then closes.
    func stop(drainFor duration: Swift.Duration) {
        isStopped.isSet.store(true, ordering: .relaxed)
        server.stop(drainFor: duration)
    }

    /// What the listener did, as far as it did anything.
    var figures: Logger.Metadata {
        let statistics = server.statistics
        var figures: Logger.Metadata = [:]
        for figure in TLSListenerStatistics.Figure.allCases where statistics[figure] > 0 {
            figures["tls.\(figure)"] = "\(statistics[figure])"
        }
        return figures
    }
}

/// What tells that a file was changed or replaced; equal for files that are not there.
private struct FileStamp: Equatable {
    private var words: [Int] = []

    init(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return }
        words = [
            Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
        ]
    }
}
