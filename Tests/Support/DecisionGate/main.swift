import CAllocationCount
import CedarEngine
import TypicalDecisions

// Decides typical requests many times: `decision-gate [INDEX] [COUNT]`. Ends with 1 when a warm
// decision, or a check against a schema, allocates or is wrong. With an index and under `valgrind --tool=callgrind
// --toggle-collect='*authorize*'` it gives the instructions of one decision.

let arguments = CommandLine.arguments.dropFirst().map { Int($0) }
let chosen = arguments.first ?? nil
let count = (arguments.dropFirst().first ?? nil) ?? 100_000
var hasFailed = false

for (index, typical) in try TypicalDecision.all().enumerated()
where chosen == nil || chosen == index {
    var workspace = Workspace()
    let view = typical.ruleset.view
    func decide(_ times: Int) -> Int {
        var right = 0
        for _ in 0..<times {
            let verdict = view.authorize(
                typical.request, entities: typical.entities, errors: .strict,
                workspace: &workspace)
            if verdict == typical.expected { right += 1 }
        }
        return right
    }
    _ = decide(10)
    let before = allocation_count()
    let start = ContinuousClock.now
    let right = decide(count)
    let elapsed = ContinuousClock.now - start
    let allocations = allocation_count() - before
    print("\(typical): \(elapsed / count), \(allocations) allocations, \(right)/\(count) right")
    hasFailed = hasFailed || allocations != 0 || right != count
}
if chosen == nil {
    let typical = try TypicalSchema()
    let view = typical.schema.view
    func check(_ times: Int) -> Int {
        var right = 0
        for _ in 0..<times where view.allows(typical.request) { right += 1 }
        return right
    }
    _ = check(10)
    let before = allocation_count()
    let start = ContinuousClock.now
    let right = check(count)
    let elapsed = ContinuousClock.now - start
    let allocations = allocation_count() - before
    print("schema: \(elapsed / count), \(allocations) allocations, \(right)/\(count) right")
    hasFailed = hasFailed || allocations != 0 || right != count
    withExtendedLifetime(typical) {}
}
if hasFailed { fatalError("a warm decision allocates or is wrong") }
