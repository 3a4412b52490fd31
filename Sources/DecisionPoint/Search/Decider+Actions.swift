import CedarEngine
package import CedarSyntax

extension Decider {
    /// The actions that can be asked for by name, in order: those that the schema declares, or without
    /// a schema those that the scopes of policies name.
    package var knownActions: [EntityUID] {
        mutating get { ruleset.schema?.actions ?? ruleset.actions }
    }
}
