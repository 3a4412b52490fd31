import CedarSyntax

extension SchemaTree {
    /// Everything in the tree except for places, one declaration a line.
    ///
    /// With `isFromText` an annotation without a value is shown with the empty one, and every name as
    /// `any`, or `common` where it names a context: what a round trip through text leaves.
    func dump(isFromText: Bool = false) -> String {
        var lines: [String] = []
        func annotated(_ annotations: [Policy.Annotation]) -> String {
            annotations.map {
                "@\($0.key)=\($0.value?.quoted ?? (isFromText ? "\"\"" : "nil")) "
            }.joined()
        }
        func dump(_ type: TypeTree, isContext: Bool = false) -> String {
            switch type.kind {
            case .set(let element): return "Set<\(dump(element))>"
            case .record(let attributes):
                return "{"
                    + attributes.map {
                        "\(annotated($0.annotations))\($0.name.quoted)\($0.isRequired ? "" : "?"):"
                            + dump($0.type)
                    }.joined(separator: ", ") + "}"
            case .name(let name, let reference):
                guard isFromText else { return "\(reference) \(name)" }
                let isInLanguage = reference == .primitive || reference == .extension
                return (isContext ? "common " : "any ") + (isInLanguage ? "__cedar::" : "")
                    + name.string
            }
        }
        func list(_ names: [Name]) -> String {
            names.map(\.text.string).joined(separator: " ")
        }
        for namespace in namespaces {
            lines.append(
                "\(annotated(namespace.annotations))namespace \(namespace.name?.text.quoted ?? "-")"
            )
            for type in namespace.commonTypes {
                lines.append(
                    "\(annotated(type.annotations))type \(type.name.text) = \(dump(type.type))")
            }
            for entity in namespace.entities {
                var line = "\(annotated(entity.annotations))entity \(list(entity.names))"
                switch entity.body {
                case .enumeration(let ids): line += " enum \(ids.map(\.quoted))"
                case .standard(let parents, let shape, let tags):
                    line += " in [\(list(parents))] shape \(shape.map { dump($0) } ?? "-")"
                    line += " tags \(tags.map { dump($0) } ?? "-")"
                }
                lines.append(line)
            }
            for action in namespace.actions {
                let parents = action.parents.map {
                    "\($0.type ?? (isFromText ? "Action" : "-"))::\($0.id.quoted)"
                }
                var line = "\(annotated(action.annotations))action "
                line += action.names.map(\.text.quoted).joined(separator: " ")
                line += " in [\(parents.joined(separator: " "))]"
                if let application = action.application {
                    line += " principal [\(list(application.principals))]"
                    line += " resource [\(list(application.resources))] context "
                    line += application.context.map { dump($0, isContext: true) } ?? "-"
                }
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}
