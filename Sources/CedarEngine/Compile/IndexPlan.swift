import CedarSyntax

/// Chooses where each policy of a set stands in the index.
struct IndexPlan {
    private typealias Place = PolicyIndex.Place

    /// The parts of one policy's scope that name entities: resource, principal, action.
    private var choices: [[[Place]]] = []
    /// How many policies could stand under an entity, by its key.
    private var population: [UInt64: Int] = [:]

    /// Takes the next policy of the set.
    ///
    /// - Parameter compiler: where the entities that it names become constants.
    mutating func add(_ policy: Policy, _ compiler: inout Compiler) throws(CompileError) {
        var choices: [[Place]] = []
        func place(
            _ role: PolicyIndex.Role, _ uid: EntityUID, _ compiler: inout Compiler
        ) throws(CompileError) -> Place {
            let (offset, hash) = try compiler.add(entity: uid)
            return Place(role: role, entity: offset, hash: hash)
        }
        switch policy.resource {
        case .equal(.entity(let uid)): choices.append([try place(.resource, uid, &compiler)])
        case .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)):
            choices.append([try place(.resourceAncestor, uid, &compiler)])
        case .any, .isType, .equal(.slot), .in(.slot), .isTypeIn(_, .slot): break
        }
        switch policy.principal {
        case .equal(.entity(let uid)): choices.append([try place(.principal, uid, &compiler)])
        case .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)):
            choices.append([try place(.principalAncestor, uid, &compiler)])
        case .any, .isType, .equal(.slot), .in(.slot), .isTypeIn(_, .slot): break
        }
        switch policy.action {
        case .any: break
        case .equal(let uid): choices.append([try place(.action, uid, &compiler)])
        case .in(let uid): choices.append([try place(.actionAncestor, uid, &compiler)])
        case .inSet(let uids):
            var places: [Place] = []
            for uid in uids { places.append(try place(.actionAncestor, uid, &compiler)) }
            choices.append(places)
        }
        for choice in choices {
            for place in choice { population[place.key, default: 0] += 1 }
        }
        self.choices.append(choices)
    }

    /// Where a policy stands: under the entities that the fewest policies could stand under; nil
    /// when its scope names none. Among equals the resource comes first, then the principal.
    func places(of policy: Int) -> [PolicyIndex.Place]? {
        choices[policy].min { crowd($0) < crowd($1) }
    }

    private func crowd(_ places: [Place]) -> Int {
        places.reduce(0) { max($0, population[$1.key] ?? 0) }
    }
}
