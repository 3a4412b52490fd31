import DecisionPoint
import Gateway
import Routes
import Testing

@Suite struct DenialTests {
    @Test(arguments: Refusal.allCases)
    func noRefusalIsASuccess(_ refusal: Refusal) {
        #expect((400...599).contains(Denial(refusal).code.rawValue))
    }

    @Test func onlyIdentitiesAreChallenged() {
        let challenged = Refusal.allCases.filter { Denial($0).code == .unauthenticated }
        #expect(challenged == [.identityRejected])
        let unavailable = Refusal.allCases.filter { Denial($0).code == .unavailable }
        #expect(
            unavailable == [.staleRevision, .noPolicies, .storeUnavailable, .deadline])
    }

    @Test(arguments: RequestRefusal.Kind.allCases)
    func requestsThatAskNothingAreForbidden(_ kind: RequestRefusal.Kind) {
        #expect(Denial(RequestRefusal(kind)).code == .forbidden)
    }
}
