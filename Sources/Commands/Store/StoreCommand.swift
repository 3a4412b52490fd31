import ArgumentParser
import EntityStore

/// `writ store`: the entities behind the decisions.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Import, read, change and check the entity store.",
        discussion: """
            Every command that changes the store prints its new revision once it is on disk. A
            running server sees it with the next decision.

            Exit codes: 0 done, 1 refused; then the store is as it was before.
            """,
        subcommands: [
            StoreImportCommand.self, StoreExportCommand.self, StoreGetCommand.self,
            StorePutCommand.self, StorePatchCommand.self, StoreDeleteCommand.self,
            StoreStatCommand.self, StoreCheckCommand.self,
        ])
}

/// The store of a command.
struct StoreLocation: ParsableArguments {
    @Option(help: ArgumentHelp("The store's directory.", valueName: "directory"))
    var store: String

    /// Opens the store.
    func open(create: Bool = false, readOnly: Bool = false) throws(Failure) -> EntityStore {
        let path = store
        return try failing { () throws(StoreError) in
            try EntityStore.open(
                at: path, StoreOptions(createIfMissing: create, readOnly: readOnly))
        }
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
