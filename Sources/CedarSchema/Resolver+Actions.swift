import CedarSyntax

// Actions and their groups.

extension Resolver {
    /// Sum of the ancestors of all actions: a chain of groups would otherwise cost its square.
    static let maximumActionAncestors = 250_000

    private struct Draft {
        var parents: Set<EntityUID> = []
        var principals: Set<Text> = []
        var resources: Set<Text> = []
        var context: RecordType = .empty
    }

    mutating func actions(_ tree: SchemaTree, into actions: inout [EntityUID: Schema.Action]) {
        var drafts: [EntityUID: Draft] = [:]
        for namespace in tree.namespaces {
            let scope = namespace.name?.text
            for declaration in namespace.actions {
                let draft = draft(declaration, in: scope)
                for name in declaration.names {
                    let type = Text("Action").qualified(by: scope)
                    drafts[EntityUID(type: type, id: name.text)] = draft
                }
            }
        }
        guard let ancestors = ancestors(drafts.mapValues { $0.parents.sorted() }) else { return }
        for (uid, draft) in drafts {
            actions[uid] = Schema.Action(
                uid: uid, parents: draft.parents.sorted(),
                ancestors: (ancestors[uid] ?? []).sorted(),
                principals: draft.principals.sorted(), resources: draft.resources.sorted(),
                context: draft.context)
        }
    }

    private mutating func draft(
        _ declaration: SchemaTree.ActionDeclaration, in scope: Text?
    ) -> Draft {
        var draft = Draft()
        for parent in declaration.parents {
            let type = parent.type ?? "Action"
            // `Action` is a name like others: nearest first.
            let candidates =
                type.isQualified || scope == nil ? [type] : [type.qualified(by: scope), type]
            let found = candidates.map { EntityUID(type: $0, id: parent.id) }
                .first { actionSpans[$0] != nil }
            if let found {
                draft.parents.insert(found)
            } else {
                undeclaredAction(parent.id, parent.type, in: scope, at: parent.span)
            }
        }
        guard let application = declaration.application else { return draft }
        draft.principals = Set(entityTypes(application.principals, in: scope))
        draft.resources = Set(entityTypes(application.resources, in: scope))
        if let context = application.context {
            draft.context = recordType(context, in: scope, of: "the context") ?? .empty
        }
        return draft
    }

    /// Closes the relation to groups; nil after an error.
    private mutating func ancestors(
        _ parents: [EntityUID: [EntityUID]]
    ) -> [EntityUID: Set<EntityUID>]? {
        var closed: [EntityUID: Set<EntityUID>] = [:]
        var total = 0
        for start in parents.keys.sorted() where closed[start] == nil {
            // Depth first with an explicit stack: chains of groups may be long.
            var path: [(uid: EntityUID, next: Int)] = [(start, 0)]
            var onPath: Set<EntityUID> = [start]
            while let (uid, next) = path.last {
                let direct = parents[uid] ?? []
                if next < direct.count {
                    path[path.count - 1].next += 1
                    let parent = direct[next]
                    if onPath.contains(parent) {
                        cyclicAction(parent)
                        return nil
                    }
                    if closed[parent] == nil {
                        path.append((parent, 0))
                        onPath.insert(parent)
                    }
                    continue
                }
                var all = Set(direct)
                for parent in direct { all.formUnion(closed[parent] ?? []) }
                closed[uid] = all
                total += all.count
                guard total <= Self.maximumActionAncestors else {
                    fail(
                        actionSpans[uid] ?? SourceSpan(0, 0),
                        "the actions have more than \(Self.maximumActionAncestors) groups in all, "
                            + "groups of groups included")
                    return nil
                }
                path.removeLast()
                onPath.remove(uid)
            }
        }
        return closed
    }

    private mutating func cyclicAction(_ uid: EntityUID) {
        fail(
            actionSpans[uid] ?? SourceSpan(0, 0), "action `\(uid)` is a member of itself",
            help: "all names of one declaration are members of all groups after its `in`")
    }
}
