package import CedarSchema
package import CedarSyntax

/// A schema compiled for deciding: which requests conform to it, and its actions as entities.
///
/// Immutable and shared by all threads. A conforming request is accepted without decoding and
/// without allocation; only what is wrong with another is found out slowly.
package final class CompiledSchema: Sendable {
    private let memory: SchemaMemory
    private let conformance: RequestConformance
    /// The actions that the schema declares, in order.
    package let actions: [EntityUID]

    /// - Throws: when a name or an enumeration exceeds the bounds on values.
    package init(_ schema: Schema) throws(CompileError) {
        var compiler = SchemaCompiler(schema)
        memory = try compiler.compile()
        conformance = RequestConformance(schema)
        actions = schema.actions.keys.sorted()
    }

    /// The view through which requests are checked; it must not outlive this object.
    package var view: CompiledSchemaView { memory.view }

    /// What was compiled.
    package var schema: Schema { conformance.schema }

    /// Says which member of a refused request is wrong, as in
    /// ``context.amount: expected `Long`, found a `String` ``.
    package func problem(in request: Request) -> String {
        let tree = TreeRequest(
            principal: request.principal.uid, action: request.action.uid,
            resource: request.resource.uid, context: request.context.members)
        return conformance.problem(in: tree) ?? "the request does not conform to the schema"
    }
}

/// The memory of a compiled schema, at addresses that never change.
@safe
final class SchemaMemory: @unchecked Sendable {
    private let shapes: UnsafeMutableBufferPointer<Shape>
    private let attributes: UnsafeMutableBufferPointer<AttributeShape>
    private let participants: UnsafeMutableBufferPointer<UInt32>
    private let actions: UnsafeMutableBufferPointer<ActionShape>
    private let constants: FlatMemory

    /// - Parameter actions: sorted by hash.
    init(
        shapes: [Shape], attributes: [AttributeShape], participants: [UInt32],
        actions: [ActionShape], constants: [UInt8]
    ) {
        unsafe self.shapes = Self.copy(shapes)
        unsafe self.attributes = Self.copy(attributes)
        unsafe self.participants = Self.copy(participants)
        unsafe self.actions = Self.copy(actions)
        self.constants = FlatMemory(constants)
    }

    deinit {
        unsafe shapes.deallocate()
        unsafe attributes.deallocate()
        unsafe participants.deallocate()
        unsafe actions.deallocate()
    }

    private static func copy<Element: BitwiseCopyable>(
        _ array: [Element]
    ) -> UnsafeMutableBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
        _ = unsafe buffer.initialize(from: array)
        return unsafe buffer
    }

    var view: CompiledSchemaView {
        unsafe CompiledSchemaView(
            shapes: UnsafeBufferPointer(shapes), attributes: UnsafeBufferPointer(attributes),
            participants: UnsafeBufferPointer(participants),
            actions: UnsafeBufferPointer(actions), constants: constants.flat(at: 0))
    }
}

/// A compiled schema as the deciding threads read it: addresses only, so copies cost no reference
/// counting.
///
/// Whoever holds one holds the ``CompiledSchema`` as well.
@safe
package struct CompiledSchemaView: BitwiseCopyable, @unchecked Sendable {
    private let shapes: UnsafeBufferPointer<Shape>
    private let attributes: UnsafeBufferPointer<AttributeShape>
    private let participants: UnsafeBufferPointer<UInt32>
    private let actions: UnsafeBufferPointer<ActionShape>
    private let constants: FlatBytes

    @unsafe
    init(
        shapes: UnsafeBufferPointer<Shape>, attributes: UnsafeBufferPointer<AttributeShape>,
        participants: UnsafeBufferPointer<UInt32>, actions: UnsafeBufferPointer<ActionShape>,
        constants: FlatBytes
    ) {
        unsafe self.shapes = shapes
        unsafe self.attributes = attributes
        unsafe self.participants = participants
        unsafe self.actions = actions
        self.constants = constants
    }

    func shape(_ index: UInt32) -> Shape { unsafe shapes[Int(index)] }

    func attribute(_ index: UInt32) -> AttributeShape { unsafe attributes[Int(index)] }

    func participant(_ index: UInt32) -> Shape {
        shape(unsafe participants[Int(index)])
    }

    func constant(_ offset: UInt32) -> FlatBytes { constants.advanced(by: Int(offset)) }

    /// Finds a declared action.
    ///
    /// - Complexity: O(log *n*).
    func action(_ uid: FlatEntity) -> ActionShape? {
        let hash = uid.hash
        var low = 0
        var high = unsafe actions.count
        while low < high {
            let middle = (low &+ high) >> 1
            if unsafe actions[middle].hash < hash { low = middle &+ 1 } else { high = middle }
        }
        while unsafe low < actions.count, unsafe actions[low].hash == hash {
            let action = unsafe actions[low]
            if EntityRecord(constant(action.record)).uid.equals(uid) { return action }
            low &+= 1
        }
        return nil
    }
}
