import CedarSyntax

/// What a server under load is asked: entities, policies and requests whose decisions are known.
struct ServeWorkload {
    /// How long the requests are.
    enum Size: String, CaseIterable {
        /// Short names and no context: frames of 144 bytes, the shortest there are.
        case small
        /// Names and a context as services have them: frames of 232 bytes.
        case large
    }

    let policies: String
    /// The entities as JSON Lines, written to a file.
    let writeEntities: (_ path: String) throws -> Void
    let items: [QuestionBlock.Item]
    /// Whether each request is to be allowed.
    let expected: [Bool]

    /// Makes the workload of a size over so many entities.
    init(_ size: Size, entities: Int) {
        switch size {
        case .small:
            let workload = SmallWorkload(count: entities)
            policies = SmallWorkload.policies
            writeEntities = workload.write
            items = workload.requests(4096, seed: 3)
            expected = items.map(workload.isAllowed)
        case .large:
            let workload = EntityWorkload(count: entities)
            policies = EntityWorkload.policies
            writeEntities = workload.write
            items = workload.requests(4096, zipf: true, seed: 3)
            expected = items.map(workload.isAllowed)
        }
    }
}
