import CedarSyntax
import EntityStore
import WritClient

/// One person, one device, one question, while things happen to the device.
struct DemoRevocation {
    let store: EntityStore
    /// A test that a healthy device is allowed by.
    let test: PolicyTest

    /// How long after the test the device is asked for again without having reported.
    private static let silence: Int64 = 15 * 60_000

    /// Asks and shows each answer.
    ///
    /// - Returns: how many steps there are, and in how many the answer was as it must be.
    func show(
        _ service: ScenarioService, _ reasons: PolicyReasons
    ) throws(Failure) -> (steps: Int, agreeing: Int) {
        guard let question = try service.questions([test]).first,
            let verified = test.request.context.first(where: { $0.key == "verified" }),
            case .record(let facts) = verified.value,
            case .entity(let device)? = facts.first(where: { $0.key == "device" })?.value,
            case .record(let tls)? = facts.first(where: { $0.key == "tls" })?.value,
            case .string(let thumbprint)? = tls.first(where: { $0.key == "thumbprint" })?.value
        else { throw Failure("the test “\(test.name)” has no device with a certificate") }
        let later = DateTime(milliseconds: question.instant + Self.silence)
        var agreeing = 0
        do throws(ClientError) {
            var connection = try Connection(path: service.socket)
            func step(
                _ words: String, _ delay: Int64, _ isExpected: (Answer) -> Bool
            ) throws(ClientError) {
                let answer = try service.ask(question, afterMilliseconds: delay, &connection)
                let agrees = isExpected(answer)
                if agrees { agreeing += 1 }
                DemoQuestions.show(
                    answer, agrees: agrees, time: nil, words, reasons.sentence(answer))
            }
            try step("a healthy device", 0) { $0.isAllowed }
            try step("the same, silent for a quarter of an hour", Self.silence) {
                !$0.isAllowed && $0.reasons == ["device-posture-stale"]
            }
            try change { (store) throws(StoreError) in
                try store.patch([
                    EntityPatch(
                        uid: device, attributes: [("lastSeen", .datetime(later))])
                ])
            }
            try step("it has reported again", Self.silence) { $0.isAllowed }
            try change { (store) throws(StoreError) in
                try store.restrict([
                    Restriction(
                        .thumbprint(thumbprint), .revoked, reason: "key-compromise", since: later)
                ])
            }
            try step("its certificate is revoked", Self.silence) {
                !$0.isAllowed && $0.cause == .quarantined
            }
        } catch {
            throw Failure("the server gave no answer: \(error.description)")
        }
        return (4, agreeing)
    }

    private func change(
        _ change: (EntityStore) throws(StoreError) -> UInt64
    ) throws(ClientError) {
        do throws(StoreError) {
            _ = try change(store)
        } catch {
            throw .invalidRequest(error.description)
        }
    }
}
