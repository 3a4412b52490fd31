import AuthZEN
import CedarSyntax
import Glibc
import JSON
import Testing

/// The recorded cases of the certification document and the interoperability events.
///
/// They lie outside of the project: the folder is named by `WRIT_CORPUS`, or is found at `shared` beside
/// the checkout. Without it the tests say that they are skipped.
enum Corpus {
    static let folder: String? = {
        var places: [String] = []
        if let named = unsafe getenv("WRIT_CORPUS") { places.append(unsafe String(cString: named)) }
        for up in ["/..", "/../.."] { places.append(projectFolder + up + "/shared/corpus") }
        return places.map { $0 + "/authzen/" }.first { unsafe access($0, R_OK) == 0 }
    }()

    static func tape(_ name: String) throws -> JSONTape {
        guard let folder, let bytes = readFile(folder + name) else {
            throw TestFailure("no corpus file \(name)")
        }
        return try JSONTape(parsing: bytes)
    }
}

/// One request of the corpus and what must come back.
struct CorpusCase: Sendable {
    let name: String
    let method: String
    let path: String
    let contentType: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    let status: Int
    let expected: [UInt8]
    let match: String?
    let repetitions: Int
}

extension JSONTape {
    func write(_ node: JSONNode) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(node, of: self)
        return writer.bytes
    }

    func text(_ node: JSONNode, _ name: StaticString) -> String? {
        member(node, name).flatMap { string($0) }
    }
}

extension CorpusCase {
    /// The cases of a file, with the paths of the API.
    static func scenario() throws -> [CorpusCase] {
        let tape = try Corpus.tape("scenario.json")
        let list = try #require(tape.member(tape.root, "cases"))
        return tape.elements(list).map { node in
            var body: [UInt8] = []
            if let raw = tape.text(node, "raw_body") {
                body = Array(raw.utf8)
            } else if let member = tape.member(node, "body"), tape.kind(member) == .object {
                body = tape.write(member)
            }
            var headers: [(name: String, value: String)] = []
            if let member = tape.member(node, "headers") {
                headers = tape.members(member).map {
                    (tape.string($0.key) ?? "", tape.string($0.value) ?? "")
                }
            }
            let name = "\(tape.text(node, "c") ?? "") \(tape.text(node, "label") ?? "")"
            return CorpusCase(
                name: name, method: tape.text(node, "method") ?? "POST",
                path: tape.text(node, "path") ?? "",
                contentType: tape.text(node, "content_type") ?? "application/json",
                headers: headers, body: body,
                status: tape.member(node, "status").flatMap { tape.integer($0) }.map { Int($0) }
                    ?? 0,
                expected: tape.member(node, "expect").map { tape.write($0) } ?? [],
                match: tape.text(node, "match"),
                repetitions: tape.member(node, "repeat").flatMap { tape.integer($0) }.map {
                    Int($0)
                }
                    ?? 1)
        }
    }

    static func interoperability(_ file: String, search: Bool = false) throws -> [CorpusCase] {
        let tape = try Corpus.tape(file)
        var cases: [CorpusCase] = []
        for (member, path) in [
            ("evaluation", search ? "/access/v1/search/subject" : "/access/v1/evaluation"),
            ("evaluations", "/access/v1/evaluations"),
        ] {
            guard
                let list = tape.members(tape.root).first(where: {
                    tape.string($0.key) == member
                })?.value
            else { continue }
            for (index, node) in tape.elements(list).enumerated() {
                let request = try #require(tape.member(node, "request"))
                let expected = tape.write(try #require(tape.member(node, "expected")))
                let name: String =
                    search ? "" : member == "evaluation" ? "{\"decision\":" : "{\"evaluations\":"
                cases.append(
                    CorpusCase(
                        name: "\(file) \(member) \(index)", method: "POST", path: path,
                        contentType: "application/json", headers: [], body: tape.write(request),
                        status: 200,
                        expected: Array(name.utf8) + expected + (search ? [] : Array("}".utf8)),
                        match: nil, repetitions: 1))
            }
        }
        return cases
    }

    var operation: AuthZENOperation? {
        switch path {
        case "/access/v1/evaluation": .evaluation
        case "/access/v1/evaluations": .evaluations
        case "/access/v1/search/subject": .subjectSearch
        case "/access/v1/search/resource": .resourceSearch
        case "/access/v1/search/action": .actionSearch
        default: nil
        }
    }

    /// Says what is wrong with a body that came back with the right status; nil when nothing is.
    func problem(_ body: [UInt8]) throws -> String? {
        guard status == 200, !expected.isEmpty else { return nil }
        let wanted = try JSONTape(parsing: expected)
        let got = try JSONTape(parsing: body)
        for (key, value) in wanted.members(wanted.root) {
            let name = wanted.bytes(key) ?? []
            if name == Array("structure".utf8) { continue }
            let other = got.members(got.root).first { got.bytes($0.key) == name }?.value
            guard let other else { return "`\(String(decoding: name, as: UTF8.self))` is missing" }
            if name == Array("evaluations".utf8) {
                // A deny may say more than the document does.
                let decisions = wanted.elements(value).map { wanted.member($0, "decision") }
                    .map { $0.map { wanted.write($0) } }
                let others = got.elements(other).map { got.member($0, "decision") }
                    .map { $0.map { got.write($0) } }
                if decisions != others {
                    return "other decisions: \(String(decoding: body, as: UTF8.self))"
                }
            } else if name == Array("results".utf8) {
                let expected = Set(wanted.elements(value).map { wanted.write($0) })
                let results = got.elements(other).map { got.write($0) }
                guard Set(results).count == results.count else { return "a result comes twice" }
                let isRight =
                    match == "superset"
                    ? expected.isSubset(of: results) : expected == Set(results)
                if !isRight { return "other results: \(String(decoding: body, as: UTF8.self))" }
            } else if wanted.write(value) != got.write(other) {
                return "another answer: \(String(decoding: body, as: UTF8.self))"
            }
        }
        return nil
    }
}
