import ArgumentParser
import CedarSchema
import CedarSyntax
import JSON

/// The request of `authorize` and `query`: by flags or as one JSON file.
struct RequestOptions: ParsableArguments {
    @Option(
        name: [.customShort("l", allowingJoined: true), .long],
        help: ArgumentHelp("The principal, as in 'User::\"alice\"'.", valueName: "uid"))
    var principal: String?

    @Option(
        name: [.customShort("a", allowingJoined: true), .long],
        help: ArgumentHelp("The action, as in 'Action::\"view\"'.", valueName: "uid"))
    var action: String?

    @Option(
        name: [.customShort("r", allowingJoined: true), .long],
        help: ArgumentHelp("The resource, as in 'Photo::\"1\"'.", valueName: "uid"))
    var resource: String?

    @Option(
        name: [.customShort("c", allowingJoined: true), .long],
        help: ArgumentHelp("A JSON file with the context.", valueName: "file"))
    var context: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file with principal, action, resource and context; not with the flags above.",
            valueName: "file"))
    var requestJson: String?

    func validate() throws {
        guard requestJson == nil || !hasFlags else {
            throw ValidationError(
                "--request-json cannot be combined with --principal, --action, --resource "
                    + "or --context")
        }
    }

    /// Whether no principal is given; the request then has its action in that place.
    var omitsPrincipal: Bool { requestJson == nil && principal == nil }

    /// Whether anything of a request is given.
    var isGiven: Bool { requestJson != nil || hasFlags }

    private var hasFlags: Bool {
        [principal, action, resource, context].contains { $0 != nil }
    }

    /// Reads the request; with a schema, the context is read with the types of the action's.
    ///
    /// - Parameters:
    ///   - needsContext: whether a request file without a context is refused, as the original does.
    ///   - isChecked: whether a request that does not conform to the schema is refused.
    ///   - mayOmitPrincipal: whether the flags may do without a principal; see
    ///     ``omitsPrincipal``.
    func request(
        schema: Schema? = nil, needsContext: Bool = false, isChecked: Bool = false,
        mayOmitPrincipal: Bool = false
    ) throws(Failure) -> TreeRequest {
        if let requestJson {
            let file = try InputFile(requestJson)
            let json = try file.json()
            do throws(DataError) {
                if needsContext { try json.requireContext(json.tape.root) }
                guard let schema else { return try json.request(json.tape.root) }
                let request = try json.request(json.tape.root, schema: schema)
                if isChecked {
                    try check(request, schema, RequestPlaces(json.tape.root, in: json))
                }
                return request
            } catch {
                throw file.failure(error)
            }
        }
        let request = try requestOfFlags(schema: schema, mayOmitPrincipal)
        guard let schema, isChecked else { return request }
        do throws(DataError) {
            try check(request, schema, RequestPlaces(all: 0))
        } catch {
            throw Failure(error.message)
        }
        return request
    }

    private func check(
        _ request: TreeRequest, _ schema: Schema, _ places: RequestPlaces
    ) throws(DataError) {
        do throws(DataError) {
            try RequestConformance(schema).check(request, places: places)
        } catch {
            throw DataError(
                offset: error.offset,
                message: "the request does not conform to the schema: \(error.message)")
        }
    }

    private func requestOfFlags(
        schema: Schema?, _ mayOmitPrincipal: Bool
    ) throws(Failure) -> TreeRequest {
        guard let action, let resource, mayOmitPrincipal || principal != nil else {
            throw Failure(
                "a request needs --principal, --action and --resource, or --request-json")
        }
        let actionUID = try uid(action, "--action")
        let principalUID =
            try principal.map { (text) throws(Failure) in
                try uid(text, "--principal")
            } ?? actionUID
        let resourceUID = try uid(resource, "--resource")
        var members: [(key: Text, value: Value)] = []
        if let context {
            let file = try InputFile(context)
            let json = try file.json()
            do throws(DataError) {
                if let schema {
                    members = try json.context(json.tape.root, of: actionUID, schema: schema)
                } else {
                    members = try json.context(json.tape.root)
                }
            } catch {
                throw file.failure(error)
            }
        }
        return TreeRequest(
            principal: principalUID, action: actionUID, resource: resourceUID, context: members)
    }

    private func uid(_ text: String, _ flag: String) throws(Failure) -> EntityUID {
        do throws(Diagnostics) {
            return try EntityUID.parse(text)
        } catch {
            throw Failure(
                "\(flag) is no entity: \(error.all[0].message)",
                help: "write it as 'User::\"alice\"', with the quotes")
        }
    }
}

extension ValueJSON {
    /// Refuses a request that has all but a context, which may be empty.
    func requireContext(_ request: JSONNode) throws(DataError) {
        let others: [StaticString] = ["principal", "action", "resource"]
        guard tape.kind(request) == .object, tape.member(request, "context") == nil,
            others.allSatisfy({ tape.member(request, $0) != nil })
        else { return }
        throw error(request, #"the request has no `context`; write `"context": {}`"#)
    }
}
