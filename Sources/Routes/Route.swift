package import CedarSyntax

/// One entry of `routes.yaml`: which requests it takes, and what they ask.
package struct Route: Sendable {
    /// `name:` of the entry, or its methods and path.
    package let name: String
    package let place: DocumentNode.Place
    /// Empty for any host.
    package let hosts: [HostPattern]
    /// Empty for any method.
    package let methods: [String]
    package let path: PathTemplate
    package let action: EntityUID
    package let resourceType: Text
    package let resourceID: [IDPart]
    /// What the request says of the resource beside its id.
    package let attributes: [RouteMember]
    package let context: [RouteMember]

    /// The members of the resource's attributes and of the context, as refusals number them.
    package func member(_ number: Int) -> RouteMember? {
        let all = attributes + context
        return all.indices.contains(number) ? all[number] : nil
    }
}

/// A host that a route is for.
package enum HostPattern: Hashable, Sendable {
    /// In lower case.
    case exact([UInt8])
    /// `*.example.org`: any name that ends in these bytes, the dot included, and has more before it.
    case suffix([UInt8])

    /// Whether a host in lower case is one of these.
    func matches(_ host: Span<UInt8>) -> Bool {
        switch self {
        case .exact(let bytes): return host.hasBytes(of: bytes.span)
        case .suffix(let bytes):
            guard host.count > bytes.count else { return false }
            let tail = host.extracting((host.count - bytes.count)..<host.count)
            return tail.hasBytes(of: bytes.span)
        }
    }
}

extension HostPattern: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exact(let bytes): String(decoding: bytes, as: UTF8.self)
        case .suffix(let bytes): "*" + String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// Where a value is taken from.
package enum ValueSource: Hashable, Sendable {
    /// The segment at this index of the path.
    case segment(Int)
    /// All segments from this index, joined by `/`.
    case rest(Int)
    /// A header field, in lower case.
    case header([UInt8])
    /// A parameter of the query.
    case query([UInt8])
    /// What the gateway's configuration says under a name.
    case `extension`([UInt8])
    /// A place in a JSON body.
    case body(BodyPointer)
    /// The same for every request.
    case constant([UInt8])
}

/// What a value is converted to.
package enum ValueKind<EntityType: Sendable>: Sendable {
    case string
    case long
    case bool
    case decimal
    case ip
    /// An entity of this type, whose id the value is.
    case entity(EntityType)

    /// The same with another way to write the type.
    func map<Other>(_ transform: (EntityType) -> Other) -> ValueKind<Other> {
        switch self {
        case .string: .string
        case .long: .long
        case .bool: .bool
        case .decimal: .decimal
        case .ip: .ip
        case .entity(let type): .entity(transform(type))
        }
    }
}

extension ValueKind: Equatable where EntityType: Equatable {}
extension ValueKind: Hashable where EntityType: Hashable {}
extension ValueKind: BitwiseCopyable where EntityType: BitwiseCopyable {}

/// A part of a resource's id.
package typealias IDPart = ValueSource

/// A member of a record that a route makes.
package struct RouteMember: Hashable, Sendable {
    package typealias Kind = ValueKind<Text>

    package let name: Text
    package let source: ValueSource
    package let kind: Kind
    /// Whether it may be absent; it is then not in the record.
    package let isOptional: Bool
}
