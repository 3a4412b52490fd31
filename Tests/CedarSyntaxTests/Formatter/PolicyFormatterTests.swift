import CedarSyntax
import CedarTestSupport
import Foundation
import JSON
import Testing

/// What formatting keeps: the policies, the comments, and its own result.
@Suite struct PolicyFormatterTests {
    /// Comments behind a trailing comma, which the reference loses, are kept.
    @Test(arguments: [
        (
            "[1, // one\n 2, // two\n]",
            """
              [1, // one
               2 // two
              ]
            """
        ),
        (
            "[1 // one\n, // two\n// three\n]",
            """
              [1 // one
              // two
              // three
              ]
            """
        ),
        (
            "{a: 1,\n// after\n}",
            """
              { a: 1\u{20}
              // after
              }
            """
        ),
        (
            "{a: 1 // one\n// before\n, // behind\n// after\n}",
            """
              {
                a: 1 // one
              // before
              // behind
              // after
              }
            """
        ),
        (
            "[1].contains(1, // one\n)",
            """
              [1].contains
                (
                  1 // one
                )
            """
        ),
    ])
    func commentsBehindTrailingCommas(condition: String, body: String) throws {
        let head = "permit (principal, action, resource)\nwhen\n{\n"
        try expect(policy(when: condition), "\(head)\(body)\n};\n")
    }

    /// After the scope two commented tokens become one.
    @Test func commentsOfTheScopesEnd() throws {
        try expect(
            "permit(principal, action, resource // a\n// b\n, // c\n// d\n) // e\n;",
            """
            permit (principal, action, resource // a
            // b
            // c
            // d
            ) // e
            ;

            """)
    }

    @Test(arguments: [
        ("", "\n"),
        (" \r\n\t\n", "\n"),
        ("// a\n\n\n  // b  \n", "\n// a\n// b\n"),
        ("permit(principal,action,resource);", "permit (principal, action, resource);\n"),
        (
            "permit(principal,action,resource);permit(principal,action,resource);// a\n\n// b",
            """
            permit (principal, action, resource);

            permit (principal, action, resource); // a
            // b

            """
        ),
        (
            "@id(\"a\")@empty permit(principal is A::B,action in [A::Action::\"x\",],resource,);",
            """
            @id("a")
            @empty
            permit (
              principal is A::B,
              action in [A::Action::"x"],
              resource
            );

            """
        ),
        (
            "permit(principal,action,resource)when{00017 == -0};",
            "permit (principal, action, resource)\nwhen { 17 == -0 };\n"
        ),
    ])
    func wholeTexts(source: String, result: String) throws {
        try expect(source, result)
    }

    /// A comment in any place is kept, with each of the ways lines may end.
    @Test(arguments: [
        "// c\n", "\n// c\n", "\r\n// c\r\n", "\n\n// c\n// d\n\n", "// c // d\n//\n",
    ])
    func commentsInEveryPlace(comment: String) throws {
        let style = try #require(LayoutStyle(lineWidth: 40, indentWidth: 2))
        let formatter = PolicyFormatter(style)
        let plain = Self.everything.joined(separator: " ")
        let tree = try shapes(Array(plain.utf8))
        for place in 0...Self.everything.count {
            let before = Self.everything[..<place].joined(separator: " ")
            let source = before + comment + Self.everything[place...].joined(separator: " ")
            let result = try formatter.format(Array(source.utf8))
            let text = String(decoding: result, as: UTF8.self)
            #expect(comments(text) == comments(source), "\(source)\n\(text)")
            #expect(try shapes(result) == tree, "\(source)\n\(text)")
            #expect(try formatter.format(result) == result, "\(source)\n\(text)")
        }
    }

    /// Formatted policies are the same policies, and formatted again the same text.
    @Test(
        .enabled(if: Corpus.isPresent, "set WRIT_CORPUS to the directory of the corpus"),
        arguments: ["edges", "handwritten", "generated", "validator", "entities"])
    func corpus(file: String) throws {
        var count = 0
        for row in try Corpus.rows("cedar/\(file).jsonl") {
            guard let member = row.member(row.root, "policies"), let source = row.bytes(member),
                (try? PolicySet.parse(source)) != nil
            else { continue }
            try checkKept(source, .standard)
            count += 1
        }
        #expect(count > 0 || file == "entities")
    }

    @Test func generatedPolicies() throws {
        for index in 0..<200 {
            let text = CaseGenerator.makeCase(seed: 11, index: index).policies
            let style = LayoutStyle(lineWidth: 1 + index % 120, indentWidth: index % 9)
            try checkKept(text.utf8, try #require(style))
        }
    }

    private func checkKept(_ source: [UInt8], _ style: LayoutStyle) throws {
        let formatter = PolicyFormatter(style)
        let result = try formatter.format(source)
        let (before, after) = (
            String(decoding: source, as: UTF8.self), String(decoding: result, as: UTF8.self)
        )
        #expect(try formatter.format(result) == result, "\(before)")
        #expect(try shapes(result) == shapes(source), "\(before)")
        #expect(comments(after) == comments(before), "\(before)")
    }

    /// Trees as deep as the parser makes them are formatted, in lines as short as can be.
    @Test(arguments: [
        String(repeating: "(", count: 499) + "true" + String(repeating: ")", count: 499),
        String(repeating: "[", count: 499) + "1" + String(repeating: "]", count: 499),
        String(repeating: "{a: ", count: 499) + "1" + String(repeating: "}", count: 499),
        "context" + String(repeating: ".a", count: 499),
        "1" + String(repeating: " + 1", count: 499),
        String(repeating: "if true then 1 else (", count: 240) + "2"
            + String(repeating: ")", count: 240),
        String(repeating: "!!!!(", count: 120) + "true" + String(repeating: ")", count: 120),
        "true" + String(repeating: " && true", count: 20_000),
    ])
    func deepAndLong(condition: String) throws {
        let source = Array(policy(when: condition).utf8)
        for width in [1, 80, 1_000_000] {
            let formatter = PolicyFormatter(
                try #require(LayoutStyle(lineWidth: width, indentWidth: 1)))
            let result = try formatter.format(source)
            #expect(try formatter.format(result) == result)
        }
    }

    private func expect(_ source: String, _ result: String) throws {
        let formatted = try PolicyFormatter().format(Array(source.utf8))
        #expect(String(decoding: formatted, as: UTF8.self).utf8.elementsEqual(result.utf8))
        #expect(try PolicyFormatter().format(formatted) == formatted)
    }

    private func shapes(_ source: [UInt8]) throws -> [String] {
        try PolicySet.parse(source).members.map { $0.policy.shape() }
    }

    /// The comments of a text, without the white space at their ends.
    private func comments(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var comments: [String] = []
        var isInString = false
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\") where isInString:
                position += 1
            case UInt8(ascii: "\""):
                isInString.toggle()
            case UInt8(ascii: "/") where !isInString && bytes[position...].starts(with: "//".utf8):
                let comment = bytes[position...].prefix { $0 != 0x0A && $0 != 0x0D }
                comments.append(
                    String(decoding: comment, as: UTF8.self).trimmingCharacters(in: .whitespaces))
                position += comment.count - 1
            default: break
            }
            position += 1
        }
        return comments
    }

    /// A policy with each construct of the language, cut into tokens.
    private static let everything: [String] = """
        @ id ( "x" ) @ note permit ( principal is A :: B in ?principal , action in [ Action :: "a" ,
        Action :: "b" , ] , resource == R :: "r" , ) when { if context . a has b . c then [ 1 , 2 , ]
        . contains ( 1 ) else ! ! ( { a : 1 , "b" : - 2 , } [ "a" ] == 1 + 2 * 3 - 4 ) } unless {
        principal like "*" && resource is A :: B in principal || ip ( "1" , ) . isLoopback ( ) && {
        } == [ ] && context has "a" && principal != action } ;
        """.split { $0 == " " || $0 == "\n" }.map(String.init)
}
