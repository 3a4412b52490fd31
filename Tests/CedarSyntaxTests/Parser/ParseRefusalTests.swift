import CedarSyntax
import Testing

/// Texts that are refused, each with the place and the words of its first error.
///
/// The reference refuses all of them too (recorded from cedar-policy 4.12.0).
@Suite struct ParseRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var source: String
        var line: Int
        var column: Int
        var message: String
        var testDescription: String { source }

        init(_ source: String, _ line: Int, _ column: Int, _ message: String) {
            self.source = source
            self.line = line
            self.column = column
            self.message = message
        }

        init(when condition: String, _ line: Int, _ column: Int, _ message: String) {
            self.init(policy(when: condition), line, column, message)
        }
    }

    @Test(arguments: text + policies + scope + expressions)
    func refusalNamesPlaceAndReason(_ row: Row) throws {
        do {
            _ = try PolicySet.parse(row.source)
            Issue.record("accepted")
        } catch {
            #expect(
                error.places(in: row.source).first == "\(row.line):\(row.column) \(row.message)")
        }
    }

    /// The help lines that name a remedy.
    @Test func helpNamesTheRemedy() throws {
        for (source, help) in remedies {
            do {
                _ = try PolicySet.parse(source)
                Issue.record("accepted \(source)")
            } catch {
                #expect(error.all[0].help == help, "\(source)")
            }
        }
    }
}

/// Refused texts and what their help says.
private let remedies: [(source: String, help: String)] = [
    (
        "allow(principal, action, resource);",
        "did you mean `permit`?"
    ),
    (
        "permitt(principal, action, resource);",
        "did you mean `permit`?"
    ),
    (
        "permit(principal, action, resource) where { true };",
        "did you mean `when`?"
    ),
    (
        "permit(principal, action, resource) whne { true };",
        "did you mean `when`?"
    ),
    (
        "permit(principle, action, resource);",
        "did you mean `principal`?"
    ),
    (
        "permit(principal, action, resource, context);",
        "the context has no place in the scope: use it in `when { … }`"
    ),
    (
        "permit(principal == User::a, action, resource);",
        "an entity is a type and an id in quotes: `User::\"a\"`"
    ),
    (
        "permit(principal in [G::\"a\"], action, resource);",
        "only `action in` takes a list: use `when { principal in [ … ] }`"
    ),
    (
        "permit(principal == ?resource, action, resource);",
        "the slot here is `?principal`"
    ),
    (
        policy(when: "principal.name == 'x'"),
        "strings are written in double quotes: `\"…\"`"
    ),
    (
        policy(when: "principal.age = 3"),
        "to compare write `==`"
    ),
    (
        policy(when: "1 =< 2"),
        "\"at most\" is `<=`"
    ),
    (
        policy(when: "1.5"),
        "for a number with a fraction write `decimal(\"1.5\")`"
    ),
    (
        policy(when: "(1"),
        "the `(` at line 1, column 44 is not closed"
    ),
    (
        policy(when: "true and false"),
        "for \"and\" write `&&`"
    ),
    (
        policy(when: "true or false"),
        "for \"or\" write `||`"
    ),
    (
        policy(when: "principal contains \"a\""),
        "`contains` is a method: write `.contains( … )`"
    ),
    (
        policy(when: "principle.age == 3"),
        "did you mean `principal`?"
    ),
    (
        policy(when: "True"),
        "did you mean `true`?"
    ),
    (
        policy(when: "User::Group"),
        "an entity is a type and an id in quotes: `User::\"Group\"`"
    ),
    (
        policy(when: "?principal == principal"),
        "use `principal` here, and the slot in the scope"
    ),
    (
        policy(when: "decimel(\"1.0\")"),
        "did you mean `decimal`?"
    ),
    (
        policy(when: "isIpv4(\"a\")"),
        "write it after its receiver: `value.isIpv4( … )`"
    ),
    (
        policy(when: "principal.ip(\"a\")"),
        "write its argument in parentheses: `ip( … )`"
    ),
    (
        policy(when: "principal.startsWith(\"a\")"),
        "did you mean `like \"…*\"`?"
    ),
    (
        policy(when: "principal.containsall([])"),
        "did you mean `containsAll`?"
    ),
    (
        policy(when: "principal.contains(1, 2)"),
        "for several values use a set: `[ … ]`"
    ),
    (
        policy(when: "principal.if"),
        "write it in quotes: `[\"if\"]`, `has \"if\"`, `\"if\": …`"
    ),
    (
        policy(when: "principal[0]"),
        "sets have no order: use `contains`"
    ),
    (
        policy(when: "true && if true then 1 else 2"),
        "put it in parentheses: `(if … then … else …)`"
    ),
    (
        policy(when: "true /* c */"),
        "comments begin with `//` and end with the line"
    ),
    (
        policy(when: "ip"),
        "`ip` is a function: call it with a string, `ip(\"…\")`"
    ),
]
