package import CedarSyntax
import JSON

/// A case with the answers that another implementation gave.
package struct RecordedCase: Sendable {
    package var policyCase: PolicyCase
    /// One for each request, in the same order.
    package var answers: [TreeAnswer]

    /// Reads one line of a file of recorded cases; members it does not know are left alone.
    ///
    /// - Throws: where the line is no such case and why.
    package init(line: [UInt8]) throws(DataError) {
        var tape = JSONTape()
        do {
            try tape.parse(line)
        } catch {
            throw DataError(error)
        }
        let reader = Reader(data: ValueJSON(tape))
        let root = tape.root
        var requests: [TreeRequest] = []
        answers = []
        for node in tape.elements(try reader.member("requests", of: root)) {
            requests.append(try reader.data.request(node))
            answers.append(try reader.answer(node))
        }
        policyCase = PolicyCase(
            id: try reader.text("id", of: root).string,
            policies: try reader.text("policies", of: root),
            entities: try reader.data.entities(reader.member("entities", of: root)),
            requests: requests)
    }

    /// Reads a file of recorded cases, one a line; empty lines are skipped.
    package static func cases(in file: [UInt8]) throws(DataError) -> [RecordedCase] {
        var cases: [RecordedCase] = []
        for line in file.split(separator: UInt8(ascii: "\n")) {
            cases.append(try RecordedCase(line: Array(line)))
        }
        return cases
    }
}

private struct Reader {
    let data: ValueJSON

    func answer(_ node: JSONNode) throws(DataError) -> TreeAnswer {
        let decision = try text("decision", of: node)
        guard decision == "allow" || decision == "deny" else {
            throw data.error(node, "`decision` must be `allow` or `deny`")
        }
        return TreeAnswer(
            isAllowed: decision == "allow", reasons: try ids("reason", of: node),
            errors: try ids("errors", of: node))
    }

    func ids(_ name: StaticString, of node: JSONNode) throws(DataError) -> Set<Text> {
        var ids: Set<Text> = []
        for element in data.tape.elements(try member(name, of: node)) {
            ids.insert(data.text(element))
        }
        return ids
    }

    func text(_ name: StaticString, of node: JSONNode) throws(DataError) -> Text {
        data.text(try member(name, of: node))
    }

    func member(_ name: StaticString, of node: JSONNode) throws(DataError) -> JSONNode {
        guard let member = data.tape.member(node, name) else {
            throw data.error(node, "the case has no `\(name)`")
        }
        return member
    }
}
