import BenchSupport
import CedarEngine
import CedarSchema
import CedarSyntax

/// What it takes to make a ruleset of a policy text.
struct CompileTimes {
    /// Seconds of wall time, the least of several times; validation only with a schema.
    var parse: Double
    var validate: Double?
    var compile: Double
    var policies: Int
    /// Bytes of code, constants and index.
    var compiledBytes: Int
    /// Bytes by which the resident memory of the process grew, ids and annotations included.
    var residentBytes: Int

    /// Makes a ruleset several times.
    static func measure(
        _ text: [UInt8], schema: Schema?, repetitions: Int
    ) throws -> (times: CompileTimes, ruleset: Ruleset) {
        let clock = ContinuousClock()
        let validator = schema.map { Validator($0) }
        var best = CompileTimes(
            parse: .infinity, validate: nil, compile: .infinity, policies: 0, compiledBytes: 0,
            residentBytes: 0)
        let before = try Machine.privateBytes()
        var kept: Ruleset?
        for _ in 0..<max(1, repetitions) {
            kept = nil
            let start = clock.now
            let set = try PolicySet.parse(text)
            let parsed = clock.now
            if let validator {
                let findings = validator.validate(set)
                guard findings.isEmpty else {
                    throw BenchError("the policies are not valid against the schema")
                }
            }
            let validated = clock.now
            let ruleset = try Ruleset(set, version: 1)
            let compiled = clock.now
            best.parse = min(best.parse, (parsed - start).nanoseconds / 1e9)
            if validator != nil {
                best.validate = min(
                    best.validate ?? .infinity, (validated - parsed).nanoseconds / 1e9)
            }
            best.compile = min(best.compile, (compiled - validated).nanoseconds / 1e9)
            best.policies = ruleset.policies.count
            best.compiledBytes = ruleset.sizeBytes
            kept = ruleset
        }
        guard let kept else { throw BenchError("nothing was compiled") }
        best.residentBytes = max(0, try Machine.privateBytes() - before)
        return (best, kept)
    }

    /// Reading, validating, compiling and indexing, in seconds.
    var total: Double { parse + (validate ?? 0) + compile }
}
