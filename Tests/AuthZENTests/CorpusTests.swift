import AuthZEN
import Testing

@Suite(
    "AuthZENService, recorded cases",
    .enabled(if: Corpus.folder != nil, "skipped: no corpus folder (set WRIT_CORPUS)"))
struct CorpusTests {
    @Test("The certification scenario passes")
    func certification() throws {
        let cases = try CorpusCase.scenario()
        #expect(cases.count == 57)
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service { $0.mapping.contextNames = [] }
        var answered = 0
        for item in cases where item.contentType == "application/json" {
            guard let operation = item.operation else { continue }
            // The second page needs the token of the first; see SearchTests.
            if item.name.hasPrefix("c-4-5-2") { continue }
            answered += 1
            for _ in 0..<item.repetitions {
                let reply = service.answer(operation, item.body.span)
                #expect(Int(reply.status) == item.status, "\(item.name): \(reply.text)")
                if reply.status == 200 {
                    let problem = try item.problem(reply.body)
                    #expect(problem == nil, "\(item.name)")
                }
            }
        }
        // Wrong content types, metadata and the second page are left to the tests over HTTP.
        #expect(answered >= 53)
    }

    @Test(
        "The interoperability scenarios pass",
        arguments: [
            ("todo", "todo.json", false, 40), ("api-gateway", "api-gateway.json", false, 25),
            ("search", "search-subject.json", true, 60),
        ])
    func interoperability(
        _ scenario: String, _ file: String, _ isSearch: Bool, _ minimum: Int
    ) throws {
        let cases = try CorpusCase.interoperability(file, search: isSearch)
        #expect(cases.count >= minimum)
        let workplace = try Workplace(scenario: scenario)
        var service = try workplace.service()
        for item in cases {
            let reply = service.answer(try #require(item.operation), item.body.span)
            #expect(reply.status == 200, "\(item.name): \(reply.text)")
            let problem = try item.problem(reply.body)
            #expect(problem == nil, "\(item.name)")
        }
    }
}
