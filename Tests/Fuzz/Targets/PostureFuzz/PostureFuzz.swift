import CedarSyntax
import JSON
import Posture

/// Reads any bytes as reports: the first byte chooses the format, or a mapping.
///
/// Traps when an error points outside of the document, when a report is without a device or beyond
/// the limits, and when to take a report twice is not to take it once.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPosture(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let source = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = source.first else { return 0 }
    let document = Array(source.dropFirst())
    let formats = PostureFormat.allCases
    let choice = Int(first) % (formats.count + 1)
    guard choice < formats.count else {
        _ = try? PostureMapping(parsing: document)
        return 0
    }
    var tape = PostureReader.makeTape()
    do throws(PostureError) {
        let outcomes = try PostureReader(formats[choice]).read(
            document, &tape, receivedAt: 1_795_262_400_000)
        for outcome in outcomes {
            switch outcome {
            case .success(let report): check(report)
            case .failure(let error): check(error, document)
            }
        }
    } catch {
        check(error, document)
    }
    return 0
}

private func check(_ error: PostureError, _ document: [UInt8]) {
    precondition(0...document.count ~= error.offset, "an error beyond the document")
    precondition(!error.message.isEmpty)
}

private func check(_ report: PostureReport) {
    precondition(!report.device.isEmpty, "a report of no device")
    precondition(report.device.utf8.count <= PostureLimits.maximumTextBytes)
    let merge = PostureMerge()
    let device = Entity(uid: EntityUID(type: "Device", id: report.device))
    guard let merged = merge.applied(report, to: device) else { return }
    precondition(merge.applied(report, to: merged) == nil, "a replay changes something")
    for fact in report.facts {
        guard case .long(let score) = fact.reading else { continue }
        precondition((0...100).contains(score), "a score outside of its range")
    }
}
