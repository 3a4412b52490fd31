/// The type and id of an entity.
package struct ScenarioEntity: Sendable, Equatable {
    /// The entity type, `Customer` for example.
    package let type: String
    /// The id, unquoted and in need of no escapes: ASCII letters, digits and `-`.
    package let id: String
}

/// A request over generated entities: who asks to do what to which, and what is known about it.
package struct ScenarioRequest: Sendable, Equatable {
    package let principal: ScenarioEntity
    package let action: ScenarioEntity
    package let resource: ScenarioEntity
    /// A compact JSON object in Cedar's context format, with `__entity` and `__extn` written out.
    package let context: [UInt8]
}
