import AuthZEN
import HTTPService
import JSON
import Testing

@Suite(
    "HTTPService, recorded cases", .serialized,
    .enabled(if: Corpus.folder != nil, "skipped: no corpus folder (set WRIT_CORPUS)"))
struct HTTPCorpusTests {
    @Test("Every case of the certification scenario passes on both listeners")
    func certification() async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.authzen.mapping.contextNames = []
        }
        let cases = try CorpusCase.scenario()
        for client in [running.local, running.network()] {
            var token = ""
            for item in cases {
                var body = item.body
                if item.name.hasPrefix("c-4-5-2") {
                    #expect(!token.isEmpty)
                    body = Array(
                        String(decoding: body, as: UTF8.self).replacing(
                            "<next_token from previous response>", with: token
                        ).utf8)
                }
                var bodies: Set<[UInt8]> = []
                for _ in 0..<item.repetitions {
                    let answer = try await client.send(
                        item.method, item.path,
                        fields: [("Content-Type", item.contentType)]
                            + item.headers.map { ($0.name, $0.value) },
                        body: item.method == "GET" ? nil : body)
                    #expect(answer.status == item.status, "\(item.name): \(answer.text)")
                    let problem = try item.problem(answer.body)
                    #expect(problem == nil, "\(item.name)")
                    for field in item.headers where field.name == "X-Request-ID" {
                        #expect(answer.fields["x-request-id"] == field.value)
                    }
                    bodies.insert(answer.body)
                    if item.name.hasPrefix("c-4-5-1") {
                        let tape = try JSONTape(parsing: answer.body)
                        token =
                            tape.member(tape.root, "page").flatMap {
                                tape.text($0, "next_token")
                            } ?? ""
                    }
                }
                #expect(bodies.count == 1, "\(item.name) differs between repetitions")
            }
        }
        await running.stop()
    }

    @Test(
        "Every interoperability case passes on both listeners",
        arguments: [
            ("todo", "todo.json", false), ("api-gateway", "api-gateway.json", false),
            ("search", "search-subject.json", true),
        ])
    func interoperability(_ scenario: String, _ file: String, _ isSearch: Bool) async throws {
        let running = try await RunningService(Workplace(scenario: scenario))
        for client in [running.local, running.network()] {
            for item in try CorpusCase.interoperability(file, search: isSearch) {
                let answer = try await client.post(item.path, item.body)
                #expect(answer.status == 200, "\(item.name)")
                let problem = try item.problem(answer.body)
                #expect(problem == nil, "\(item.name)")
            }
        }
        await running.stop()
    }
}
