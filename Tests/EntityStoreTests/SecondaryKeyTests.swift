import CedarEngine
import CedarSyntax
import Testing

@testable import EntityStore

private let first = String(repeating: "0a", count: 32)
private let second = String(repeating: "0b", count: 32)

@Suite struct SecondaryKeyTests {
    private func device(
        _ id: String, _ thumbprints: [String] = [], certificate: [String] = [],
        token: [String] = []
    ) -> Entity {
        func set(_ keys: [String]) -> Value { .set(keys.map { .string(Text($0)) }) }
        let bound: [(key: Text, value: Value)] = [
            ("certificateThumbprints", set(thumbprints)),
            ("certificateDeviceIds", set(certificate)), ("tokenDeviceIds", set(token)),
        ]
        return Entity(
            uid: uid(id, "Device"), attributes: [(key: "boundTo", value: .record(bound))])
    }

    private func find(
        _ store: EntityStore, _ key: DeviceKey, _ value: String
    ) throws -> String? {
        var reader = try store.makeReader(cacheBytes: 1 << 20)
        try reader.begin()
        switch reader.device(by: key, Array(value.utf8).span) {
        case .found(let uid): return uid.uid.id.string
        case .absent: return nil
        case .failed:
            Issue.record("the lookup failed")
            return nil
        }
    }

    @Test func leadsToItsDeviceUnderItsKindAlone() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([device("d1", [first], certificate: ["c"], token: ["t"])])
        #expect(try find(store, .certificateThumbprint, first) == "d1")
        #expect(try find(store, .certificateDeviceID, "c") == "d1")
        #expect(try find(store, .tokenDeviceID, "t") == "d1")
        #expect(try find(store, .tokenDeviceID, "c") == nil)
        #expect(try find(store, .certificateDeviceID, "d1") == nil)
        #expect(try find(store, .certificateDeviceID, "") == nil)
        #expect(
            try find(store, .tokenDeviceID, String(repeating: "x", count: 100_000)) == nil)
        try store.requireClean()
    }

    @Test func aSecondDeviceCannotClaimIt() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        try store.put([device("d1", [first])])
        let error = try refusal { try store.put([device("d2", [first]), device("d3")]) }
        #expect(error.message.contains("it is that of `Device::\"d1\"`"))
        #expect(try store.get(uid("d3", "Device")) == nil)
        // Nor can two in one change.
        _ = try refusal { try store.put([device("d4", [second]), device("d5", [second])]) }
        #expect(try find(store, .certificateThumbprint, second) == nil)
        try store.requireClean()
    }

    @Test func passesFromOneDeviceToAnotherInOneChange() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        for (from, to) in [("a", "b"), ("b", "a")] {
            try store.put([device(from, [first]), device(to)])
            try store.put([device(from), device(to, [first])])
            #expect(try find(store, .certificateThumbprint, first) == to)
            try store.requireClean()
        }
    }

    @Test(arguments: [0, 15, UInt64.max])
    func goesWithItsDeviceAlsoWhenHashesCollide(mask: UInt64) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory) { $0.keyMask = mask }
        let devices = (0..<20).map { device("d\($0)", certificate: ["c\($0)", "e\($0)"]) }
        try store.put(devices)
        for index in 0..<20 {
            #expect(try find(store, .certificateDeviceID, "e\(index)") == "d\(index)")
        }
        try store.put([device("d3", certificate: ["e3"])])
        #expect(try find(store, .certificateDeviceID, "c3") == nil)
        try store.delete([uid("d4", "Device")])
        #expect(try find(store, .certificateDeviceID, "e4") == nil)
        #expect(try find(store, .certificateDeviceID, "e3") == "d3")
        try store.requireClean()
    }

    @Test(arguments: [
        String(repeating: "0A", count: 32), String(repeating: "0a", count: 31), "", "xyz",
        String(repeating: "0g", count: 32), first + "0",
    ])
    func refusesAThumbprintThatIsNone(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let error = try refusal { try store.put([device("d1", [text])]) }
        guard case .badEntity = error.code else { throw error }
        #expect(try store.revision == 0)
    }

    @Test func holdsAsLongAndAsManyAsTheLimitsSay() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let longest = String(repeating: "k", count: SecondaryKeys.maximumBytes)
        try store.put([device("d1", certificate: [longest])])
        #expect(try find(store, .certificateDeviceID, longest) == "d1")
        _ = try refusal { try store.put([device("d2", certificate: [longest + "k"])]) }
        let most = (0..<SecondaryKeys.maximumCount).map { "k\($0)" }
        try store.put([device("d3", certificate: most)])
        _ = try refusal { try store.put([device("d4", certificate: most, token: ["one"])]) }
    }

    @Test func isImportedAndExportedWithItsDevice() throws {
        let directory = try TemporaryDirectory()
        let store = try EntityStore.make(directory)
        let text = """
            {"uid":{"type":"Device","id":"d1"},"attrs":{"boundTo":{"tokenDeviceIds":["t1"]}},\
            "parents":[]}
            """
        _ = try store.importText(text, directory)
        #expect(try find(store, .tokenDeviceID, "t1") == "d1")
        #expect(try store.exportText().contains("t1"))
        try store.requireClean()
    }
}
