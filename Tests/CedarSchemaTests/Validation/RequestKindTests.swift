import CedarSchema
import CedarSyntax
import Testing

@Suite struct RequestKindTests {
    private func kinds(_ policy: String) throws -> [String] {
        let schema = try Schema.parse(
            Array(
                """
                entity User {level: Long}; entity Guest; entity Photo; entity Album;
                action view appliesTo { principal: [User, Guest], resource: [Photo, Album] };
                action edit appliesTo { principal: User, resource: Photo };
                action none;
                """.utf8))
        let validator = Validator(schema)
        #expect(validator.requestKindCount == 5)
        let policy = try #require(try PolicySet.parse(policy).members.first).policy
        return validator.requestKinds(of: policy).map {
            "\($0.principal) \($0.action.id) \($0.resource)"
        }
    }

    @Test(arguments: [
        ("permit(principal == Photo::\"a\", action, resource);", []),
        ("permit(principal, action == Action::\"none\", resource);", []),
        ("permit(principal, action, resource) when { false };", []),
        (
            "permit(principal, action, resource is Album) when { principal is Guest };",
            ["Guest view Album"]
        ),
        ("permit(principal, action == Action::\"edit\", resource);", ["User edit Photo"]),
        (
            "permit(principal is User, action, resource) unless { resource is Photo };",
            ["User view Album"]
        ),
        (
            "permit(principal, action, resource) when { principal is User && principal.level > 1 };",
            ["User edit Photo", "User view Album", "User view Photo"]
        ),
    ])
    func tellsWhereAPolicyMayApply(_ policy: String, _ expected: [String]) throws {
        #expect(try kinds(policy) == expected)
    }
}
