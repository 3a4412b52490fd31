import CedarEngine
import CedarSyntax
import DecisionPoint
import Testing

@Suite("RulesetPublisher")
struct RulesetPublisherTests {
    private func ruleset(_ version: UInt64) throws -> Ruleset {
        try Ruleset(
            PolicySet.parse(Array("permit (principal, action, resource);".utf8)), version: version)
    }

    @Test("A replaced ruleset is kept as long as it is held, and freed by who asks")
    func replaced() throws {
        let publisher = RulesetPublisher(try ruleset(1))
        weak let first = publisher.load().ruleset
        var held: Ruleset? = publisher.load().ruleset
        publisher.publish(try ruleset(2))
        #expect(publisher.freeUnused() == 1)
        #expect(held?.version == 1)
        // Letting go frees nothing: a deciding thread has other things to do.
        held = nil
        #expect(first != nil)
        #expect(publisher.freeUnused() == 0)
        #expect(first == nil)
        #expect(publisher.load().ruleset.version == 2)
    }

    @Test("What nobody holds any more is freed by the next that is published")
    func next() throws {
        let publisher = RulesetPublisher(try ruleset(1))
        for version in 2...10 as ClosedRange<UInt64> { publisher.publish(try ruleset(version)) }
        #expect(publisher.freeUnused() == 0)
        let (last, epoch) = publisher.load()
        #expect(last.version == 10)
        #expect(epoch == 10)
    }
}
