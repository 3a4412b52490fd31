import SeededNumbers
import Testing

@testable import Routes

@Suite struct RouteTableTests {
    private func table(_ routes: DocumentNode...) throws -> RouteTable {
        try RouteTable(Document.file(routes))
    }

    private func problems(_ document: DocumentNode) -> [DocumentError.Problem] {
        do throws(DocumentError) {
            _ = try RouteTable(document)
            return []
        } catch {
            return error.problems
        }
    }

    private func problems(ofRoutes routes: DocumentNode...) -> [DocumentError.Problem] {
        problems(Document.file(routes))
    }

    private func match(
        _ table: RouteTable, _ method: String, _ target: String, host: String = "api.example.org"
    ) throws -> Int? {
        var scratch = MatchScratch()
        return table.match(try .of(method, target, host: host), scratch: &scratch)
            .map { table.routes[$0].place.line }
    }

    @Test(arguments: [
        ("a", "begins with `/`"), ("", "must be a single value"), ("/a//b", "empty segment"),
        ("//", "empty segment"), ("/a/../b", "`.` or `..`"), ("/a%2Fb", "%2F"),
        ("/a;b", "semicolon"), ("/a b", "space"), ("/a?b", "no query"), ("/a#b", "fragment"),
        ("/{a}{b}", "no capture"), ("/x{a}", "whole segment"), ("/{a", "whole segment"),
        ("/a}", "whole segment"), ("/{}", "whole segment"), ("/{1}", "no capture"),
        ("/{a...}/b", "must be the last"), ("/{a}/{a}", "stands twice"),
        ("/{a}/{a...}", "stands twice"), ("/{a b}", "no capture"), ("/{...}", "no capture"),
        (String(repeating: "/a", count: 65), "at most 64"),
    ])
    func templatesRefused(_ path: String, _ words: String) {
        let found = problems(ofRoutes: Document.route(path, line: 7))
        #expect(found.count == 1 && found[0].place.line == 7)
        #expect(found.first?.message.contains(words) == true, "\(found)")
    }

    @Test func longestTemplate() throws {
        let path = String(repeating: "/a", count: 64)
        #expect(try match(table(Document.route(path)), "GET", path) == 1)
    }

    @Test(arguments: [
        (Document.text("x"), "expected keys"),
        (Document.map([]), "`routes` is missing"),
        (Document.map([("routes", Document.list([]))]), "at least one"),
        (Document.map([("routes", Document.text("x"))]), "at least one"),
        (Document.map([("version", Document.text("2"))]), "must be 1"),
        (Document.map([("rotues", Document.text("2"))]), "unknown key `rotues`"),
        (Document.file([Document.text("x")]), "expected keys"),
        (Document.file([Document.map([])]), "`path` is missing"),
        (Document.file([Document.route("/", method: ["get"])]), "no method"),
        (Document.file([Document.route("/", method: ["GET", "GET"])]), "stands twice"),
        (Document.file([Document.route("/", host: ["a:80"])]), "no host"),
        (Document.file([Document.route("/", host: ["*"])]), "no host"),
        (Document.file([Document.route("/", host: ["a.*.b"])]), "no host"),
        (Document.file([Document.route("/", host: ["A", "a"])]), "stands twice"),
        (Document.file([Document.route("/", id: Document.text("{a}"))]), "no capture `{a}`"),
        (Document.file([Document.route("/{a}", id: Document.text("{a"))]), "without its `}`"),
        (Document.file([Document.route("/{a}", id: Document.text("a}"))]), "without its `{`"),
        (
            Document.file([Document.route("/{a}/{b}", id: Document.text("{a}-{b}"))]),
            "need a `/` between"
        ),
        (
            Document.file([
                Document.route("/", context: Document.map([("m", Document.map([]))]))
            ]), "exactly one of"
        ),
        (
            Document.file([
                Document.route(
                    "/",
                    context: Document.map([
                        (
                            "m",
                            Document.map([
                                ("header", Document.text("x")), ("query", Document.text("x")),
                            ])
                        )
                    ]))
            ]), "exactly one of"
        ),
        (
            Document.file([
                Document.route(
                    "/",
                    context: Document.map([
                        (
                            "m",
                            Document.map([
                                ("header", Document.text("x")), ("type", Document.text("set")),
                            ])
                        )
                    ]))
            ]), "no type"
        ),
        (
            Document.file([
                Document.route(
                    "/",
                    context: Document.map([
                        (
                            "m",
                            Document.map([
                                ("value", Document.text("x")), ("type", Document.text("long")),
                            ])
                        )
                    ]))
            ]), "does not convert"
        ),
        (
            Document.file([
                Document.route(
                    "/{a}",
                    context: Document.map([
                        (
                            "m",
                            Document.map([
                                ("capture", Document.text("a")),
                                ("optional", Document.text("true")),
                            ])
                        )
                    ]))
            ]), "always there"
        ),
    ])
    func filesRefused(_ document: DocumentNode, _ words: String) {
        let found = problems(document)
        #expect(found.first?.message.contains(words) == true, "\(found)")
    }

    /// A text beyond what a value may be would end the process when the routes are compiled.
    @Test(arguments: ["name", "action", "context", "value"])
    func longTexts(_ part: String) {
        for spare in [0, 1] {
            let frame = part == "action" ? #"Action::"""#.utf8.count : 1
            let long = String(repeating: "a", count: (64 << 10) - frame + spare)
            var member = ("m", Document.map([("value", Document.text("x"))]))
            if part == "context" { member.0 = long + "a" }
            if part == "value" { member.1 = Document.map([("value", Document.text(long + "a"))]) }
            let route = Document.map([
                ("name", Document.text(part == "name" ? long + "a" : "n")),
                ("path", Document.text("/a")),
                (
                    "action",
                    Document.text(part == "action" ? #"Action::"\#(long)""# : #"Action::"a""#)
                ),
                (
                    "resource",
                    Document.map([("type", Document.text("T")), ("id", Document.text("x"))])
                ),
                ("context", Document.map([member])),
            ])
            let found = problems(Document.file([route]))
            #expect(found.isEmpty == (spare == 0), "\(part) \(spare): \(found.count)")
            if let problem = found.first { #expect(problem.message.contains("at most 65536")) }
        }
    }

    @Test func everythingWrongIsShown() {
        let found = problems(
            ofRoutes: Document.route("a", line: 2), Document.route("/a", line: 3),
            Document.route("/{", line: 4))
        #expect(found.map(\.place.line) == [2, 4])
    }

    @Test(arguments: [
        (Document.route("/a"), Document.route("/a", line: 2)),
        (Document.route("/{a}"), Document.route("/{b}", line: 2)),
        (Document.route("/x/{a...}"), Document.route("/x/{b...}", line: 2)),
        (Document.route("/a", method: []), Document.route("/a", method: [], line: 2)),
        (
            Document.route("/a", method: ["GET", "PUT"]),
            Document.route("/a", method: ["PUT", "POST"], line: 2)
        ),
        (
            Document.route("/a", host: ["a", "b"]), Document.route("/a", host: ["b", "c"], line: 2)
        ),
        (Document.route("/%61"), Document.route("/a", line: 2)),
        (Document.route("/caf%C3%A9"), Document.route("/café", line: 2)),
    ])
    func ambiguous(_ first: DocumentNode, _ second: DocumentNode) {
        let found = problems(ofRoutes: first, second)
        #expect(found.count == 1)
        #expect(found.first?.place.line == 2)
        #expect(found.first?.message.contains("line 1, column 1") == true, "\(found)")
    }

    @Test func unmatched() throws {
        let table = try table(
            Document.route("/a/{b}", host: ["api.example.org"]),
            Document.route("/c/{rest...}", host: ["*.example.org"], line: 2))
        for (method, target, host) in [
            ("GET", "/", "api.example.org"), ("GET", "/a", "api.example.org"),
            ("GET", "/a/", "api.example.org"), ("GET", "/a/b/", "api.example.org"),
            ("GET", "/a/b/c", "api.example.org"), ("POST", "/a/b", "api.example.org"),
            ("HEAD", "/a/b", "api.example.org"), ("GET", "/A/b", "api.example.org"),
            ("GET", "/a/b", "other.example.org"), ("GET", "/a/b", "xapi.example.org"),
            ("GET", "/c", "x.example.org"), ("GET", "/c/", "x.example.org"),
            ("GET", "/c/d", "example.org"), ("GET", "/c/d", "xexample.org"),
            ("GET", "/c/d", ".example.org".dropFirst().description),
        ] {
            #expect(try match(table, method, target, host: host) == nil, "\(host) \(target)")
        }
    }

    @Test func specificity() throws {
        let table = try table(
            Document.route("/{rest...}", method: [], line: 1),
            Document.route("/a/{b}/c", line: 2),
            Document.route("/a/b/{c}", line: 3),
            Document.route("/a/{b}/d", line: 4),
            Document.route("/a/b/{c}", method: [], line: 5),
            Document.route("/a/b/d", method: ["PUT"], line: 6),
            Document.route("/{rest...}", method: ["GET"], host: ["*.example.org"], line: 7),
            Document.route("/{rest...}", method: ["GET"], host: ["*.api.example.org"], line: 8),
            Document.route("/a", host: ["x.api.example.org"], line: 9))
        let other = "other.test"
        #expect(try match(table, "GET", "/a/b/c", host: other) == 3)
        #expect(try match(table, "GET", "/a/x/c", host: other) == 2)
        #expect(try match(table, "GET", "/a/x/e", host: other) == 1)
        #expect(try match(table, "POST", "/a/b/d", host: other) == 5)
        #expect(try match(table, "PUT", "/a/b/d", host: other) == 6)
        #expect(try match(table, "GET", "/a/b/d", host: other) == 3)
        #expect(try match(table, "GET", "/a/b/d/", host: other) == 1)
        #expect(try match(table, "GET", "/a/b/c", host: "w.example.org") == 7)
        #expect(try match(table, "POST", "/a/b/c", host: "w.example.org") == 5)
        #expect(try match(table, "GET", "/a", host: "y.api.example.org") == 8)
        #expect(try match(table, "GET", "/a", host: "x.api.example.org") == 9)
        #expect(try match(table, "GET", "/b", host: "x.api.example.org") == 8)
    }

    @Test func finalSlash() throws {
        let table = try table(
            Document.route("/a/", line: 1), Document.route("/a", line: 2),
            Document.route("/", line: 3))
        #expect(try match(table, "GET", "/a/") == 1)
        #expect(try match(table, "GET", "/a") == 2)
        #expect(try match(table, "GET", "/") == 3)
    }

    /// The tree and the simplest matcher agree on any routes and paths.
    @Test func equalsNaiveMatcher() throws {
        var random = SeededNumbers(seed: 6)
        var matched = 0
        for _ in 0..<150 { matched += try compareWithNaiveMatcher(&random) }
        #expect(matched > 1_000)
    }

    /// Compares on one table, and counts the requests that matched.
    private func compareWithNaiveMatcher(_ random: inout SeededNumbers) throws -> Int {
        let words = ["a", "b", "c", "aa", "%20"]
        let hosts = ["a.org", "b.a.org", "*.a.org", "*.b.a.org", "*.org"]
        var entries: [DocumentNode] = []
        for line in 1...Int.random(in: 2...30, using: &random) {
            var path = ""
            for index in 0..<Int.random(in: 1...4, using: &random) {
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1: path += "/{c\(index)}"
                default: path += "/" + words.randomElement(using: &random)!
                }
            }
            switch Int.random(in: 0..<5, using: &random) {
            case 0: path += "/{rest...}"
            case 1: path += "/"
            default: break
            }
            let methods = ["GET", "PUT"].filter { _ in Bool.random(using: &random) }
            let chosen = hosts.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
            let entry = Document.route(path, method: methods, host: chosen, line: line)
            // What is ambiguous is left out.
            if (try? RouteTable(Document.file(entries + [entry]))) != nil { entries.append(entry) }
        }
        let table = try RouteTable(Document.file(entries))
        let naive = NaiveMatcher(routes: table.routes)
        var scratch = MatchScratch()
        var matched = 0
        for _ in 0..<200 {
            var target = ""
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                target += "/" + (words + ["d"]).randomElement(using: &random)!
            }
            if Int.random(in: 0..<6, using: &random) == 0 { target += "/" }
            let request = try HTTPRequest.of(
                ["GET", "PUT", "POST"].randomElement(using: &random)!, target,
                host: ["a.org", "b.a.org", "x.a.org", "c.b.a.org", "d"]
                    .randomElement(using: &random)!)
            let route = table.match(request, scratch: &scratch)
            if route != naive.match(request) { Issue.record("\(target): \(table.routes)") }
            if route != nil { matched += 1 }
        }
        return matched
    }
}
