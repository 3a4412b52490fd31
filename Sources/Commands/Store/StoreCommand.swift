import ArgumentParser
import CedarSchema
import EntityStore

/// `writ store`: the entities behind the decisions.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Import, read, change and check the entity store.",
        discussion: """
            Every command that changes the store prints its new revision once it is on
            disk. A running server sees it with the next decision.

            With a schema (--schema, or that of --config), import, put and patch refuse
            entities that do not conform to it, and check lists those that do not. Actions
            need not be stored: a service with a schema knows them.

            Exit codes: 0 done, 1 refused; then the store is as it was before.

            Examples:
              writ store import --store /var/lib/writ entities.json
              writ store patch --store /var/lib/writ patch.json
              writ store check --store /var/lib/writ
            """,
        subcommands: [
            StoreImportCommand.self, StoreExportCommand.self, StoreGetCommand.self,
            StorePutCommand.self, StorePatchCommand.self, StoreDeleteCommand.self,
            StoreStatCommand.self, StoreCheckCommand.self,
        ])
}

/// The store of a command.
struct StoreLocation: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store's directory; that of --config when not given.", valueName: "directory"))
    var store: String?

    @Option(
        help: ArgumentHelp(
            "The service's configuration, which names the store and the schema.",
            valueName: "file"))
    var config: String?

    func validate() throws {
        guard store != nil || config != nil else {
            throw ValidationError("--store or --config is needed")
        }
    }

    /// Opens the store.
    func open(create: Bool = false, readOnly: Bool = false) throws(Failure) -> EntityStore {
        var path = store ?? ""
        if store == nil, let configuration = try configuration() { path = configuration.store }
        return try failing { [path] () throws(StoreError) in
            try EntityStore.open(
                at: path, StoreOptions(createIfMissing: create, readOnly: readOnly))
        }
    }

    fileprivate func configuration() throws(Failure) -> ServiceConfiguration? {
        guard let config else { return nil }
        return try ServiceConfiguration.read(config)
    }
}

/// What the entities of a command must conform to.
struct StoreSchema: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A schema that entities must conform to; that of --config when not given.",
            valueName: "file"))
    var schema: String?

    /// Reads the schema, if there is one.
    func conformance(_ location: StoreLocation) throws(Failure) -> EntityConformance? {
        var path = schema
        if path == nil { path = try location.configuration()?.schema }
        guard let path else { return nil }
        return EntityConformance(try InputFile(path).schema())
    }
}

/// Runs work on a store; its error becomes the command's.
func failing<Value>(_ work: () throws(StoreError) -> Value) throws(Failure) -> Value {
    do throws(StoreError) {
        return try work()
    } catch {
        throw Failure(error.description)
    }
}
