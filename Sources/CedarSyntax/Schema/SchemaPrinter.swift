/// Prints a schema in normal form in Cedar's own syntax, laid out as by the reference implementation.
struct SchemaPrinter {
    var bytes: [UInt8] = []
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    mutating func print(_ text: String) { bytes += text.utf8 }

    mutating func print(_ text: Text) { bytes += text.utf8 }

    mutating func print(_ tree: SchemaTree) throws(OutputOverflow) {
        for (index, namespace) in tree.namespaces.enumerated() {
            if index > 0 { print("\n") }
            guard let name = namespace.name else {
                try print(namespace, indent: "")
                continue
            }
            print(namespace.annotations, indent: "")
            print("namespace \(name.text) {\n")
            try print(namespace, indent: "  ")
            print("}\n")
        }
    }

    private mutating func print(
        _ namespace: SchemaTree.Namespace, indent: String
    ) throws(OutputOverflow) {
        var isFirst = true
        for type in namespace.commonTypes {
            try begin(&isFirst, type.annotations, indent)
            print("\(indent)type \(type.name.text) = ")
            print(type.type, indent: indent)
            print(";\n")
        }
        for entity in namespace.entities {
            try begin(&isFirst, entity.annotations, indent)
            print("\(indent)entity \(entity.names[0].text)")
            print(entity.body, indent: indent)
            print(";\n")
        }
        for action in namespace.actions {
            try begin(&isFirst, action.annotations, indent)
            print("\(indent)action \(action.names[0].text.quotedForSchema)")
            print(action, indent: indent)
            print(";\n")
        }
        try checkSize()
    }

    /// Begins a declaration, with an empty line before all but the first one.
    private mutating func begin(
        _ isFirst: inout Bool, _ annotations: [Policy.Annotation], _ indent: String
    ) throws(OutputOverflow) {
        try checkSize()
        if !isFirst { print("\n") }
        isFirst = false
        print(annotations, indent: indent)
    }

    private func checkSize() throws(OutputOverflow) {
        guard bytes.count <= limit else {
            throw OutputOverflow(limit: limit, cause: .repeatedDeclaration)
        }
    }

    private mutating func print(_ annotations: [Policy.Annotation], indent: String) {
        for annotation in annotations {
            print("\(indent)@\(annotation.key)")
            if let value = annotation.value { print("(\(value.quotedForSchema))") }
            print("\n")
        }
    }

    private mutating func print(_ body: SchemaTree.EntityDeclaration.Body, indent: String) {
        switch body {
        case .enumeration(let ids):
            print(" enum [\(ids.map(\.quotedForSchema).joined(separator: ", "))]")
        case .standard(let parents, let shape, let tags):
            if !parents.isEmpty { print(" in \(list(parents))") }
            if let shape {
                print(" = ")
                print(shape, indent: indent)
            }
            if let tags {
                print(" tags ")
                print(tags, indent: "")
            }
        }
    }

    private mutating func print(_ action: SchemaTree.ActionDeclaration, indent: String) {
        if !action.parents.isEmpty {
            let parents = action.parents.map { "\($0.type ?? "Action")::\($0.id.quotedForSchema)" }
            print(" in [\(parents.joined(separator: ", "))]")
        }
        guard let application = action.application else { return }
        let inner = indent + "  "
        print(" appliesTo {\n\(inner)principal: \(list(application.principals)),\n")
        print("\(inner)resource: \(list(application.resources)),\n\(inner)context: ")
        if let context = application.context {
            print(context, indent: inner)
        } else {
            print("{}")
        }
        print("\n\(indent)}")
    }

    private func list(_ names: [SchemaTree.Name]) -> String {
        "[\(names.map(\.text.string).joined(separator: ", "))]"
    }

    private mutating func print(_ type: TypeTree, indent: String) {
        switch type.kind {
        case .name(let name, .primitive), .name(let name, .extension): print("__cedar::\(name)")
        case .name(let name, _): print(name)
        case .set(let element):
            print("Set<")
            print(element, indent: indent)
            print(">")
        case .record(let attributes):
            let inner = indent + "  "
            print("{")
            for (index, attribute) in attributes.enumerated() {
                print(index == 0 ? "\n" : ",\n")
                print(attribute.annotations, indent: inner)
                print(inner)
                if attribute.name.isSchemaIdentifier {
                    print(attribute.name)
                } else {
                    print(attribute.name.quotedForSchema)
                }
                print(attribute.isRequired ? ": " : "?: ")
                print(attribute.type, indent: inner)
            }
            if !attributes.isEmpty { print("\n") }
            // The reference indents the brace of an empty record as well.
            print("\(indent)}")
        }
    }
}

extension SchemaTree {
    /// The schema in Cedar's own syntax; read again it means the same.
    ///
    /// Comments, layout and the order of declarations are lost, a declaration of several names
    /// becomes several.
    /// - Throws: `SchemaTextError.noText` when something has no text in this syntax or is declared
    ///   twice, `SchemaTextError.overflow` when the text has more than `limit` bytes.
    package func cedarText(
        limit: Int = OutputOverflow.standardLimit
    ) throws(SchemaTextError) -> String {
        do {
            let tree = try normalized()
            try tree.checkHasText()
            var printer = SchemaPrinter(limit: limit)
            try printer.print(tree)
            return String(decoding: printer.bytes, as: UTF8.self)
        } catch let error as Diagnostics {
            throw .noText(error)
        } catch let error as OutputOverflow {
            throw .overflow(error)
        } catch {
            preconditionFailure("an error that nothing here throws")
        }
    }
}
