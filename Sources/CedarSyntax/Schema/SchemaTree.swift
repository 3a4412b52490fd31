/// A schema as it was written, in either syntax, before any name is looked up.
package struct SchemaTree: Sendable {
    /// A name and where it stands.
    package struct Name: Sendable {
        /// Components joined by `::`, without spaces; for declarations a single identifier or text.
        package var text: Text
        package var span: SourceSpan

        package init(_ text: Text, _ span: SourceSpan) {
            self.text = text
            self.span = span
        }
    }

    /// The declarations of one namespace block, or those outside of all blocks.
    package struct Namespace: Sendable {
        /// Nil for the empty namespace.
        package var name: Name?
        package var annotations: [Policy.Annotation] = []
        package var commonTypes: [CommonTypeDeclaration] = []
        package var entities: [EntityDeclaration] = []
        package var actions: [ActionDeclaration] = []

        package init(name: Name?) {
            self.name = name
        }
    }

    /// `type Name = …;`
    package struct CommonTypeDeclaration: Sendable {
        package var name: Name
        package var type: TypeTree
        package var annotations: [Policy.Annotation]

        package init(name: Name, type: TypeTree, annotations: [Policy.Annotation]) {
            self.name = name
            self.type = type
            self.annotations = annotations
        }
    }

    /// `entity A, B …;`: every name gets the same body.
    package struct EntityDeclaration: Sendable {
        package enum Body: Sendable {
            /// The shape is a record or, in JSON, the name of a common type; nil means no attributes.
            case standard(parents: [Name], shape: TypeTree?, tags: TypeTree?)
            /// The ids that entities of this type may have; never empty, duplicates allowed.
            case enumeration([Text])
        }

        package var names: [Name]
        package var body: Body
        package var annotations: [Policy.Annotation]

        package init(names: [Name], body: Body, annotations: [Policy.Annotation]) {
            self.names = names
            self.body = body
            self.annotations = annotations
        }
    }

    /// `action a, b …;`: every name gets the same body.
    package struct ActionDeclaration: Sendable {
        /// An action named as a parent; without a type it is looked up by namespaces.
        package struct Reference: Sendable {
            package var type: Text?
            package var id: Text
            package var span: SourceSpan

            package init(type: Text?, id: Text, span: SourceSpan) {
                self.type = type
                self.id = id
                self.span = span
            }
        }

        /// What an action may be asked about; both lists are non-empty.
        package struct Application: Sendable {
            package var principals: [Name]
            package var resources: [Name]
            /// Nil means the empty record.
            package var context: TypeTree?

            package init(principals: [Name], resources: [Name], context: TypeTree?) {
                self.principals = principals
                self.resources = resources
                self.context = context
            }
        }

        package var names: [Name]
        package var parents: [Reference]
        /// Nil for a group that is never asked about itself.
        package var application: Application?
        package var annotations: [Policy.Annotation]

        package init(
            names: [Name], parents: [Reference], application: Application?,
            annotations: [Policy.Annotation]
        ) {
            self.names = names
            self.parents = parents
            self.application = application
            self.annotations = annotations
        }
    }

    /// One entry for each block in source order; declarations outside of blocks make one entry.
    package var namespaces: [Namespace]

    package init(namespaces: [Namespace]) {
        self.namespaces = namespaces
    }
}
