@testable import CedarEngine
import SeededNumbers
import CedarSyntax

extension SeededNumbers {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

func uid(_ type: Text, _ id: Text) -> EntityUID { EntityUID(type: type, id: id) }

func encoded(_ value: Value) throws -> [UInt8] {
    var encoder = FlatEncoder()
    return try encoder.encode(value)
}

/// What became of one decision.
struct Decision: Equatable {
    var verdict: Verdict
    var reasons: [UInt32]
    var errors: [Workspace.PolicyError]

    var faults: [Fault] { errors.map(\.fault) }
}

/// The request and the entities on which expressions are tried.
enum Scene {
    static let request = TreeRequest(
        principal: uid("User", "alice"), action: uid("Action", "view"),
        resource: uid("Photo", "beach"),
        context: [
            ("flag", .bool(true)), ("count", .long(7)), ("name", .string("café")),
            ("tags", .set([.string("a"), .string("b"), .string("a")])),
            ("numbers", .set([.long(1), .long(2), .long(3)])),
            ("who", .entity(uid("User", "alice"))), ("ghost", .entity(uid("User", "nobody"))),
            ("groups", .set([.entity(uid("Group", "staff")), .entity(uid("Group", "none"))])),
            ("inner", .record([("deep", .record([("leaf", .long(1))])), ("n", .long(2))])),
            ("price", .decimal(Decimal(scaled: 12_300))),
            ("at", .datetime(DateTime(milliseconds: 86_400_000))),
            ("span", .duration(Duration(milliseconds: 3_600_000))),
            ("address", .ip(IPAddress(ipv4: 0x0A00_0001))),
            ("least", .long(.min)), ("most", .long(.max)),
        ])

    static let entities = [
        Entity(
            uid: uid("User", "alice"),
            attributes: [
                ("age", .long(30)), ("manager", .entity(uid("User", "bob"))),
                ("ghost", .entity(uid("User", "nobody"))),
                ("home", .record([("city", .string("Bern"))])),
            ],
            parents: [uid("Group", "staff"), uid("Group", "unlisted")],
            tags: [("role", .string("admin")), ("level", .long(3))]),
        Entity(
            uid: uid("User", "bob"), attributes: [("age", .long(40))],
            parents: [uid("Group", "staff")]),
        Entity(uid: uid("Group", "staff"), parents: [uid("Group", "all")]),
        Entity(uid: uid("Group", "all"), parents: [uid("Group", "absentRoot")]),
        Entity(
            uid: uid("Photo", "beach"),
            attributes: [("owner", .entity(uid("User", "alice"))), ("public", .bool(true))]),
        Entity(uid: uid("Action", "view"), parents: [uid("Action", "read")]),
    ]

    static func table() throws -> EntityTable { try EntityTable(entities) }
}

/// Decides one request from trees, with a fresh workspace.
func decide<Source: EntitySource>(
    _ ruleset: Ruleset, _ request: TreeRequest = Scene.request, _ source: Source,
    mode: ErrorMode = .cedar, maximumBytes: Int = 64 << 20
) throws -> Decision {
    var workspace = Workspace(maximumBytes: maximumBytes)
    return try decide(ruleset, request, source, mode, &workspace)
}

func decide<Source: EntitySource>(
    _ ruleset: Ruleset, _ request: TreeRequest, _ source: Source, _ mode: ErrorMode,
    _ workspace: inout Workspace, diagnostics: DiagnosticsMode = .full
) throws -> Decision {
    let principal = try FlatConstant(.entity(request.principal))
    let action = try FlatConstant(.entity(request.action))
    let resource = try FlatConstant(.entity(request.resource))
    let context = try FlatConstant(.record(request.context))
    return withExtendedLifetime((principal, action, resource, context, ruleset)) {
        let verdict = ruleset.view.authorize(
            Request(
                principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)),
            entities: source, errors: mode, diagnostics: diagnostics, workspace: &workspace)
        return Decision(
            verdict: verdict, reasons: workspace.reasons, errors: workspace.errors)
    }
}

func ruleset(_ policies: String) throws -> Ruleset {
    try Ruleset(try PolicySet.parse(policies), version: 1)
}

/// What an expression came to as the condition of a policy.
enum Evaluation: Equatable, CustomStringConvertible {
    case value(Bool)
    case fault(Fault)

    var description: String {
        switch self {
        case .value(let value): "\(value)"
        case .fault(let fault): "\(fault)"
        }
    }
}

func evaluate(_ expression: String) throws -> Evaluation {
    let decision = try decide(
        try ruleset("permit(principal, action, resource) when { \(expression) };"),
        Scene.request, try Scene.table())
    if let error = decision.errors.first { return .fault(error.fault) }
    return .value(decision.verdict == .allow)
}

/// A source that cannot tell anything.
struct FailingSource: EntitySource {
    func record(of uid: FlatEntity) -> EntityLookup { .failed }
    func ancestors(of uid: FlatEntity) -> AncestorLookup { .failed }
}

/// A source whose records can be read and whose ancestors cannot.
struct HalfFailingSource: EntitySource {
    let table: EntityTable
    func record(of uid: FlatEntity) -> EntityLookup { table.record(of: uid) }
    func ancestors(of uid: FlatEntity) -> AncestorLookup { .failed }
}

/// A source that counts how often it is asked.
final class CountingSource: EntitySource {
    private let table: EntityTable
    private(set) var records = 0

    init(_ table: EntityTable) { self.table = table }

    func record(of uid: FlatEntity) -> EntityLookup {
        records += 1
        return table.record(of: uid)
    }

    func ancestors(of uid: FlatEntity) -> AncestorLookup { table.ancestors(of: uid) }
}
