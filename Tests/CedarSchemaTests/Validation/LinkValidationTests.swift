import CedarSchema
import CedarSyntax
import Testing

/// Templates that are valid, and whether a link of them is.
@Suite struct LinkValidationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var template: String
        var principal: String?
        var resource: String?
        var isValid: Bool
        var testDescription: String {
            "\(template) \(principal ?? "-") \(resource ?? "-")"
        }

        init(_ template: String, _ principal: String?, _ resource: String?, isValid: Bool) {
            self.template = template
            self.principal = principal
            self.resource = resource
            self.isValid = isValid
        }
    }

    @Test(arguments: recorded + unfilled)
    func judgesLinks(_ row: Row) throws {
        let findings = try Self.findings(row)
        #expect(findings.isEmpty == row.isValid, "\(findings)")
        #expect(findings.allSatisfy { $0.policy == "link" })
    }

    @Test func namesTheSlotAndTheTemplatesPlace() throws {
        let findings = try Self.findings(
            Row(
                "permit(principal in ?principal, action, resource);", #"Tean::"a""#, nil,
                isValid: false))
        try #require(findings.count == 1)
        #expect(
            findings[0].diagnostic.message
                == #"`?principal` is `Tean::"a"`, and the schema declares no entity type `Tean`"#)
        #expect(findings[0].diagnostic.help == "did you mean `Team`?")
        #expect(findings[0].diagnostic.span == SourceSpan(7, 30))
    }

    @Test func theTemplatesOwnErrorsAreNotRepeated() throws {
        let findings = try Self.findings(
            Row(
                "permit(principal == ?principal, action, resource) when { principal.nothing };",
                #"User::"a""#, nil, isValid: false))
        #expect(Set(findings.map(\.policy)) == ["policy0"])
    }

    private static func findings(_ row: Row) throws -> [ValidationFinding] {
        var set = try PolicySet.parse(row.template)
        try set.link(
            templateID: "policy0", newID: "link",
            values: SlotValues(
                principal: row.principal.map { try EntityUID.parse($0) },
                resource: row.resource.map { try EntityUID.parse($0) }))
        return Validator(try Schema.parse(schema)).validate(set)
    }

    private static let schema = """
        entity Org; entity Team in [Team, Org]; entity User in [Team]; entity Robot; entity Color enum ["red","blue"];
        entity Folder in [Folder]; entity Doc in [Folder]; entity Orphan;
        namespace Hr { entity Badge; entity Unit; action swipe appliesTo {principal: Badge, resource: Unit}; }
        action read, write appliesTo {principal: [User, Robot], resource: Doc};
        action own appliesTo {principal: Team, resource: Folder};
        action paint appliesTo {principal: User, resource: Color};
        action group; action grouped in [group] appliesTo {principal: Robot, resource: Folder};
        """

    /// The verdicts of cedar-policy 4.12.0 on the policies with the slots filled: without conditions
    /// and enumerations they are those on the links.
    private static let recorded = [
        Row(
            #"permit(principal == ?principal, action, resource);"#, #"User::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource);"#, #"Nope::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource);"#, #"Orphan::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource);"#, #"Team::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource);"#, #"Org::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"Org::"a""#, nil, isValid: true
        ),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"Team::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"User::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"Orphan::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"Nope::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"Doc::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal is User in ?principal, action, resource);"#, #"Team::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal is User in ?principal, action, resource);"#, #"Org::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal is User in ?principal, action, resource);"#, #"User::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal is User in ?principal, action, resource);"#, #"Robot::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal is User in ?principal, action, resource);"#, #"Folder::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal is Robot in ?principal, action, resource);"#, #"Team::"a""#, nil,
            isValid: false),
        Row(
            #"permit(principal is Robot in ?principal, action, resource);"#, #"Robot::"a""#, nil,
            isValid: true),
        Row(
            #"permit(principal == ?principal, action == Action::"read", resource);"#,
            #"Robot::"a""#, nil, isValid: true),
        Row(
            #"permit(principal == ?principal, action == Action::"read", resource);"#, #"Team::"a""#,
            nil, isValid: false),
        Row(
            #"permit(principal == ?principal, action == Action::"own", resource);"#, #"Team::"a""#,
            nil, isValid: true),
        Row(
            #"permit(principal == ?principal, action == Action::"own", resource);"#, #"User::"a""#,
            nil, isValid: false),
        Row(
            #"permit(principal in ?principal, action == Action::"own", resource);"#, #"Team::"a""#,
            nil, isValid: true),
        Row(
            #"permit(principal in ?principal, action == Action::"own", resource);"#, #"Org::"a""#,
            nil, isValid: true),
        Row(
            #"permit(principal in ?principal, action == Action::"own", resource);"#, #"User::"a""#,
            nil, isValid: false),
        Row(
            #"permit(principal, action, resource == ?resource);"#, nil, #"Doc::"a""#, isValid: true),
        Row(
            #"permit(principal, action, resource == ?resource);"#, nil, #"Folder::"a""#,
            isValid: true),
        Row(
            #"permit(principal, action, resource == ?resource);"#, nil, #"User::"a""#,
            isValid: false),
        Row(
            #"permit(principal, action, resource == ?resource);"#, nil, #"Orphan::"a""#,
            isValid: false),
        Row(
            #"permit(principal, action, resource == ?resource);"#, nil, #"Color::"red""#,
            isValid: true),
        Row(
            #"permit(principal, action, resource in ?resource);"#, nil, #"Color::"blue""#,
            isValid: true),
        Row(
            #"permit(principal, action, resource in ?resource);"#, nil, #"Folder::"a""#,
            isValid: true),
        Row(
            #"permit(principal, action, resource in ?resource);"#, nil, #"Doc::"a""#, isValid: true),
        Row(
            #"permit(principal, action, resource in ?resource);"#, nil, #"Team::"a""#,
            isValid: false),
        Row(
            #"permit(principal, action, resource is Doc in ?resource);"#, nil, #"Folder::"a""#,
            isValid: true),
        Row(
            #"permit(principal, action, resource is Doc in ?resource);"#, nil, #"Team::"a""#,
            isValid: false),
        Row(
            #"permit(principal, action, resource is Doc in ?resource);"#, nil, #"Missing::"a""#,
            isValid: false),
        Row(
            #"permit(principal, action == Action::"read", resource == ?resource);"#, nil,
            #"Doc::"a""#, isValid: true),
        Row(
            #"permit(principal, action == Action::"read", resource == ?resource);"#, nil,
            #"Folder::"a""#, isValid: false),
        Row(
            #"permit(principal, action == Action::"read", resource in ?resource);"#, nil,
            #"Folder::"a""#, isValid: true),
        Row(
            #"permit(principal, action in Action::"group", resource == ?resource);"#, nil,
            #"Folder::"a""#, isValid: true),
        Row(
            #"permit(principal, action in Action::"group", resource == ?resource);"#, nil,
            #"Doc::"a""#, isValid: false),
        Row(
            #"permit(principal, action in [Action::"read", Action::"own"], resource == ?resource);"#,
            nil, #"Folder::"a""#, isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"User::"a""#,
            #"Doc::"d""#, isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"User::"a""#,
            #"Folder::"d""#, isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Team::"a""#,
            #"Folder::"d""#, isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Robot::"a""#,
            #"Folder::"d""#, isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Robot::"a""#,
            #"Color::"red""#, isValid: false),
        Row(
            #"permit(principal in ?principal, action, resource in ?resource);"#, #"Org::"a""#,
            #"Folder::"d""#, isValid: true),
        Row(
            #"permit(principal in ?principal, action, resource in ?resource);"#, #"Orphan::"a""#,
            #"Folder::"d""#, isValid: false),
        Row(
            #"permit(principal in ?principal, action, resource in ?resource);"#, #"Nope::"a""#,
            #"Nada::"d""#, isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Hr::Badge::"a""#,
            #"Hr::Unit::"d""#, isValid: true),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Hr::Badge::"a""#,
            #"Doc::"d""#, isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Badge::"a""#,
            #"Hr::Unit::"d""#, isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource == ?resource);"#, #"Hr::Nope::"a""#,
            #"Hr::Unit::"d""#, isValid: false),
        Row(
            #"permit(principal == ?principal, action, resource);"#, #"Action::"read""#, nil,
            isValid: false),
        Row(
            #"permit(principal in ?principal, action, resource);"#, #"Action::"group""#, nil,
            isValid: false),
        Row(
            #"permit(principal, action, resource in ?resource);"#, nil, #"Action::"group""#,
            isValid: false),
        Row(
            #"permit(principal == ?principal, action == Hr::Action::"swipe", resource);"#,
            #"Hr::Badge::"a""#, nil, isValid: true),
        Row(
            #"permit(principal == ?principal, action == Hr::Action::"swipe", resource);"#,
            #"User::"a""#, nil, isValid: false),
    ]

    /// What the reference does not look at in a link: the ids of enumerations.
    private static let unfilled = [
        Row(
            "permit(principal, action, resource == ?resource);", nil, #"Color::"green""#,
            isValid: true)
    ]
}
