import CedarSchema
import CedarSyntax

/// Turns a resolved schema into the tables of ``CompiledSchema``.
struct SchemaCompiler: ~Copyable {
    private let schema: Schema
    private var pool = ConstantPool()
    private var encoder = FlatEncoder()
    private var shapes: [Shape] = []
    private var attributes: [AttributeShape] = []
    private var participants: [UInt32] = []
    /// Shapes of entity types, which many attributes share.
    private var entityShapes: [Text: UInt32] = [:]

    init(_ schema: Schema) {
        self.schema = schema
    }

    mutating func compile() throws(CompileError) -> SchemaMemory {
        var actions: [ActionShape] = []
        for action in schema.actions.values.sorted(by: { $0.uid < $1.uid }) {
            actions.append(try compile(action))
        }
        actions.sort { $0.hash < $1.hash }
        return SchemaMemory(
            shapes: shapes, attributes: attributes, participants: participants,
            actions: actions, constants: pool.bytes)
    }

    private mutating func compile(_ action: Schema.Action) throws(CompileError) -> ActionShape {
        let firstPrincipal = UInt32(participants.count)
        for type in action.principals { participants.append(try entity(type)) }
        let firstResource = UInt32(participants.count)
        for type in action.resources { participants.append(try entity(type)) }
        var ancestors = Shape.none
        if !action.ancestors.isEmpty {
            ancestors = try pool.add(.set(action.ancestors.map { .entity($0) }))
        }
        let record = try encoded { () throws(FlatEncoder.Failure) in
            var encoder = EntityEncoder()
            return try encoder.encode(Entity(uid: action.uid, parents: action.parents))
        }
        return ActionShape(
            hash: record.withFlat { EntityRecord($0).uid.hash }, record: try pool.add(record),
            ancestors: ancestors, firstPrincipal: firstPrincipal, firstResource: firstResource,
            endOfResources: UInt32(participants.count),
            context: try shape(of: .record(action.context)))
    }

    private func encoded(
        _ work: () throws(FlatEncoder.Failure) -> [UInt8]
    ) throws(CompileError) -> [UInt8] {
        do throws(FlatEncoder.Failure) {
            return try work()
        } catch {
            throw .value(error)
        }
    }

    private mutating func add(_ shape: Shape) throws(CompileError) -> UInt32 {
        guard shapes.count < Int(Shape.none) else { throw .tooLarge }
        shapes.append(shape)
        return UInt32(shapes.count - 1)
    }

    /// Recursion is bounded by the depth of the schema's types.
    private mutating func shape(of type: SchemaType) throws(CompileError) -> UInt32 {
        switch type {
        case .bool: try add(Shape(tag: .bool, content: .scalar))
        case .long: try add(Shape(tag: .long, content: .scalar))
        case .string: try add(Shape(tag: .string, content: .scalar))
        case .extension(let type): try add(Shape(tag: type.tag, content: .scalar))
        case .entity(let name): try entity(name)
        case .set(let element):
            try add(Shape(tag: .set, content: .set, first: try shape(of: element)))
        case .record(let type): try record(type)
        }
    }

    private mutating func entity(_ type: Text) throws(CompileError) -> UInt32 {
        if let known = entityShapes[type] { return known }
        // Of an action's type only what is declared may exist, of an enumeration its own ids.
        var members: [EntityUID]?
        if type.isActionType {
            members = schema.actions.keys.filter { $0.type == type }
        } else if case .enumeration(let ids) = schema.entityTypes[type]?.kind {
            members = ids.map { EntityUID(type: type, id: $0) }
        }
        var allowed = Shape.none
        if let members { allowed = try pool.add(.set(members.map { .entity($0) })) }
        let sample = try pool.add(.entity(EntityUID(type: type, id: "")))
        let shape = try add(
            Shape(tag: .entity, content: .entity, first: sample, second: allowed))
        entityShapes[type] = shape
        return shape
    }

    private mutating func record(_ type: RecordType) throws(CompileError) -> UInt32 {
        // The attributes of inner records come first, so that these stand together.
        var run: [(key: [UInt8], attribute: AttributeShape)] = []
        for attribute in type.attributes {
            let key: [UInt8]
            do throws(FlatEncoder.Failure) {
                key = try encoder.encode(.string(attribute.name))
            } catch {
                throw .value(error)
            }
            run.append(
                (
                    key,
                    AttributeShape(
                        hash: key.withFlat { FlatString($0).hash }, key: try pool.add(key),
                        shape: try shape(of: attribute.type), isRequired: attribute.isRequired)
                ))
        }
        run.sort { left, right in
            if left.attribute.hash != right.attribute.hash {
                return left.attribute.hash < right.attribute.hash
            }
            return left.key.withFlat { first in right.key.withFlat { first.precedes($0) } }
        }
        guard attributes.count + run.count < Int(Shape.none) else { throw .tooLarge }
        let first = UInt32(attributes.count)
        attributes += run.map(\.attribute)
        return try add(
            Shape(
                tag: .record, content: .record, first: first, second: UInt32(attributes.count)))
    }
}

extension ExtensionType {
    fileprivate var tag: FlatTag {
        switch self {
        case .ipaddr: .ip
        case .decimal: .decimal
        case .datetime: .datetime
        case .duration: .duration
        }
    }
}
