import Testing

@testable import Scenario

@Suite struct ScenarioRequestTests {
    @Test func refusesAScenarioWithoutAHousehold() async {
        await #expect(processExitsWith: .failure) {
            let least = OpenBankingGenerator.leastEntitiesForRequests
            _ = OpenBankingGenerator(seed: 1, entityCount: least - 2).request(0)
        }
    }

    @Test func refusesANegativeNumber() async {
        await #expect(processExitsWith: .failure) {
            _ = OpenBankingGenerator(seed: 1, entityCount: 100).request(-1)
        }
    }

    @Test(arguments: [OpenBankingGenerator.leastEntitiesForRequests, 65, 2000, 12_000])
    func everyRequestNamesEntitiesThatExist(_ entityCount: Int) {
        let generator = OpenBankingGenerator(seed: 5, entityCount: entityCount)
        let known = Set(
            OpenBankingGeneratorTests.lines(seed: 5, entityCount: entityCount).map {
                EntityLine($0).uid
            })
        for index in 0..<2000 {
            let request = generator.request(index)
            let context = String(decoding: request.context, as: UTF8.self)
            #expect(isOneObject(context[...]), "\(context)")
            let named =
                [request.principal, request.resource].map { "\($0.type)::\($0.id)" }
                + entityNames(in: context[...])
            for name in named {
                #expect(known.contains(name) || name == "Workload::ledger", "\(name)")
            }
            #expect(request.action.type == "Action")
        }
    }

    @Test func theSameNumberMakesTheSameRequest() {
        let generator = OpenBankingGenerator(seed: 5, entityCount: 5000)
        var used = generator
        var bytes: [UInt8] = []
        while used.next(into: &bytes) {}
        for index in 0..<200 {
            #expect(generator.request(index) == used.request(index))
        }
        #expect(generator.request(0) != generator.request(1))
    }

    @Test func everyKindOfPrincipalAndActionComesUp() {
        let generator = OpenBankingGenerator(seed: 5, entityCount: 5000)
        let requests = (0..<2000).map { generator.request($0) }
        #expect(
            Set(requests.map(\.principal.type)) == ["ThirdParty", "Customer", "Staff", "Workload"])
        #expect(
            Set(requests.map(\.action.id)) == [
                "listAccounts", "readBalances", "readTransactions", "initiatePayment",
                "cancelPayment", "holdPayment", "releasePayment", "settlePayment",
            ])
    }

    @Test func theRequestsOfASeedArePinned() {
        let generator = OpenBankingGenerator(seed: 1, entityCount: 1000)
        var bytes: [UInt8] = []
        for index in 0..<200 {
            let request = generator.request(index)
            for entity in [request.principal, request.action, request.resource] {
                bytes += Array("\(entity.type)::\(entity.id)\n".utf8)
            }
            bytes += request.context
        }
        #expect(fingerprint(bytes) == 16_813_018_215_730_096_605)
    }
}
