import CedarSyntax
import EntityStore
import Foundation
import Testing

/// A workplace with an empty store, and reports for it.
struct PostureWorld {
    let workplace: Workplace

    /// The documents of the vendors.
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Posture").path

    init() throws { workplace = try Workplace() }

    /// What a run of `writ posture ingest --json` counted.
    struct Counts: Decodable, Equatable {
        var reports: Int
        var changed: Int
        var unchanged: Int
        var refused: Int
        var codes: [String: Int] = [:]
        var revision: Int
    }

    func run(_ command: String, _ arguments: [String], input: String = "") throws
        -> WritProgram.Outcome
    {
        try WritProgram.run(
            ["posture", command, "--store", "store"] + arguments, in: workplace,
            input: Array(input.utf8))
    }

    /// Takes reports in; the exit code must say whether any was refused.
    func ingest(
        _ format: String, _ arguments: String..., input: String? = nil
    ) throws -> (counts: Counts, errors: String) {
        let more = input == nil ? [] : ["-"]
        let outcome = try run(
            "ingest", ["--format", format, "--json"] + arguments + more, input: input ?? "")
        let counts = try #require(
            try? JSONDecoder().decode(Counts.self, from: Data(outcome.output.utf8)),
            "\(outcome.output)\(outcome.errors)")
        #expect(outcome.status == (counts.refused == 0 ? 0 : 1))
        #expect(counts.codes.values.reduce(0, +) == counts.refused)
        return (counts, outcome.errors)
    }

    /// The generic format's report; instants are milliseconds since 1970.
    static func report(
        _ device: String, at collectedAt: Int64, _ attributes: String, more: String = ""
    ) -> String {
        #"{"device":"\#(device)","collectedAt":\#(collectedAt),"attributes":{\#(attributes)}\#(more)}"#
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    func device(_ id: String) throws -> Entity? {
        let store = try EntityStore.open(
            at: workplace.path("store"), StoreOptions(readOnly: true))
        return try store.get(EntityUID(type: "Device", id: Text(id)))
    }

    /// A device's attributes in words, bookkeeping as `collectedAt.firewall`.
    func attributes(_ id: String) throws -> [String: String] {
        guard let device = try device(id) else { return [:] }
        var words: [String: String] = [:]
        for (key, value) in device.attributes {
            if case .record(let members) = value {
                for (name, value) in members { words["\(key).\(name)"] = Self.words(value) }
            } else {
                words[key.string] = Self.words(value)
            }
        }
        return words
    }

    /// The attributes that say something of the device itself.
    func facts(_ id: String) throws -> [String: String] {
        try attributes(id).filter { !$0.key.contains(".") }
    }

    private static func words(_ value: Value) -> String {
        switch value {
        case .bool(let value): "\(value)"
        case .long(let value): "\(value)"
        case .string(let value): value.string
        case .datetime(let value): "\(value)"
        case .set(let values): values.map(words).sorted().joined(separator: " ")
        default: "\(value)"
        }
    }
}
