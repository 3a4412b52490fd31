import BenchSupport
import CedarSchema
import CedarSyntax

/// Many policies of one shape, each for one user and one document; each request matches one.
struct PolicyWorkload {
    let count: Int

    static let schema = """
        entity User;
        entity Doc { level: Long };
        action read appliesTo { principal: User, resource: Doc, context: { mfa: Bool } };
        """

    /// The policies as text.
    var text: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(count * 150)
        for number in 0..<count {
            text +=
                """
                permit(principal == User::"u\(number)", action == Action::"read", \
                resource == Doc::"d\(number)") when { context.mfa && resource.level <= 3 };

                """.utf8
        }
        return text
    }

    /// Numbers of policies spread evenly over the set, in random order.
    func numbers(_ wanted: Int) -> [Int] {
        let chosen = min(wanted, count)
        var random = SeededRandom(seed: 7)
        return (0..<chosen).map { $0 * count / chosen }.shuffled(using: &random)
    }

    /// The documents that those policies name, and the action.
    func entities(_ numbers: [Int]) -> [Entity] {
        [Entity(uid: .action("read"))]
            + numbers.map { Entity(uid: user($0)) }
            + numbers.map {
                Entity(uid: document($0), attributes: [("level", .long(Int64($0 % 4)))])
            }
    }

    /// Requests that the policies allow, each by one.
    func requests(_ numbers: [Int]) -> [QuestionBlock.Item] {
        numbers.map {
            QuestionBlock.Item(
                principal: user($0), action: .action("read"), resource: document($0),
                context: [("mfa", .bool(true))])
        }
    }

    private func user(_ number: Int) -> EntityUID { EntityUID("User", "u\(number)") }
    private func document(_ number: Int) -> EntityUID { EntityUID("Doc", "d\(number)") }
}
