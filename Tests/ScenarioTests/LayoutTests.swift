import Testing

@testable import Scenario

@Suite struct LayoutTests {
    @Test func refusesANegativeSize() async {
        await #expect(processExitsWith: .failure) { _ = Layout(entityCount: -1) }
    }

    @Test(arguments: [0, 1, 63, 64, 2000, 100_000, 10_000_000, 100_000_000])
    func sharedPartsAddUp(_ entityCount: Int) {
        let layout = Layout(entityCount: entityCount)
        let parts = Layout.Part.allCases.map { layout.count(of: $0) }
        #expect(parts.allSatisfy { $0 > 0 })
        #expect(parts.reduce(0, +) == layout.sharedCount)
    }

    @Test func theLeastSizeForRequestsHasAHousehold() {
        let least = OpenBankingGenerator.leastEntitiesForRequests
        #expect(Layout(entityCount: least).households == 1)
    }

    @Test func thirdPartiesFitTheirNetworks() {
        #expect(Layout(entityCount: 1_000_000_000).thirdParties == Layout.mostThirdParties)
        #expect(Layout.mostThirdParties < 0x1_0000)
        #expect((Layout.mostThirdParties + 1) * 16 <= 1 << 22)
    }

    @Test func mostEntitiesBelongToHouseholds() {
        let layout = Layout(entityCount: 100_000)
        #expect(layout.households * Layout.householdSize > 99_000)
    }
}
