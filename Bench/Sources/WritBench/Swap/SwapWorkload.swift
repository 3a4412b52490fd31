import BenchSupport
import CedarSyntax
import EntityStore

/// Policy sets of which each answer says which one made it.
///
/// Every question is permitted by two policies, far from each other in the set: the first and the
/// one of its user. The ids of both begin with the number of the set, so an answer, or a batch, that
/// was made from two sets shows.
struct SwapWorkload {
    /// Policies in each set.
    let policies: Int

    /// The text of a set.
    func text(set number: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(policies * 110)
        text +=
            "@id(\"\(number)-all\") permit (principal, action == Action::\"r\", resource);\n".utf8
        for user in 1..<policies {
            text +=
                """
                @id("\(number)-u\(user)") permit (principal == U::"\(user)", \
                action == Action::"r", resource) when { resource.l <= 3 };

                """.utf8
        }
        return text
    }

    /// Makes the store: documents of a few levels.
    func makeStore(at path: String, entities file: String) throws {
        var lines: [UInt8] = []
        for index in 0..<Self.documents {
            lines +=
                """
                {"uid":{"type":"D","id":"\(index)"},"attrs":{"l":\(index % 4)},"parents":[]}

                """.utf8
        }
        try TextFile.write(lines, to: file)
        let store = try EntityStore.open(at: path, StoreOptions(createIfMissing: true))
        _ = try store.importEntities(from: .file(file))
    }

    /// Questions of users all over the set.
    func requests(_ wanted: Int) -> [QuestionBlock.Item] {
        var random = SeededRandom(seed: 11)
        return (0..<wanted).map { _ in
            QuestionBlock.Item(
                principal: EntityUID("U", "\(1 + random.below(policies - 1))"),
                action: .action("r"), resource: EntityUID("D", "\(random.below(Self.documents))"))
        }
    }

    private static let documents = 1000
}
