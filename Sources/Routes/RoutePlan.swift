import CedarEngine
import CedarSyntax

/// What a route makes of a request, with its names as flat values.
final class RoutePlan: Sendable {
    struct Member: Sendable {
        let key: FlatConstant
        let source: ValueSource
        let kind: RouteMember.Kind
        let isOptional: Bool
    }

    let action: FlatConstant
    let name: FlatConstant
    let resourceType: [UInt8]
    let resourceID: [IDPart]
    let attributes: [Member]
    let context: [Member]

    init(_ route: Route) {
        action = Self.constant(.entity(route.action))
        name = Self.constant(.string(Text(route.name)))
        resourceType = route.resourceType.utf8
        resourceID = route.resourceID
        attributes = route.attributes.map { Self.member($0) }
        context = route.context.map { Self.member($0) }
        readsBody = (route.resourceID + (route.attributes + route.context).map(\.source))
            .contains { if case .body = $0 { true } else { false } }
    }

    /// Whether the route reads the body.
    let readsBody: Bool

    private var sources: [ValueSource] { resourceID + (attributes + context).map(\.source) }

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

    private static func member(_ member: RouteMember) -> Member {
        Member(
            key: constant(.string(member.name)), source: member.source, kind: member.kind,
            isOptional: member.isOptional)
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
