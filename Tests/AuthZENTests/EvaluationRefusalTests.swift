import AuthZEN
import Testing

/// A request that is refused, and the words that say why.
struct RefusedRow: CustomTestStringConvertible, Sendable {
    let operation: AuthZENOperation
    let body: String
    let message: String

    init(_ operation: AuthZENOperation, _ body: String, _ message: String) {
        self.operation = operation
        self.body = body
        self.message = message
    }

    var testDescription: String { "\(operation) \(body.prefix(60))" }
}

@Suite("AuthZENService, refusals")
struct EvaluationRefusalTests {
    private static let s = #""subject":{"type":"user","id":"alice"}"#
    private static let a = #""action":{"name":"read"}"#
    private static let r = #""resource":{"type":"record","id":"record-1"}"#

    static let bodies: [(body: String, message: String)] = [
        ("", "the body is empty: send a JSON object"),
        ("[]", "the body must be a JSON object"),
        ("null", "the body must be a JSON object"),
        ("{\(a),\(r)}", "`subject` is missing"),
        ("{\(s),\(r)}", "`action` is missing"),
        ("{\(s),\(a)}", "`resource` is missing"),
        (#"{"subject":"alice",\#(a),\#(r)}"#, "`subject` must be an object"),
        (#"{"subject":null,\#(a),\#(r)}"#, "`subject` must be an object"),
        (#"{"subject":{"id":"alice"},\#(a),\#(r)}"#, "`subject.type` is missing"),
        (#"{"subject":{"type":"user"},\#(a),\#(r)}"#, "`subject.id` is missing"),
        (#"{"subject":{"type":"user","id":7},\#(a),\#(r)}"#, "`subject.id` must be a string"),
        (#"{"subject":{"type":[],"id":"x"},\#(a),\#(r)}"#, "`subject.type` must be a string"),
        (#"{\#(s),"action":{},\#(r)}"#, "`action.name` is missing"),
        (#"{\#(s),"action":{"name":123},\#(r)}"#, "`action.name` must be a string"),
        (#"{\#(s),"action":"read",\#(r)}"#, "`action` must be an object"),
        (#"{\#(s),\#(a),"resource":{"id":"record-1"}}"#, "`resource.type` is missing"),
        (#"{\#(s),\#(a),"resource":{"type":"record"}}"#, "`resource.id` is missing"),
        (#"{\#(s),\#(a),\#(r),"context":[]}"#, "`context` must be an object"),
        (
            #"{"subject":{"type":"user","id":"a","properties":7},\#(a),\#(r)}"#,
            "`subject.properties` must be an object"
        ),
        (
            #"{\#(s),"action":{"name":"read","properties":""},\#(r)}"#,
            "`action.properties` must be an object"
        ),
        (
            #"{"subject":{"type":"user","id":"a"},\#(a),\#(r),"context":{"x":{"y":[null]}}}"#,
            "`context.x.y.0`: null is no Cedar value: leave the member out instead"
        ),
        (
            #"{\#(s),\#(a),\#(r),"context":{"verified":{}}}"#,
            "`context.verified` is filled by the decision point: leave it out"
        ),
        (
            #"{\#(s),\#(a),\#(r),"context":{"action":{}}}"#,
            "`context.action` holds the properties of the action: send them as `action.properties`"
        ),
    ]

    @Test(
        "A bad question is refused with 400 and its reason", arguments: bodies,
        [AuthZENOperation.evaluation, .evaluations])
    func bad(_ row: (body: String, message: String), _ operation: AuthZENOperation) throws {
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service()
        let reply = service.answer(operation, row.body)
        #expect(reply.status == 400)
        #expect(reply.text == row.message)
        #expect(reply.allowed == 0)
    }

    static let rows: [RefusedRow] = [
        .init(.evaluation, "{\"subject\":", "the body is no valid JSON: "),
        .init(.evaluation, "{\(s),\(s),\(a),\(r)}", "already has a member of this name"),
        .init(.evaluation, "\u{FEFF}{}", "byte order mark"),
        .init(.evaluation, "{} x", "follows the value"),
        .init(.evaluation, #"{"x":"\ud800"}"#, "surrogate"),
        .init(
            .evaluation, #"{\#(s),\#(a),\#(r),"context":{"x":1.5}}"#,
            "`context.x`: a number with a fraction is no Cedar value: send an integer of a smaller "
                + #"unit, or `{"__extn": {"fn": "decimal", "arg": "1.5"}}`"#),
        .init(
            .evaluation,
            #"{"x":"# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}",
            "nest deeper than the limit of 64"),
        .init(.evaluations, #"{\#(s),\#(a),\#(r),"evaluations":{}}"#, "must be an array"),
        .init(.evaluations, #"{\#(s),\#(a),\#(r),"options":[]}"#, "`options` must be an object"),
        .init(
            .evaluations,
            #"{\#(s),\#(a),"options":{"evaluations_semantic":"first"},"evaluations":[{\#(r)}]}"#,
            "`options.evaluations_semantic` must be"),
        .init(
            .evaluations,
            #"{\#(s),\#(a),"options":{"evaluations_semantic":null},"evaluations":[{\#(r)}]}"#,
            "`options.evaluations_semantic` must be"),
        .init(
            .evaluations, #"{"subject":"x",\#(a),"evaluations":[{\#(r)}]}"#,
            "`subject` must be an object"),
        .init(.subjectSearch, "{\(a),\(r)}", "`subject` is missing"),
        .init(.subjectSearch, #"{"subject":{},\#(a),\#(r)}"#, "`subject.type` is missing"),
        .init(.subjectSearch, #"{"subject":{"type":"user"},\#(r)}"#, "`action` is missing"),
        .init(.subjectSearch, #"{"subject":{"type":"user"},\#(a)}"#, "`resource` is missing"),
        .init(
            .subjectSearch, #"{"subject":{"type":"user"},\#(a),"resource":{"type":"record"}}"#,
            "`resource.id` is missing"),
        .init(.resourceSearch, "{\(a),\"resource\":{\"type\":\"record\"}}", "`subject` is missing"),
        .init(
            .resourceSearch, #"{"subject":{"type":"user"},\#(a),"resource":{"type":"record"}}"#,
            "`subject.id` is missing"),
        .init(.actionSearch, "{\(s)}", "`resource` is missing"),
        .init(
            .actionSearch, #"{"subject":{"type":"user"},\#(r)}"#, "`subject.id` is missing"),
        .init(.actionSearch, #"{\#(s),\#(r),"page":7}"#, "`page` must be an object"),
        .init(.actionSearch, #"{\#(s),\#(r),"page":{"token":7}}"#, "`page.token` must be"),
        .init(.actionSearch, #"{\#(s),\#(r),"page":{"limit":-1}}"#, "`page.limit` must be"),
        .init(.actionSearch, #"{\#(s),\#(r),"page":{"limit":"1"}}"#, "`page.limit` must be"),
        .init(.actionSearch, #"{\#(s),\#(r),"page":{"limit":1.5}}"#, "`page.limit` must be"),
        .init(.actionSearch, #"{\#(s),\#(r),"page":{"token":"x"}}"#, "`page.token` is not valid"),
    ]

    @Test("A bad request is refused with 400 and its reason", arguments: rows)
    func refused(_ row: RefusedRow) throws {
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service()
        let reply = service.answer(row.operation, row.body)
        #expect(reply.status == 400)
        #expect(reply.text.contains(row.message), "\(reply.text)")
        #expect(!reply.text.contains("\"decision\""))
    }

    @Test("The body's limits hold at the limit and beyond")
    func limits() throws {
        let workplace = try Workplace(scenario: "certification")
        let body = "{\(Self.s),\(Self.a),\(Self.r)}"
        for spare in [0, 1] {
            var service = try workplace.service {
                $0.limits.maximumBodyBytes = body.utf8.count - spare
            }
            #expect(service.answer(.evaluation, body).status == (spare == 0 ? 200 : 400))
        }
        let item = "{\(Self.r)}"
        for count in [3, 4] {
            var service = try workplace.service { $0.limits.maximumEvaluations = 3 }
            let items = Array(repeating: item, count: count).joined(separator: ",")
            let reply = service.answer(
                .evaluations, "{\(Self.s),\(Self.a),\"evaluations\":[\(items)]}")
            #expect(reply.status == (count == 3 ? 200 : 400), "\(reply.text)")
        }
    }

    @Test("Defaults count for each item that takes them")
    func defaults() throws {
        let workplace = try Workplace(scenario: "certification")
        let subject = #"{"type":"user","id":"alice"}"#
        let context = #"{"note":"\#(String(repeating: "x", count: 100))"}"#
        let own = #"{"subject":\#(subject),"context":{}}"#
        // The first two take both, the third takes neither.
        let body =
            "{\(Self.s),\(Self.a),\(Self.r),\"context\":\(context),\"evaluations\":[{},{},\(own)]}"
        let action = Self.a.utf8.count - #""action":"#.utf8.count
        let resource = Self.r.utf8.count - #""resource":"#.utf8.count
        let bytes =
            2 * (Self.s.utf8.count - #""subject":"#.utf8.count + context.utf8.count)
            + 3 * (action + resource)
        for spare in [0, 1] {
            var service = try workplace.service { $0.limits.maximumDefaultBytes = bytes - spare }
            let reply = service.answer(.evaluations, body)
            #expect(reply.status == (spare == 0 ? 200 : 400), "\(bytes) \(reply.text)")
        }
        var lenient = try workplace.service {
            $0.defaults = .merging
            $0.limits.maximumDefaultBytes = bytes
        }
        #expect(lenient.answer(.evaluations, body).status == 400)
    }

    @Test("A store that cannot be read is no decision, and an empty policy set denies")
    func noPolicies() throws {
        let workplace = try Workplace(policies: "")
        var service = try workplace.service { $0.namesPolicies = true }
        let reply = service.answer(.evaluation, "{\(Self.s),\(Self.a),\(Self.r)}")
        #expect(reply.status == 200)
        #expect(reply.text == #"{"decision":false,"context":{"cause":"noPolicies","policies":[]}}"#)
        #expect((reply.allowed, reply.denied, reply.refused) == (0, 0, 1))
    }
}
