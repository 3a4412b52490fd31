import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// One question: may the principal do the action on the resource?
///
/// Making one checks and encodes it, so that deciding cannot fail; it can be decided many times.
public struct Request: Sendable {
    private let principal: FlatConstant
    private let action: FlatConstant
    private let resource: FlatConstant
    private let context: FlatConstant

    /// - Parameters:
    ///   - context: what is known of the situation.
    ///   - schema: what the request must conform to: the action's principals, resources and context.
    /// - Throws: when a type is no name, a text in the context no valid value, a value too deep or
    ///   too large, or the request does not conform.
    public init(
        principal: EntityID, action: EntityID, resource: EntityID,
        context: [String: CedarValue] = [:], schema: Schema? = nil
    ) throws(CedarError) {
        let tree: TreeRequest
        do throws(ValueError) {
            tree = TreeRequest(
                principal: try principal.checked("principal"),
                action: try action.checked("action"),
                resource: try resource.checked("resource"),
                context: try CedarValue.members(context, "context"))
        } catch {
            throw CedarError(error)
        }
        do throws(DataError) {
            if let schema { try RequestConformance(schema.schema).check(tree) }
        } catch {
            throw CedarError(error.message)
        }
        try self.init(tree)
    }

    /// Reads `{"principal": …, "action": …, "resource": …, "context": …}`.
    ///
    /// - Parameters:
    ///   - schema: gives the context its types, and the request must conform to it.
    ///   - name: what the text is called in messages, such as a file's path.
    /// - Throws: as the other initializer, with the place.
    public init(
        json source: String, schema: Schema? = nil, name: String = "request"
    ) throws(CedarError) {
        let bytes = Array(source.utf8)
        let tree: TreeRequest
        do throws(DataError) {
            let reader = try ValueJSON(parsing: bytes)
            let root = reader.tape.root
            if let schema = schema?.schema {
                tree = try reader.request(root, schema: schema)
                try RequestConformance(schema).check(tree)
            } else {
                tree = try reader.request(root)
            }
        } catch {
            throw SourceText(bytes, name: name).error(error)
        }
        try self.init(tree)
    }

    private init(_ tree: TreeRequest) throws(CedarError) {
        var encoder = FlatEncoder()
        do throws(FlatEncoder.Failure) {
            principal = FlatConstant(bytes: try encoder.encode(tree.principal))
            action = FlatConstant(bytes: try encoder.encode(tree.action))
            resource = FlatConstant(bytes: try encoder.encode(tree.resource))
            context = FlatConstant(bytes: try encoder.encode(record: tree.context))
        } catch {
            throw CedarError(error.message)
        }
    }

    /// Lends the request as the engine reads it; valid only during the call.
    func withFlat<Result>(_ body: (CedarEngine.Request) -> Result) -> Result {
        withExtendedLifetime((principal, action, resource, context)) {
            body(
                CedarEngine.Request(
                    principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                    resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)))
        }
    }
}
