import Testing

@testable import Scenario

@Suite struct OpenBankingGeneratorTests {
    /// The hand-made groups a made-up entity may belong to.
    static let handMadeGroups: Set<String> = [
        "Register::eea", "Register::uk-fca", "Register::de-bafin", "Register::ie-cbi",
        "Segment::retail", "Segment::business", "Segment::bereaved", "Segment::power-of-attorney",
        "Role::customer-support", "Role::audit", "Role::payments-approvers",
        "Role::payments-operations", "Role::third-party-risk",
        "Fleet::laptops", "Fleet::privileged-workstations", "WorkloadGroup::fraud",
    ]

    static func bytes(seed: UInt64, entityCount: Int) -> [UInt8] {
        var generator = OpenBankingGenerator(seed: seed, entityCount: entityCount)
        var bytes: [UInt8] = []
        while generator.next(into: &bytes) {}
        return bytes
    }

    static func lines(seed: UInt64, entityCount: Int) -> [Substring] {
        String(decoding: bytes(seed: seed, entityCount: entityCount), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: true)
    }

    @Test func nothingIsAppendedAfterTheEnd() {
        var generator = OpenBankingGenerator(seed: 1, entityCount: 2)
        var bytes: [UInt8] = [0x2A]
        #expect(generator.next(into: &bytes) && generator.next(into: &bytes))
        let full = bytes
        #expect(!generator.next(into: &bytes) && !generator.next(into: &bytes))
        #expect(bytes == full)
        #expect(bytes.first == 0x2A)
    }

    @Test func anEmptyScenarioHasNoEntities() {
        #expect(Self.bytes(seed: 1, entityCount: 0).isEmpty)
    }

    @Test func eachCallAppendsOneLine() {
        var generator = OpenBankingGenerator(seed: 3, entityCount: 500)
        var bytes: [UInt8] = []
        while true {
            bytes.removeAll(keepingCapacity: true)
            guard generator.next(into: &bytes) else { break }
            #expect(bytes.last == UInt8(ascii: "\n"))
            #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
            #expect(bytes.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
            #expect(isOneObject(String(decoding: bytes.dropLast(), as: UTF8.self)[...]))
        }
    }

    @Test(arguments: [1, 2, 46, 47, 48, 62, 63, 64, 65, 80, 333, 2000, 12_000])
    func everyReferenceIsToAnEarlierEntityOrAHandMadeGroup(_ entityCount: Int) {
        let lines = Self.lines(seed: 5, entityCount: entityCount)
        #expect(lines.count == entityCount)
        var seen: Set<String> = []
        for line in lines.map({ EntityLine($0) }) {
            #expect(line.uid.contains("::gen-"))
            for reference in line.references {
                #expect(
                    seen.contains(reference) || Self.handMadeGroups.contains(reference),
                    "\(line.uid) refers to \(reference)")
            }
            #expect(seen.insert(line.uid).inserted, "\(line.uid) comes twice")
        }
    }

    @Test func everyHandMadeGroupIsUsed() {
        let references = Self.lines(seed: 5, entityCount: 2000).flatMap {
            EntityLine($0).references
        }
        #expect(Self.handMadeGroups.isSubset(of: references))
    }

    @Test func theSameSeedMakesTheSameBytes() {
        let bytes = Self.bytes(seed: 11, entityCount: 3000)
        #expect(bytes == Self.bytes(seed: 11, entityCount: 3000))
        #expect(bytes != Self.bytes(seed: 12, entityCount: 3000))
    }

    /// Recorded figures of benchmarks name a seed: its bytes must not change unnoticed.
    @Test func theBytesOfASeedArePinned() {
        #expect(fingerprint(Self.bytes(seed: 1, entityCount: 1000)) == 285_401_886_180_791_815)
    }

    @Test func thirdPartiesOfConsentsHaveTheRightRole() {
        let generator = OpenBankingGenerator(seed: 9, entityCount: 20_000)
        for index in 0..<generator.layout.households {
            let customer = generator.customer(index)
            #expect(
                generator.thirdParty(customer.readingThirdParty).roles != .paymentInitiation)
            #expect(
                generator.thirdParty(customer.payingThirdParty).roles != .accountInformation)
        }
    }
}
