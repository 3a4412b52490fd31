import CedarSyntax

/// One change of the writer, as it is logged: a verb, what it is about, and its number.
struct CrashStep: Equatable {
    enum Verb: String {
        case put
        case patch
        case delete
        /// Fifty entities in one import.
        case load
        case group
    }

    let verb: Verb
    let subject: Int
    /// The number of the step; the value that it leaves.
    let number: Int

    static let itemCount = 100
    static let loadCount = 50
    static let groupCount = 30

    init(_ verb: Verb, _ subject: Int, _ number: Int) {
        self.verb = verb
        self.subject = subject
        self.number = number
    }

    init?(_ words: [Substring]) {
        guard words.count == 3, let verb = Verb(rawValue: String(words[0])),
            let subject = Int(words[1]), let number = Int(words[2])
        else { return nil }
        self.init(verb, subject, number)
    }

    var line: String { "\(verb.rawValue) \(subject) \(number)" }

    /// The entities that the step is about.
    var uids: [EntityUID] {
        switch verb {
        case .put, .patch, .delete: [Self.uid("Item", subject)]
        case .load: (0..<Self.loadCount).map { Self.uid("Loaded", subject * 1000 + $0) }
        case .group: [Self.uid("Group", subject)]
        }
    }

    static func uid(_ type: String, _ number: Int) -> EntityUID {
        EntityUID(type: Text(type), id: Text("\(number)"))
    }

    /// The content of an entity; groups are parents of items and of groups of greater number.
    func entity(_ uid: EntityUID) -> Entity {
        var parents = [Self.uid("Group", number % Self.groupCount)]
        if verb == .group {
            parents = subject == 0 ? [] : [Self.uid("Group", number % subject)]
        }
        return Entity(
            uid: uid,
            attributes: [
                ("number", .long(Int64(number))),
                ("filler", .string(Text(String(repeating: "x", count: number * 37 % 3000)))),
            ],
            parents: parents)
    }
}
