import Foundation
import Glibc
import Logging
import Synchronization
import TLSListener

/// Reads the certificates of listeners again when their files change, on a thread of its own.
///
/// One that cannot be used is told in the log and counted, and the one before stays in use.
final class CertificateWatch: Sendable {
    /// A certificate with the name of its listener.
    typealias Watched = (listener: String, certificate: ServerCertificate)

    private let isStopped = Flag()

    /// What owner and thread share; the thread does not keep its owner.
    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    private static let intervalMicroseconds: UInt32 = 250_000

    /// Watches until it is stopped or released.
    init(_ certificates: [Watched], _ counts: CertificateCounts, log: Logger) {
        guard !certificates.isEmpty else { return }
        let flag = isStopped
        let files = certificates.map { WatchedFiles($0, counts[$0.listener]) }
        Thread.detachNewThread {
            var watched = files
            while !flag.isSet.load(ordering: .relaxed) {
                usleep(Self.intervalMicroseconds)
                for index in watched.indices { watched[index].look(log) }
            }
        }
    }

    deinit { stop() }

    func stop() { isStopped.isSet.store(true, ordering: .relaxed) }
}

/// What became of reading listeners' certificates again.
struct CertificateCounts: Sendable {
    /// In the order of the configuration.
    let all: [(listener: String, counts: ReloadCounts)]

    /// The name of the section `tls` among listeners.
    static let tls = "tls"

    /// Of all listeners that have a certificate.
    init(_ configuration: ServiceConfiguration) {
        let names =
            (configuration.tls == nil ? [] : [Self.tls])
            + configuration.http.filter { $0.tls != nil }.map(\.name)
        all = names.map { ($0, ReloadCounts()) }
    }

    /// Nil for a listener without a certificate.
    subscript(listener: String) -> ReloadCounts? {
        all.first { $0.listener == listener }?.counts
    }
}

/// The files of one certificate as they were seen last.
private struct WatchedFiles {
    private let listener: String
    private let certificate: ServerCertificate
    private let counts: ReloadCounts?
    private let paths: [String]
    private var used: [FileStamp]
    private var seen: [FileStamp]

    init(_ watched: CertificateWatch.Watched, _ counts: ReloadCounts?) {
        (listener, certificate) = watched
        self.counts = counts
        paths = [certificate.files.certificatePath, certificate.files.keyPath]
        used = paths.map(FileStamp.init)
        seen = used
    }

    /// Reads the pair once two looks in a row see the same change, so that it is not read while it is
    /// being replaced.
    mutating func look(_ log: Logger) {
        let now = paths.map(FileStamp.init)
        defer { seen = now }
        guard now != used, now == seen else { return }
        used = now
        do throws(TLSListenerError) {
            try certificate.reload()
            counts?.countPublished()
            log.notice("TLS certificate reloaded", metadata: ["listener": "\(listener)"])
        } catch {
            counts?.countFailed()
            log.error(
                "TLS CERTIFICATE NOT RELOADED: the last good one stays in use\n\(error.description)",
                metadata: ["listener": "\(listener)"])
        }
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
