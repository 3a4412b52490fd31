import CedarSyntax

// What is declared, and whether the names can stand beside each other.

extension Resolver {
    mutating func declare(_ tree: SchemaTree) {
        var blocks: Set<Text> = []
        for namespace in tree.namespaces {
            if let name = namespace.name, !blocks.insert(name.text).inserted {
                fail(
                    name.span, "namespace `\(name.text)` is declared twice",
                    help: "put all its declarations into one block")
            }
            declare(namespace)
        }
        for namespace in tree.namespaces {
            if let name = namespace.name { checkShadowing(namespace, name.text) }
        }
    }

    private mutating func declare(_ namespace: SchemaTree.Namespace) {
        let scope = namespace.name?.text
        for type in namespace.commonTypes {
            let name = type.name.text.qualified(by: scope)
            guard commonTypes[name] == nil else {
                fail(type.name.span, "type `\(name)` is declared twice")
                continue
            }
            commonTypes[name] = CommonType(
                tree: type.type, span: type.name.span, namespace: scope)
        }
        for name in namespace.entities.flatMap(\.names) {
            let full = name.text.qualified(by: scope)
            if name.text == "Action" {
                fail(
                    name.span, "`Action` is the type of actions and cannot be declared",
                    help: "choose another name, or declare the actions with `action`")
            } else if entitySpans.updateValue(name.span, forKey: full) != nil {
                fail(name.span, "entity type `\(full)` is declared twice")
            }
        }
        let actionType = Text("Action").qualified(by: scope)
        for name in namespace.actions.flatMap(\.names) {
            let uid = EntityUID(type: actionType, id: name.text)
            if actionSpans.updateValue(name.span, forKey: uid) != nil {
                fail(name.span, "action `\(uid)` is declared twice")
            }
            actionTypes.insert(actionType)
        }
    }

    /// A name in a namespace must not be one of the empty namespace: it would make that unreachable.
    ///
    /// Source: Cedar RFC 70.
    private mutating func checkShadowing(_ namespace: SchemaTree.Namespace, _ scope: Text) {
        let help = "give one of the two another name"
        for name in namespace.commonTypes.map(\.name) + namespace.entities.flatMap(\.names)
        where commonTypes[name.text] != nil || entitySpans[name.text] != nil {
            fail(
                name.span,
                "`\(name.text.qualified(by: scope))` shadows `\(name.text)`, which is declared "
                    + "outside of namespaces", help: help)
        }
        for name in namespace.actions.flatMap(\.names) {
            let outer = EntityUID(type: "Action", id: name.text)
            guard actionSpans[outer] != nil else { continue }
            let inner = EntityUID(type: Text("Action").qualified(by: scope), id: name.text)
            fail(
                name.span,
                "action `\(inner)` shadows `\(outer)`, which is declared outside of namespaces",
                help: help)
        }
    }
}
