import BenchSupport
import CedarSyntax
import EntityStore
import Glibc

/// Users and documents of teams, as many as wanted; a request needs one user and one document.
struct EntityWorkload {
    /// Entities of both kinds together, beside teams and the action.
    let count: Int

    static let policies = """
        permit (principal, action == Action::"read", resource)
        when { principal in resource.team && principal.clearance >= resource.level };
        forbid (principal, action, resource) when { resource.archived && !context.audit };
        """

    private var half: Int { max(1, count / 2) }
    private static let teams = 100

    /// Writes the entities as JSON Lines, about 170 bytes each.
    func write(to path: String) throws {
        guard let file = unsafe fopen(path, "w") else {
            throw BenchError("cannot write `\(path)`: \(systemWords(errno))")
        }
        var lines: [UInt8] = []
        func flush() throws {
            let written = unsafe fwrite(lines, 1, lines.count, file)
            guard written == lines.count else {
                throw BenchError("cannot write `\(path)`: \(systemWords(errno))")
            }
            lines.removeAll(keepingCapacity: true)
        }
        defer { _ = unsafe fclose(file) }
        lines += #"{"uid":{"type":"Action","id":"read"},"attrs":{},"parents":[]}"#.utf8
        lines.append(10)
        for team in 0..<Self.teams {
            lines += #"{"uid":{"type":"Team","id":"t\#(team)"},"attrs":{},"parents":[]}"#.utf8
            lines.append(10)
        }
        for index in 0..<half {
            lines +=
                """
                {"uid":{"type":"User","id":"user-\(index)"},"attrs":{"clearance":\(index % 5),\
                "name":"User number \(index)"},"parents":[{"type":"Team","id":"t\(index % Self.teams)"}]}
                {"uid":{"type":"Doc","id":"document-\(index)"},"attrs":{"level":\(index % 4),\
                "archived":\(index % 16 == 0),"team":{"__entity":{"type":"Team",\
                "id":"t\(index % Self.teams)"}}},"parents":[]}

                """.utf8
            if lines.count > 1 << 20 { try flush() }
        }
        try flush()
    }

    /// Gives the users and documents in random order, so many at a time.
    func forEachBatch(of size: Int, seed: UInt64, _ body: ([Entity]) throws -> Void) rethrows {
        var random = SeededRandom(seed: seed)
        var order = Array(0..<half * 2)
        for index in order.indices.dropFirst() { order.swapAt(index, random.below(index + 1)) }
        for start in stride(from: 0, to: order.count, by: max(1, size)) {
            try body(order[start..<min(start + max(1, size), order.count)].map(entity))
        }
    }

    private func entity(_ number: Int) -> Entity {
        let index = number / 2
        let team = EntityUID("Team", "t\(index % Self.teams)")
        if number % 2 == 0 {
            return Entity(
                uid: EntityUID("User", "user-\(index)"),
                attributes: [
                    ("clearance", .long(Int64(index % 5))),
                    ("name", .string(Text("User number \(index)"))),
                ],
                parents: [team])
        }
        return Entity(
            uid: EntityUID("Doc", "document-\(index)"),
            attributes: [
                ("level", .long(Int64(index % 4))), ("archived", .bool(index % 16 == 0)),
                ("team", .entity(team)),
            ])
    }

    /// Draws requests; in half of them the document is of the user's team.
    func requests(_ wanted: Int, zipf: Bool, seed: UInt64) -> [QuestionBlock.Item] {
        var random = SeededRandom(seed: seed)
        let popularity = Zipf(count: half, skew: 0.99)
        // Popular users and documents are not neighbours, in the file and by name.
        let step = 7_919
        func draw() -> Int { zipf ? popularity.draw(&random) : random.below(half) }
        func place(_ rank: Int) -> Int { (rank &* step) % half }
        // Ranks of a team are this far from the first one's, where the halves hold whole teams.
        let inverse = 79
        return (0..<wanted).map { _ in
            let user = place(draw())
            var rank = draw()
            if random.chance(0.5) {
                // The next rank or so: the document is as popular as the one that was drawn.
                let team = user % Self.teams
                rank = rank - rank % Self.teams + inverse * team % Self.teams
                rank = min(rank, half - 1)
            }
            return QuestionBlock.Item(
                principal: EntityUID("User", "user-\(user)"), action: .action("read"),
                resource: EntityUID("Doc", "document-\(place(rank))"),
                context: [("audit", .bool(false))])
        }
    }

    /// What the policies say to a request, computed from the numbers in the ids.
    func isAllowed(_ item: QuestionBlock.Item) -> Bool {
        guard let user = Self.number(item.principal), let document = Self.number(item.resource)
        else { return false }
        return user % Self.teams == document % Self.teams && user % 5 >= document % 4
            && document % 16 != 0
    }

    private static func number(_ uid: EntityUID) -> Int? {
        uid.id.string.split(separator: "-").last.flatMap { Int($0) }
    }
}
