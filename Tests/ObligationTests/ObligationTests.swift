import CAllocationCount
import CedarEngine
import CedarSyntax
import Testing

@testable import DecisionPoint

private let rules = ObligationRules(knownObligations: ["mask", "log"])

private func policies(_ text: String) throws -> PolicySet { try PolicySet.parse(Array(text.utf8)) }

private func read(_ annotations: String, effect: String = "forbid") throws -> (
    obligations: PolicyObligations, problems: [Diagnostic]
) {
    let set = try policies("\(annotations) \(effect) (principal, action, resource);")
    return PolicyObligations.read(set.members[0].policy, rules)
}

@Suite struct ObligationReaderTests {
    @Test(
        "What nobody fulfils or no protocol can carry is refused, at its place",
        arguments: [
            (#"@obligation("msk:iban")"#, "`msk`"), (#"@obligation("")"#, "no obligation"),
            (#"@obligation"#, "no obligation"), (#"@obligation("mask:iban,")"#, "no obligation"),
            (#"@obligation("mask iban")"#, "no obligation"),
            (#"@obligation("mask:ü")"#, "no obligation"),
            (#"@obligation("Mask")"#, "`Mask`"), (#"@obligation(":x")"#, "``"),
            (#"@status("200")"#, "must be"), (#"@status("302")"#, "must be"),
            (#"@status("")"#, "must be"), (#"@status"#, "must be"),
            (#"@status(" 403")"#, "must be"),
            (#"@status("500")"#, "must be"), (#"@status("403.0")"#, "must be"),
            (#"@header("x-a")"#, "no header field"), (#"@header(": v")"#, "no header field"),
            (#"@header("x a: v")"#, "no token"), (#"@header("x-a: \u{1}")"#, "control"),
            (#"@header("x-a: v\r\nx-b: w")"#, "control"),
            (#"@header("x-a: v\n")"#, "no header field"),
            (#"@header("é: v")"#, "no token"),
            (#"@header("Connection: close")"#, "not for policies"),
            (#"@header("transfer-encoding: chunked")"#, "not for policies"),
            (#"@header("Content-Length: 0")"#, "not for policies"),
            (#"@header("host: evil")"#, "not for policies"),
            (#"@header(":status: 200")"#, "no header"),
            (#"@header("www-authenticate: x")"#, "not for policies"),
            (#"@header("writ-obligations: none")"#, "not for policies"),
            (#"@header("Writ_Obligations: none")"#, "not for policies"),
            (#"@header("writ.revision: 1")"#, "not for policies"),
            (#"@header("X-A: 1\nx-a: 2")"#, "stands twice"),
            (#"@challenge("Bearer")"#, "needs `@status"),
            (#"@status("403") @challenge("Bearer")"#, "needs `@status"),
            (#"@status("401") @challenge("a\nb")"#, "printable"),
            (#"@status("401") @challenge"#, "printable"),
        ])
    func refused(_ annotations: String, _ words: String) throws {
        let problems = try read(annotations).problems
        #expect(problems.first?.message.contains(words) == true, "\(problems)")
        let start = Int(try #require(problems.first).span.start)
        #expect(annotations.utf8.count > start)
    }

    @Test(
        "A name that is nearly one of ours is refused at its place, with the one that was meant",
        arguments: [
            ("Obligation", "obligation"), ("obligations", "obligation"),
            ("OBLIGATION", "obligation"),
            ("obligaton", "obligation"), ("oblgaton", "obligation"), ("obligatino", "obligation"),
            ("Status", "status"), ("statuses", nil), ("stauts", "status"), ("state", nil),
            ("Reason", "reason"), ("reasons", "reason"), ("reson", "reason"), ("treasons", nil),
            ("headers", "header"), ("heder", "header"), ("Header", "header"), ("leader_", "header"),
            ("Challenge", "challenge"), ("challange", "challenge"), ("chalange", "challenge"),
            ("chal_lenge", "challenge"), ("note", nil), ("ids", nil), ("doc", nil),
            ("advice", nil), ("control", nil), ("owner", nil), ("obligatory", nil),
        ] as [(String, String?)])
    func nearNames(_ name: String, _ meant: String?) throws {
        let text = "@id(\"p\")\n  @\(name)(\"mask:x\") permit (principal, action, resource);"
        let problems = PolicyObligations.read(try policies(text).members[0].policy, rules).problems
        guard let meant else { return #expect(problems.isEmpty, "\(problems)") }
        let problem = try #require(problems.first)
        #expect(problem.message == "`@\(name)` asks for nothing: did you mean `@\(meant)`?")
        #expect(problem.span.start == 11)
    }

    @Test("Policies with such a name are not loaded; line, column and name are told")
    func nearNameLoading() throws {
        var draft = PolicyDraft()
        try draft.add(
            PolicyFile(
                name: "p.cedar",
                bytes: Array(
                    "@id(\"p\")\n@obligations(\"mask:x\")\npermit (principal, action, resource);"
                        .utf8)))
        do {
            _ = try draft.ruleset(nil, reserved: nil, obligations: rules)
            Issue.record("loaded")
        } catch {
            #expect(error.description.contains("p.cedar:2:1"), "\(error)")
            #expect(error.description.contains("did you mean `@obligation`?"))
        }
    }

    @Test(arguments: [#"@status("403")"#, #"@challenge("Bearer")"#])
    func notOnPermits(_ annotation: String) throws {
        let problems = try read(annotation, effect: "permit").problems
        #expect(problems.first?.message.contains("stands on a permit") == true, "\(problems)")
    }

    @Test func limits() throws {
        func list(_ count: Int) -> String {
            "@obligation(\"" + Array(repeating: "log", count: count).joined(separator: ",") + "\")"
        }
        #expect(try read(list(ObligationRules.maximumParts)).problems.isEmpty)
        #expect(try !read(list(ObligationRules.maximumParts + 1)).problems.isEmpty)
        func long(_ count: Int) -> String {
            "@reason(\"" + String(repeating: "a", count: count) + "\")"
        }
        #expect(try read(long(ObligationRules.maximumValueBytes)).problems.isEmpty)
        #expect(try !read(long(ObligationRules.maximumValueBytes + 1)).problems.isEmpty)
    }

    @Test func accepted() throws {
        let (obligations, problems) = try read(
            #"""
            @id("p") @reason("Nö.") @status("401") @challenge("Bearer realm=\"b\"")
            @obligation("mask:iban, log") @header("X-A: v w\nx-b:") @control("own")
            """#)
        #expect(problems.isEmpty)
        #expect(obligations.status == .unauthenticated)
        let parts = obligations.parts.map {
            [String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)]
        }
        #expect(
            parts == [
                ["", "Nö."], ["", #"Bearer realm="b""#], ["mask", "iban"], ["log", ""],
                ["x-a", "v w"], ["x-b", ""],
            ])
        #expect(try read("@id(\"x\") @unknown(\"y\")").obligations.parts.isEmpty)
    }
}

@Suite struct ObligationTableTests {
    private func merged(
        _ text: String, _ reasons: [UInt32]
    ) throws -> (status: Obligations.Status, parts: [String]) {
        let table = ObligationTable(try Ruleset(policies(text), version: 1), rules)
        var merged = MergedObligations()
        table.merge(reasons.span, into: &merged)
        let parts = merged.parts.map { part in
            table.withPart(part) { name, value in
                var text = "\(table.kind(part)) "
                for index in name.indices {
                    text.unicodeScalars.append(Unicode.Scalar(name[index]))
                }
                text += "="
                for index in value.indices {
                    text.unicodeScalars.append(Unicode.Scalar(value[index]))
                }
                return text
            }
        }
        return (merged.status, parts)
    }

    private static let end = " forbid (principal, action, resource);\n"

    @Test(
        "The strictest status counts, and a policy without one is 403",
        arguments: [
            ([], 403), ([nil], 403), ([401], 401), ([429], 429), ([403], 403), ([401, 401], 401),
            ([401, 429], 401), ([429, 401], 401), ([401, 403], 403), ([401, nil], 403),
            ([nil, 429], 403), ([429, 429, 429], 429),
        ] as [([Int?], UInt16)])
    func status(_ statuses: [Int?], _ expected: UInt16) throws {
        let text = statuses.map { ($0.map { "@status(\"\($0)\")" } ?? "") + Self.end }.joined()
        let reasons = statuses.indices.map { UInt32($0) }
        #expect(try merged(text, reasons).status.rawValue == expected)
    }

    @Test("What stands twice counts once; of one header field the first counts")
    func parts() throws {
        let text = """
            @header("x-a: 1\\nx-b: 1") @obligation("log,mask:iban") @reason("one")\(Self.end)
            @header("x-a: 2\\nX-C: 3") @obligation("mask:iban,mask:name") @reason("one")\(Self.end)
            @reason("two")\(Self.end)
            """
        #expect(
            try merged(text, [0, 1]).parts == [
                "header x-a=1", "header x-b=1", "obligation log=", "obligation mask=iban",
                "reason =one", "header x-c=3", "obligation mask=name",
            ])
        #expect(try merged(text, [2]).parts == ["reason =two"])
        #expect(try merged(text, []).parts == [])
    }

    @Test("A challenge is told only with the status that it is for")
    func challenge() throws {
        let text = """
            @status("401") @challenge("A")\(Self.end)
            @status("401") @challenge("B")\(Self.end)
            @status("403")\(Self.end)
            """
        #expect(try merged(text, [0, 1]).parts == ["challenge =A"])
        #expect(try merged(text, [1]).parts == ["challenge =B"])
        #expect(try merged(text, [0, 2]).parts == [])
    }

    @Test(.enabled(if: is_optimized_build())) func warmMergesAllocateNothing() throws {
        let text = "@obligation(\"log,mask:iban\") @reason(\"one\")\(Self.end)"
        let table = ObligationTable(try Ruleset(policies(text + text), version: 1), rules)
        var merged = MergedObligations()
        let reasons: [UInt32] = [0, 1]
        table.merge(reasons.span, into: &merged)
        let before = allocation_count()
        var total = 0
        for _ in 0..<10_000 {
            table.merge(reasons.span, into: &merged)
            for index in merged.parts.indices {
                total += table.withPart(merged.parts[index]) { $1.count }
            }
        }
        let allocations = allocation_count() - before
        #expect(allocations == 0)
        #expect(total > 0)
    }
}
