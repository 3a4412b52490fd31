import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// One entity: who or what it is, what is known of it and what it belongs to.
public struct Entity: Sendable {
    public var id: EntityID
    public var attributes: [String: CedarValue]
    /// The entities it is directly in, in any order.
    public var parents: [EntityID]
    public var tags: [String: CedarValue]

    public init(
        _ id: EntityID, attributes: [String: CedarValue] = [:], parents: [EntityID] = [],
        tags: [String: CedarValue] = [:]
    ) {
        self.id = id
        self.attributes = attributes
        self.parents = parents
        self.tags = tags
    }

    fileprivate func tree() throws(ValueError) -> CedarSyntax.Entity {
        let uid = try id.checked("entity")
        var parents: [EntityUID] = []
        for parent in self.parents { parents.append(try parent.checked("\(uid).parents")) }
        return CedarSyntax.Entity(
            uid: uid, attributes: try CedarValue.members(attributes, "\(uid)"), parents: parents,
            tags: try CedarValue.members(tags, "\(uid).tags"))
    }
}

/// The entities of decisions, in memory, indexed and with their ancestors known; never changes.
public struct Entities: Sendable {
    let table: EntityTable

    /// The number of entities.
    public var count: Int { table.count }

    /// Takes entities.
    ///
    /// - Parameter schema: what they must conform to; its actions are added.
    /// - Throws: when two have one identity and differ, when the hierarchy has a cycle, when an
    ///   entity does not conform, or a value is too large.
    public init(_ entities: [Entity], schema: Schema? = nil) throws(CedarError) {
        var trees: [CedarSyntax.Entity] = []
        do throws(ValueError) {
            for entity in entities { trees.append(try entity.tree()) }
        } catch {
            throw CedarError(error)
        }
        if let schema = schema?.schema {
            do throws(DataError) {
                try EntityConformance(schema).check(
                    trees, offsets: Array(repeating: 0, count: trees.count))
            } catch {
                throw CedarError(error.message)
            }
            let given = Set(trees.map(\.uid))
            trees += schema.actionEntities.filter { !given.contains($0.uid) }
        }
        do throws(EntityTable.Failure) {
            table = try EntityTable(trees)
        } catch {
            throw CedarError(error.message)
        }
    }

    /// Reads entities in Cedar's JSON format.
    ///
    /// - Parameters:
    ///   - schema: gives values their types, and the entities must conform to it; its actions are
    ///     added.
    ///   - name: what the text is called in messages, such as a file's path.
    /// - Throws: as ``init(_:schema:)``, with the place.
    public init(
        json source: String, schema: Schema? = nil, name: String = "entities"
    ) throws(CedarError) {
        let bytes = Array(source.utf8)
        do throws(DataError) {
            let reader = try ValueJSON(parsing: bytes)
            let root = reader.tape.root
            let entities =
                if let schema = schema?.schema {
                    try reader.entities(root, schema: schema)
                } else {
                    try reader.entities(root)
                }
            do throws(EntityTable.Failure) {
                table = try EntityTable(entities)
            } catch {
                throw DataError(offset: 0, message: error.message)
            }
        } catch {
            throw SourceText(bytes, name: name).error(error)
        }
    }
}

extension ValueJSON {
    /// - Throws: when the text is no JSON.
    init(parsing bytes: [UInt8]) throws(DataError) {
        do throws(JSONError) {
            self.init(try JSONTape(parsing: bytes))
        } catch {
            throw DataError(error)
        }
    }
}
