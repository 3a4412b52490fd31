import CedarSyntax
import JSON
import Scenario
import WritClient

/// Measures how many decisions a second one connection gets, with 64 in flight.
struct DemoLoad {
    let socket: String
    let generator: OpenBankingGenerator
    let requests: Int

    struct Outcome {
        var answered = 0
        var allowed = 0
        var unanswered = 0
        var perSecond = ""
    }

    private static let window = 64

    func run() throws(Failure) -> Outcome {
        let encoded = try encodedRequests()
        var outcome = Outcome()
        do throws(ClientError) {
            var connection = try Connection(path: socket)
            let started = ContinuousClock.now
            var sent = 0
            while sent < requests {
                let batch = min(Self.window, requests - sent)
                for index in sent..<(sent + batch) {
                    try connection.enqueue(encoded[index % encoded.count])
                }
                try connection.flush()
                for _ in 0..<batch {
                    guard case .answers(_, let answers) = try connection.receive() else {
                        throw .malformedResponse("not an answer")
                    }
                    for answer in answers {
                        if answer.cause == .decided {
                            outcome.answered += 1
                        } else {
                            outcome.unanswered += 1
                        }
                        if answer.isAllowed { outcome.allowed += 1 }
                    }
                }
                sent += batch
            }
            let seconds = (ContinuousClock.now - started).seconds
            outcome.perSecond = grouped(Int(Double(requests) / max(seconds, 1e-9)))
        } catch {
            throw Failure("the server gave no answer: \(error.description)")
        }
        return outcome
    }

    private func encodedRequests() throws(Failure) -> [EncodedRequest] {
        var encoded: [EncodedRequest] = []
        for index in 0..<min(requests, 10_000) {
            let request = generator.request(index)
            do {
                let json = ValueJSON(try JSONTape(parsing: request.context))
                encoded.append(
                    try EncodedRequest(
                        TreeRequest(
                            principal: request.principal.uid, action: request.action.uid,
                            resource: request.resource.uid,
                            context: try json.members(json.tape.root))))
            } catch {
                throw Failure("the generator made a bad request: \(error)")
            }
        }
        return encoded
    }
}

extension ScenarioEntity {
    var uid: EntityUID { EntityUID(type: Text(type), id: Text(id)) }
}
