import CedarSyntax

/// Evaluates expressions without variables while policies are compiled.
///
/// The machine itself evaluates them: what is known beforehand cannot differ from what would have
/// been found out in a decision, faults included.
final class ConstantFolder {
    /// A workspace is large, and most policies have nothing to fold.
    private lazy var room = Room()

    private final class Room {
        // A value that is larger than any literal may be stays code.
        var workspace = Workspace(maximumBytes: 2 * FlatLimits.maximumBytes)
    }

    /// There are no entities; what would ask for one is not folded.
    private struct NoEntities: EntitySource {
        func record(of uid: FlatEntity) -> EntityLookup { .failed }
        func ancestors(of uid: FlatEntity) -> AncestorLookup { .failed }
    }

    /// The flat value of a node whose operands are constants; nil when it faults.
    func bytes(
        of number: UInt32, in graph: borrowing ExpressionGraph
    ) throws(CompileError) -> [UInt8]? {
        var emitter = CodeEmitter(isSharing: false)
        try emitter.expression(number, graph)
        // Variables are not read; any flat values do.
        let empty = try emitter.constants.add(.record([]))
        let nobody = try emitter.constants.add(.entity(EntityUID(type: "None", id: "")))
        try emitter.push(.bool(true))
        emitter.emit(Instruction(.end))
        let start = try emitter.settle()
        let memory = RulesMemory(
            RulesBuilder.Layout(bytes: emitter.constants.bytes), PolicyDescriptions())
        let view = memory.view
        let entity = FlatEntity(view.constant(nobody))
        let machine = Machine(
            rules: view,
            request: Request(
                principal: entity, action: entity, resource: entity,
                context: FlatRecord(view.constant(empty))))
        room.workspace.prepare()
        room.workspace.stack.prepare(depth: emitter.maximumDepth)
        do throws(Fault) {
            _ = try machine.run(
                from: Int(start), source: NoEntities(), workspace: &room.workspace)
            let flat = try room.workspace.stack.peek(1).flat(in: &room.workspace.arena)
            let bytes = flat.copy(count: flat.size)
            withExtendedLifetime(memory) {}
            return bytes
        } catch {
            return nil
        }
    }
}
