import ArgumentParser
import CedarSchema
import CedarSyntax
import JSON

/// The request of `authorize` and `query`: by flags or as one JSON file.
struct RequestOptions: ParsableArguments {
    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp("The principal, as in 'User::\"alice\"'.", valueName: "uid"))
    var principal: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The action, as in 'Action::\"view\"'.", valueName: "uid"))
    var action: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The resource, as in 'Photo::\"1\"'.", valueName: "uid"))
    var resource: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("A JSON file with the context.", valueName: "file"))
    var context: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file with principal, action, resource and context; not with the flags above.",
            valueName: "file"))
    var requestJson: String?

    func validate() throws {
        let flags = [principal, action, resource, context]
        if requestJson != nil {
            guard flags.allSatisfy({ $0 == nil }) else {
                throw ValidationError(
                    "--request-json cannot be combined with --principal, --action, --resource "
                        + "or --context")
            }
        } else if principal == nil || action == nil || resource == nil {
            throw ValidationError(
                "a request needs --principal, --action and --resource, or --request-json")
        }
    }

    /// Reads the request; with a schema, the context is read with the types of the action's.
    func request(schema: Schema? = nil) throws(Failure) -> TreeRequest {
        if let requestJson {
            let file = try InputFile(requestJson)
            let json = try file.json()
            do throws(DataError) {
                if let schema { return try json.request(json.tape.root, schema: schema) }
                return try json.request(json.tape.root)
            } catch {
                throw file.failure(error)
            }
        }
        let action = try uid(action, "--action")
        var members: [(key: Text, value: Value)] = []
        if let context {
            let file = try InputFile(context)
            let json = try file.json()
            do throws(DataError) {
                if let schema {
                    members = try json.context(json.tape.root, of: action, schema: schema)
                } else {
                    members = try json.context(json.tape.root)
                }
            } catch {
                throw file.failure(error)
            }
        }
        return TreeRequest(
            principal: try uid(principal, "--principal"), action: action,
            resource: try uid(resource, "--resource"), context: members)
    }

    private func uid(_ text: String?, _ flag: String) throws(Failure) -> EntityUID {
        let text = text ?? ""
        do throws(Diagnostics) {
            return try EntityUID.parse(text)
        } catch {
            throw Failure(
                "\(flag) is no entity: \(error.all[0].message)\n"
                    + "help: write it as 'User::\"alice\"', with the quotes")
        }
    }
}
