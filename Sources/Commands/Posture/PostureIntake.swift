import CedarSchema
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON
import Posture
import Synchronization

/// Takes documents of reports, merges each report into its device, and counts what came of them.
final class PostureIntake: Sendable {
    /// What came of reports.
    struct Counts: Sendable {
        var reports = 0
        var changed = 0
        var unchanged = 0
        var refused: [String: Int] = [:]
        var revision: UInt64 = 0

        var refusedTotal: Int { refused.values.reduce(0, +) }
    }

    private struct State {
        var counts = Counts()
        var pending = 0
    }

    let reader: PostureReader
    let merge: PostureMerge
    let deviceType: Text
    let createsDevices: Bool
    let usesSerials: Bool
    private let writer: GroupWriter
    /// Whether what is refused is told as JSON.
    private let reportsJSON: Bool
    private let state = Mutex(State())

    init(
        _ store: EntityStore, _ conformance: EntityConformance?, reader: PostureReader,
        merge: PostureMerge, deviceType: Text, createsDevices: Bool, usesSerials: Bool,
        reportsJSON: Bool = false
    ) throws(StoreError) {
        self.reportsJSON = reportsJSON
        self.reader = reader
        self.merge = merge
        self.deviceType = deviceType
        self.createsDevices = createsDevices
        self.usesSerials = usesSerials
        writer = try GroupWriter(
            store, conformingTo: conformance,
            GroupBounds(maximumChanges: 2048, maximumWaiting: 8192))
    }

    var counts: Counts { state.withLock { $0.counts } }

    /// Waits until all is on disk.
    func finish() { writer.close() }

    /// Whether all that was taken is answered.
    var isSettled: Bool { state.withLock { $0.pending == 0 } }

    /// Takes one document.
    ///
    /// - Parameter place: where it comes from, for messages.
    func take(_ document: [UInt8], _ tape: inout JSONTape, place: String) {
        let now = DecisionClock.realTime()
        do throws(PostureError) {
            for outcome in try reader.read(document, &tape, receivedAt: now) {
                do throws(PostureError) {
                    try submit(try outcome.get(), now, place)
                } catch {
                    refuse(error, place)
                }
            }
        } catch {
            refuse(error, place)
        }
    }

    /// Counts a document that is not even read.
    func refuse(_ error: PostureError, _ place: String) {
        state.withLock {
            $0.counts.reports += 1
            $0.counts.refused[error.code.rawValue, default: 0] += 1
        }
        tell("\(place), byte \(error.offset + 1): \(error)")
    }

    private func submit(
        _ report: PostureReport, _ now: Int64, _ place: String
    ) throws(PostureError) {
        try merge.require(report, notAfter: now)
        var id = report.device
        if usesSerials {
            guard let serial = report.serial else {
                throw PostureError(
                    .deviceMissing, "the report has no serial number", at: report.offset)
            }
            id = serial
        }
        let uid = EntityUID(type: deviceType, id: id)
        let turn = Turn()
        let (merge, createsDevices) = (merge, createsDevices)
        state.withLock { $0.pending += 1 }
        writer.submit(
            .update(uid) { (entity) throws(StoreError) in
                guard let entity = entity ?? (createsDevices ? Entity(uid: uid) : nil) else {
                    throw StoreError(
                        .notFound, "take a report", "there is no `\(uid)` in the store")
                }
                let changed = merge.applied(report, to: entity)
                turn.isChanged.store(changed != nil, ordering: .relaxed)
                return changed
            }
        ) { [self] result in
            answer(result, turn.isChanged.load(ordering: .relaxed), report, place)
        }
    }

    private func answer(
        _ result: Result<UInt64, StoreError>, _ isChanged: Bool, _ report: PostureReport,
        _ place: String
    ) {
        var message: String?
        state.withLock { state in
            state.pending -= 1
            state.counts.reports += 1
            switch result {
            case .success(let revision):
                state.counts.revision = revision
                if isChanged {
                    state.counts.changed += 1
                } else {
                    state.counts.unchanged += 1
                }
            case .failure(let error):
                var code = "storeRefused"
                if case .notFound = error.code { code = PostureError.Code.unknownDevice.rawValue }
                state.counts.refused[code, default: 0] += 1
                message = "\(code): \(error.message)"
            }
        }
        if let message { tell("\(place), byte \(report.offset + 1): \(message)") }
    }

    /// Tells what could not be taken.
    func tell(_ message: String) {
        printError(reportsJSON ? Failure(message).rendered(.json) : message)
    }
}

/// One report's way through the writer.
private final class Turn: Sendable {
    let isChanged = Atomic<Bool>(false)
}
