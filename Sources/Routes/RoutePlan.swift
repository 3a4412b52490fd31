import CedarEngine
import CedarSyntax

/// What a route makes of a request, with its names as flat values.
///
/// What is looked at for each request is plain bits: all threads share a plan, and would fight over
/// the counts of its references.
struct RoutePlan: Sendable {
    /// Where a value is taken from; says the same as ``ValueSource``.
    enum Source: BitwiseCopyable, Sendable {
        case segment(Int)
        case rest(Int)
        case header(FlatString)
        case query(FlatString)
        case `extension`(FlatString)
        /// The place at this index of ``RoutePlan/pointers``.
        case body(Int)
        case constant(FlatString)
    }

    struct Member: BitwiseCopyable, Sendable {
        let key: FlatString
        let source: Source
        let kind: ValueKind<FlatString>
        let isOptional: Bool
    }

    let action: FlatEntity
    let name: FlatString
    let resourceType: FlatString
    let resourceID: [Source]
    let attributes: [Member]
    let context: [Member]
    let pointers: [BodyPointer]
    let readsBody: Bool
    /// What the views above look at.
    private let constants: [FlatConstant]

    init(_ route: Route) {
        var draft = Draft()
        action = FlatEntity(draft.keep(.entity(route.action)))
        name = draft.keep(Text(route.name))
        resourceType = draft.keep(route.resourceType)
        resourceID = route.resourceID.map { draft.source($0) }
        attributes = route.attributes.map { draft.member($0) }
        context = route.context.map { draft.member($0) }
        readsBody = route.readsBody
        pointers = draft.pointers
        constants = draft.constants
    }

    /// What a plan in the making refers to.
    private struct Draft {
        var pointers: [BodyPointer] = []
        var constants: [FlatConstant] = []

        mutating func keep(_ value: Value) -> FlatBytes {
            let constant = RoutePlan.constant(value)
            constants.append(constant)
            return constant.flat
        }

        mutating func keep(_ text: Text) -> FlatString { FlatString(keep(.string(text))) }

        mutating func keep(_ utf8: [UInt8]) -> FlatString { keep(Text(validUTF8: utf8)) }

        mutating func source(_ source: ValueSource) -> Source {
            switch source {
            case .segment(let index): return .segment(index)
            case .rest(let index): return .rest(index)
            case .header(let name): return .header(keep(name))
            case .query(let name): return .query(keep(name))
            case .extension(let name): return .extension(keep(name))
            case .constant(let text): return .constant(keep(text))
            case .body(let pointer):
                pointers.append(pointer)
                return .body(pointers.count - 1)
            }
        }

        mutating func member(_ member: RouteMember) -> Member {
            Member(
                key: keep(member.name), source: source(member.source),
                kind: member.kind.map { keep($0) }, isOptional: member.isOptional)
        }
    }

    /// Names of a file are far below the bound on values.
    static func constant(_ value: Value) -> FlatConstant {
        do throws(FlatEncoder.Failure) {
            return try FlatConstant(value)
        } catch {
            preconditionFailure("a name of a routes file is within all bounds")
        }
    }
}

extension Route {
    /// Whether the route reads the body.
    var readsBody: Bool { sources.contains { if case .body = $0 { true } else { false } } }

    /// The header fields that the route reads, in lower case.
    var headerNames: [[UInt8]] {
        let named = sources.compactMap { if case .header(let name) = $0 { name } else { nil } }
        let own: [StaticString] = readsBody ? ["content-type", "content-length"] : []
        return named + own.map { Array("\($0)".utf8) }
    }

    /// The extensions that the route reads.
    var extensionNames: [[UInt8]] {
        sources.compactMap { if case .extension(let name) = $0 { name } else { nil } }
    }

    private var sources: [ValueSource] { resourceID + (attributes + context).map(\.source) }
}
