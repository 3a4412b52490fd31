package import CedarSyntax

/// Ancestor sets of a parent graph, with cycles found.
package struct Hierarchy {
    /// A way from an entity back to itself.
    package struct Cycle: Error, Hashable, Sendable {
        /// The entities on the way, in order; the first is the parent of the last.
        package let path: [EntityUID]

        package init(path: [EntityUID]) { self.path = path }

        package var message: String {
            let names = (path + path.prefix(1)).map { "`\($0)`" }
            return "the hierarchy has a cycle: " + names.joined(separator: " in ")
        }
    }

    /// Why there are no ancestor sets.
    package enum Failure: Error, Hashable, Sendable {
        case cycle(Cycle)
        /// An entity has more than ``maximumAncestors``.
        case tooManyAncestors(EntityUID)
    }

    /// The most proper ancestors of one entity: every parent carries the set of its own.
    package static let maximumAncestors = 10_000

    private let parents: (EntityUID) -> [EntityUID]
    /// The length of the longest way up from an entity; an entity on the way being walked has none
    /// yet and stands in `onPath`.
    private var heights: [EntityUID: Int] = [:]

    /// - Parameter parents: the direct parents of an entity; empty for an unknown one.
    package init(parents: @escaping (EntityUID) -> [EntityUID]) {
        self.parents = parents
    }

    /// All proper ancestors of an entity, also those that are only named as parents.
    package mutating func ancestors(of uid: EntityUID) throws(Failure) -> Set<EntityUID> {
        try check(uid)
        var all: Set<EntityUID> = []
        var pending = parents(uid)
        while let next = pending.popLast() {
            guard all.insert(next).inserted else { continue }
            guard all.count <= Self.maximumAncestors else { throw .tooManyAncestors(uid) }
            pending += parents(next)
        }
        return all
    }

    /// Refuses cycles above an entity and ways up that are longer than the bound on ancestors.
    ///
    /// Walks with its own stack, and each entity once, whatever the depth of the hierarchy.
    package mutating func check(_ uid: EntityUID) throws(Failure) {
        guard heights[uid] == nil else { return }
        var path = [(uid: uid, parents: parents(uid), next: 0)]
        var onPath: Set<EntityUID> = [uid]
        while let top = path.last {
            if top.next < top.parents.count {
                path[path.count - 1].next += 1
                let parent = top.parents[top.next]
                if onPath.contains(parent) {
                    let start = path.firstIndex { $0.uid == parent } ?? 0
                    throw .cycle(Cycle(path: path[start...].map(\.uid)))
                }
                guard heights[parent] == nil else { continue }
                path.append((parent, parents(parent), 0))
                onPath.insert(parent)
            } else {
                let height = top.parents.reduce(0) { max($0, (heights[$1] ?? 0) + 1) }
                guard height <= Self.maximumAncestors else { throw .tooManyAncestors(top.uid) }
                heights[top.uid] = height
                onPath.remove(top.uid)
                path.removeLast()
            }
        }
    }
}
