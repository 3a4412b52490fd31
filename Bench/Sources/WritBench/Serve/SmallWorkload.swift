import BenchSupport
import CedarSyntax

/// Users and documents whose types and ids are a few bytes long.
struct SmallWorkload {
    /// Users and documents together.
    let count: Int

    static let policies = """
        permit (principal, action == Action::"r", resource)
        when { principal.c >= resource.l };
        """

    private var half: Int { max(1, count / 2) }

    /// Writes the entities as JSON Lines.
    func write(to path: String) throws {
        var lines = Array(#"{"uid":{"type":"Action","id":"r"},"attrs":{},"parents":[]}"#.utf8)
        lines.append(10)
        for index in 0..<half {
            lines +=
                """
                {"uid":{"type":"U","id":"\(index)"},"attrs":{"c":\(index % 5)},"parents":[]}
                {"uid":{"type":"D","id":"\(index)"},"attrs":{"l":\(index % 4)},"parents":[]}

                """.utf8
        }
        try TextFile.write(lines, to: path)
    }

    /// Draws requests, some users and documents far more often than others.
    func requests(_ wanted: Int, seed: UInt64) -> [QuestionBlock.Item] {
        var random = SeededRandom(seed: seed)
        let popularity = Zipf(count: half, skew: 0.99)
        return (0..<wanted).map { _ in
            // Popular users and documents are different ones, and not neighbours.
            let user = (popularity.draw(&random) &* 7_919) % half
            let document = (popularity.draw(&random) &* 7_907) % half
            return QuestionBlock.Item(
                principal: EntityUID("U", "\(user)"), action: .action("r"),
                resource: EntityUID("D", "\(document)"))
        }
    }

    /// What the policy says to a request, computed from the numbers in the ids.
    func isAllowed(_ item: QuestionBlock.Item) -> Bool {
        guard let user = Int(item.principal.id.string), let document = Int(item.resource.id.string)
        else { return false }
        return user % 5 >= document % 4
    }
}
