import CedarSyntax
import Testing

/// JSON that is no policy set, each with the place and the words of its error.
///
/// The reference refuses all of them too (recorded from cedar-policy 4.12.0).
@Suite struct PolicyJSONRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// The whole text.
        var json: String
        /// Offset of the error in the text.
        var offset: Int
        var message: String
        var testDescription: String { json }

        /// A whole policy set.
        init(set json: String, _ offset: Int, _ message: String) {
            self.json = json
            self.offset = offset
            self.message = message
        }

        /// The one policy of a set; the offset counts from its beginning.
        init(policy: String, _ offset: Int, _ message: String) {
            self.init(
                set: PolicyJSONText.set(policy: policy),
                PolicyJSONText.beforePolicy.utf8.count + offset, message)
        }

        /// The condition of such a policy.
        init(when body: String, _ offset: Int, _ message: String) {
            self.init(
                policy: PolicyJSONText.policy(when: body),
                PolicyJSONText.beforeBody.utf8.count + offset, message)
        }
    }

    @Test(arguments: conditions + policies + sets)
    func refusalNamesPlaceAndReason(_ row: Row) throws {
        do {
            _ = try PolicySet.parse(json: Array(row.json.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.offset == row.offset)
            #expect(error.message == row.message)
        }
    }

    @Test func linesAndColumnsPointAtTheOffence() throws {
        let json = """
            {"templates": {}, "staticPolicies": {"p": {
              "effect": "permit", "principal": {"op": "All"},
              "action": {"op": "All"}, "resource": {"op": "All"},
              "conditions": [{"kind": "when",
                "body": {"==": {"left": {"Var": "context"},
                                "right": {"Valeu": 1}}}}]}}, "templateLinks": []}
            """
        do {
            _ = try PolicySet.parse(json: Array(json.utf8))
            Issue.record("accepted")
        } catch {
            let place = SourceMap(Array(json.utf8)).position(at: error.offset)
            #expect(place.line == 6 && place.column == 31)
            #expect(
                error.message
                    == "`Valeu` is no operator and no extension function: did you mean `Value`?")
        }
    }

    /// A tree as high as the limit is read, one level more is not; the text around it is not the
    /// bound.
    @Test func depthIsLimited() throws {
        func nest(_ levels: Int) -> [UInt8] {
            let body =
                String(repeating: #"{"!":{"arg":"#, count: levels) + #"{"Value":true}"#
                + String(repeating: "}}", count: levels)
            return Array(PolicyJSONText.set(policy: PolicyJSONText.policy(when: body)).utf8)
        }
        #expect(throws: Never.self) { try PolicySet.parse(json: nest(500)) }
        for levels in [501, 10_000, 200_000] {
            do {
                _ = try PolicySet.parse(json: nest(levels))
                Issue.record("accepted")
            } catch {
                #expect(error.message == "the expression nests deeper than 500 levels")
            }
        }
    }

    /// A chain of `&&` is as deep in JSON as it is long, but not in the tree.
    @Test func longChainsAreRead() throws {
        let text = policy(when: Array(repeating: "true", count: 20_000).joined(separator: " && "))
        let set = try PolicySet.parse(text)
        let read = try PolicySet.parse(json: try set.json())
        #expect(read.members[0].policy.shape() == set.members[0].policy.shape())
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        for bytes in [[0xFF, 0x7B], Array(#"{"templates":{"é":"#.utf8.dropLast(7))] as [[UInt8]] {
            #expect(throws: DataError.self) { try PolicySet.parse(json: bytes) }
        }
    }

    /// What the output repeats has a limit.
    @Test func outputIsLimited() throws {
        var condition = "context"
        for _ in 0..<60 { condition = "(\(condition) has a.b)" }
        let set = try PolicySet.parse(policy(when: condition))
        #expect(throws: OutputOverflow(limit: 1 << 16)) { try set.json(limit: 1 << 16) }
        #expect(throws: Never.self) { try set.cedarText(limit: 1 << 16) }
    }
}

/// The parts around a policy and a condition in JSON.
enum PolicyJSONText {
    static let beforePolicy = #"{"templates":{},"staticPolicies":{"p":"#
    static let beforeBody =
        #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"#
        + #""resource":{"op":"All"},"conditions":[{"kind":"when","body":"#

    static func set(policy: String) -> String {
        beforePolicy + policy + #"},"templateLinks":[]}"#
    }

    static func policy(when body: String) -> String { beforeBody + body + "}]}" }
}
