import CedarSyntax
import EntityStore
import Glibc

/// Compares a store with the log of its killed writers.
struct CrashJudge {
    let directory: String
    let log: String

    /// Returns 0 when the store holds exactly what was acknowledged, give or take the one change,
    /// or the burst of changes, that each writer died in.
    func run() -> Int32 {
        let begun = ContinuousClock.now
        let store: EntityStore
        let report: CheckReport
        let opening: Swift.Duration
        do throws(StoreError) {
            store = try EntityStore.open(at: directory)
            opening = ContinuousClock.now - begun
            report = try store.check()
        } catch {
            say("FAILED: \(error)")
            return 1
        }
        guard opening < .seconds(1) else {
            say("FAILED: opening took \(opening)")
            return 1
        }
        guard report.isClean else {
            say("FAILED: the check found \(report.problemCount) problems: \(report.problems)")
            return 1
        }
        guard let lines = readLines() else {
            say("FAILED: cannot read `\(log)`")
            return 1
        }
        return compare(store, lines, "opened in \(opening), \(report.entities) entities")
    }

    private func compare(_ store: EntityStore, _ lines: [Substring], _ words: String) -> Int32 {
        // What each entity may hold: more than one value after a change that was never answered.
        var possible: [EntityUID: Set<Int?>] = [:]
        var lastRevision: UInt64 = 0
        var pending: [CrashStep] = []
        var acknowledged = 0
        for line in lines {
            let parts = line.split(separator: " ")
            switch parts.first {
            case "try":
                // Cut short: it was not handed over yet.
                if let step = CrashStep(Array(parts[1...])) { pending.append(step) }
            case "done":
                // Cut short: it counts as not said.
                guard parts.count == 5 else { continue }
                guard let step = CrashStep(Array(parts[1...3])), step == pending.first
                else {
                    say("FAILED: the log is out of order at: \(line)")
                    return 1
                }
                note(step, &possible, isCertain: true)
                pending.removeFirst()
                acknowledged += 1
                lastRevision = UInt64(parts[4]) ?? 0
            case "open":
                // Another writer: what the last one died in may have come to pass or not.
                for step in pending { note(step, &possible, isCertain: false) }
                pending = []
            default:
                say("FAILED: the writer said: \(line)")
                return 1
            }
        }
        for step in pending { note(step, &possible, isCertain: false) }
        do throws(StoreError) {
            let revision = try store.revision
            guard revision >= lastRevision else {
                say("FAILED: revision \(revision) is before the acknowledged \(lastRevision)")
                return 1
            }
            for (uid, values) in possible {
                let found = try store.get(uid).map(Self.number)
                guard values.contains(found) else {
                    say("FAILED: \(uid) holds \(String(describing: found)), not \(values)")
                    return 1
                }
            }
            say("ok: \(acknowledged) acknowledged, revision \(revision), \(words)")
            return 0
        } catch {
            say("FAILED: \(error)")
            return 1
        }
    }

    private func note(
        _ step: CrashStep, _ possible: inout [EntityUID: Set<Int?>], isCertain: Bool
    ) {
        let value: Int? = step.verb == .delete ? nil : step.number
        for uid in step.uids {
            if isCertain {
                possible[uid] = [value]
            } else {
                possible[uid, default: [nil]].insert(value)
            }
        }
    }

    private static func number(_ entity: Entity) -> Int {
        for (key, value) in entity.attributes where key == "number" {
            if case .long(let number) = value { return Int(number) }
        }
        return -1
    }

    private func readLines() -> [Substring]? {
        let file = unsafe open(log, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe read(file, $0.baseAddress, $0.count)
            }
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        // A line cut short by the end of its writer says nothing; the next begins a new one.
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
