import Files
import Foundation
import Glibc
import HTTPService
import Logging
import Synchronization

/// Keeps the keys of callers up to date with their files, on a thread of its own.
///
/// Files are looked at twenty times a second, whatever `reload` says: who takes a key away does not wait.
/// A file that cannot be used changes nothing, and is told.
final class CallerSecretsWatch: Sendable {
    /// What became of reading the files.
    let counts = ReloadCounts()
    private let secrets: [String: CallerSecrets]
    private let isStopped = Flag()

    /// What owner and thread share; the thread does not keep its owner.
    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    private static let intervalMicroseconds: UInt32 = 50_000
    /// How many looks a file may be written for before that is told: a second.
    fileprivate static let patience = 20

    /// Reads the files that listeners name once, and watches them from then on.
    ///
    /// - Throws: when a file cannot be used.
    init(_ configuration: ServiceConfiguration, log: Logger) throws(Failure) {
        var watched: [WatchedSecrets] = []
        for path in configuration.secretsPaths {
            watched.append(
                try WatchedSecrets(CallerSecretsFile(path, of: configuration.http), counts, log))
        }
        secrets = Dictionary(uniqueKeysWithValues: watched.map { ($0.file.path, $0.secrets) })
        guard !watched.isEmpty else { return }
        let (flag, counts, files) = (isStopped, counts, watched)
        Thread.detachNewThread {
            var files = files
            while !flag.isSet.load(ordering: .relaxed) {
                usleep(Self.intervalMicroseconds)
                for index in files.indices { files[index].look(counts, log) }
                counts.setFailing(files.contains(where: \.isFailing))
            }
        }
    }

    deinit { isStopped.isSet.store(true, ordering: .relaxed) }

    /// Whether there is a file.
    var isEmpty: Bool { secrets.isEmpty }

    /// What the file at a path lists now; nil for one that no listener names.
    subscript(path: String) -> CallerSecrets? { secrets[path] }
}

/// One file as it was seen last.
private struct WatchedSecrets {
    let file: CallerSecretsFile
    let secrets: CallerSecrets
    /// Of what was taken or refused last.
    private var judged: FileStamp
    /// What is wrong with that; nil when it was taken.
    private var refusal: String?
    /// What was told last and still holds.
    private var told: String?
    /// How many looks in a row found it being written.
    private var waits = 0

    var isFailing: Bool { told != nil }

    init(
        _ file: CallerSecretsFile, _ counts: ReloadCounts, _ log: Logger
    ) throws(Failure) {
        self.file = file
        do throws(ReadingError) {
            let read = try file.read(waitingMilliseconds: SettledFile.startPatienceMilliseconds)
            secrets = CallerSecrets(read.contents)
            judged = read.stamp
            Self.tell(read.contents, file.path, counts, log)
        } catch {
            throw error.failure
        }
    }

    mutating func look(_ counts: ReloadCounts, _ log: Logger) {
        let problem = problem(counts, log)
        if let problem, problem != told {
            counts.countFailed()
            log.error(
                "CALLERS' KEYS NOT RELOADED: the last good ones stay in force",
                metadata: ["file": "\(file.path)", "error": "\(problem)"])
        }
        told = problem
    }

    /// Takes what changed.
    ///
    /// - Returns: why the file as it is now is not in force; nil when it is, or may be in a moment.
    private mutating func problem(_ counts: ReloadCounts, _ log: Logger) -> String? {
        if FileStamp(path: file.path) == judged {
            waits = 0
            return refusal
        }
        do throws(ReadingError) {
            let read = try file.read()
            secrets.replace(read.contents)
            (judged, refusal, waits) = (read.stamp, nil, 0)
            Self.tell(read.contents, file.path, counts, log)
            return nil
        } catch {
            let words = error.failure.description
            if let stamp = error.stamp { (judged, refusal) = (stamp, words) }
            waits = error.isBeingWritten ? waits + 1 : 0
            // To be written is no fault, but to be written for ever is.
            guard error.isBeingWritten, waits <= CallerSecretsWatch.patience else { return words }
            return told
        }
    }

    private static func tell(
        _ contents: CallerSecrets.Contents, _ path: String, _ counts: ReloadCounts, _ log: Logger
    ) {
        counts.countPublished()
        let isEmpty = contents.keys.isEmpty && contents.clients.isEmpty
        log.notice(
            isEmpty ? "CALLERS' KEYS EMPTY: the file lets nobody in" : "keys of callers loaded",
            metadata: [
                "file": "\(path)", "keys": "\(contents.keys.count)",
                "clients": "\(contents.clients.count)",
            ])
    }
}
