/// A type as it is written in a schema.
package struct TypeTree: Sendable {
    package indirect enum Kind: Sendable {
        /// A name, and what kinds of type it may stand for.
        case name(Text, Reference)
        case set(TypeTree)
        /// In source order; of attributes with the same name the last one counts.
        case record([Attribute])
    }

    /// What a name may stand for; schema text has only `any`, and `common` for contexts.
    package enum Reference: Hashable, Sendable {
        /// A common type, an entity type, or one of the language's types.
        case any
        /// A common type or one of the language's types.
        case common
        /// An entity type.
        case entity
        /// `Long`, `String` or `Bool` of the language, whatever the schema declares.
        case primitive
        /// An extension type of the language, whatever the schema declares.
        case `extension`
    }

    package struct Attribute: Sendable {
        package var name: Text
        package var isRequired: Bool
        package var type: TypeTree
        package var annotations: [Policy.Annotation]

        package init(
            name: Text, isRequired: Bool, type: TypeTree, annotations: [Policy.Annotation]
        ) {
            self.name = name
            self.isRequired = isRequired
            self.type = type
            self.annotations = annotations
        }
    }

    /// Levels of nesting that a type may have, those of the common types in it included; values that
    /// nest deeper are refused as well. Everything that walks a type may recurse this deep.
    package static let maximumDepth = 128

    package var kind: Kind
    package var span: SourceSpan

    package init(_ kind: Kind, _ span: SourceSpan) {
        self.kind = kind
        self.span = span
    }
}
