import SPOE
import SPOP
import SPOPTestSupport
import Testing

/// Questions that are none are denied, each with its code; nothing of them is decided.
@Suite struct CheckQuestionTests {
    private func answer(_ payload: [UInt8]) -> (variables: [String: AgentSays.Value], asked: String)
    {
        var line = Line()
        _ = line.greet()
        let said = line.say(Forge(payload: payload).frame(3, stream: 9, frame: 2))
        guard said.count == 1, case .answer(9, 2, let variables) = said[0] else {
            return ([:], "\(said)")
        }
        return (variables, line.script.asked.joined(separator: " "))
    }

    private func expectDenied(
        _ payload: [UInt8], _ code: String, at place: SourceLocation = #_sourceLocation
    ) {
        let (variables, asked) = answer(payload)
        #expect(asked == code, sourceLocation: place)
        #expect(variables["allow"] == .flag(false), sourceLocation: place)
        #expect(variables["status"] == .number(403), sourceLocation: place)
        #expect(variables["decision_id"] == .text("0123456789abcdef"), sourceLocation: place)
    }

    private func expectDenied(
        _ question: ForgedQuestion, _ code: String, at place: SourceLocation = #_sourceLocation
    ) {
        expectDenied(question.payload, code, at: place)
    }

    @Test func oneMessageIsAsked() {
        let whole = ForgedQuestion().payload
        expectDenied([], "message-missing")
        expectDenied(whole + whole, "message-duplicated")
        expectDenied(whole + [1, 0x61, 0], "message-duplicated")
        var other = ForgedQuestion()
        for name in ["check-reques", "check-request2", "Check-Request", ""] {
            other.message = name
            expectDenied(other, "message-unknown")
        }
    }

    @Test(arguments: ["method", "path", "headers", "source"])
    func whatIsNeededIsThere(_ name: String) {
        var question = ForgedQuestion()
        question[name] = .null
        expectDenied(question, "\(name)-missing")
        question[name] = nil
        expectDenied(question, "\(name)-missing")
    }

    @Test(arguments: ["method", "path", "headers", "source", "certificate"])
    func argumentsStandThereOnce(_ name: String) throws {
        var question = ForgedQuestion()
        let value = try #require(question[name])
        question.arguments.append((name, value))
        expectDenied(question, "argument-duplicated")
        question.arguments.removeLast()
        question.arguments.append((name, .null))
        expectDenied(question, "argument-duplicated")
    }

    @Test(arguments: ["certificat", "Method", "", "host", "paths", "start "])
    func argumentsThatAreNotKnownAreDenied(_ name: String) {
        var question = ForgedQuestion()
        question.arguments.append((name, .null))
        expectDenied(question, "argument-unknown")
    }

    @Test func argumentsHaveTheirType() {
        for (name, values) in [
            ("method", [.binary([0x47]), .signed(1), .flag(true), .ipv4([1, 2, 3, 4])]),
            ("path", [.binary([0x2F]), .signed(1)]),
            ("headers", [.text("host"), .signed(1), .flag(false)]),
            ("source", [.text("127.0.0.1"), .binary([127, 0, 0, 1]), .signed(1)]),
            ("certificate", [.text("x"), .binary([]), .flag(true)]),
            ("issuers", [.text("x"), .binary([]), .flag(true)]),
            ("start", [.text("1"), .binary([1]), .flag(true)]),
        ] as [(String, [ForgedQuestion.Value])] {
            for value in values {
                var question = ForgedQuestion()
                question[name] = value
                expectDenied(question, "argument-mistyped")
            }
        }
    }

    @Test func issuersAreThoseOfACertificate() {
        var question = ForgedQuestion(certificate: [1])
        question["issuers"] = .binary([2])
        #expect(answer(question.payload).asked == "/payments/7")
        question["certificate"] = .null
        expectDenied(question, "certificate-missing")
        question["certificate"] = nil
        expectDenied(question, "certificate-missing")
        question["issuers"] = .null
        #expect(answer(question.payload).asked == "/payments/7")
    }

    @Test func aWholeQuestionIsAsked() {
        #expect(answer(ForgedQuestion().payload).asked == "/payments/7")
        var question = ForgedQuestion(certificate: [1, 2])
        question["start"] = .signed(-1)
        question["source"] = .ipv6([UInt8](0..<16))
        #expect(answer(question.payload).asked == "/payments/7")
        question["certificate"] = nil
        question.arguments.reverse()
        #expect(answer(question.payload).variables["allow"] == .flag(true))
    }

    @Test func everyRefusalHasACodeOfItsOwn() {
        let codes = CheckRefusal.allCases.map(\.code)
        #expect(Set(codes).count == codes.count)
    }
}
