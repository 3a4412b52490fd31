import AuthZEN
import CedarSyntax

/// The key `authzen` of a listener: how its types, actions and properties become those of Cedar, and
/// how much one request may ask for.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `types` | type of the API → entity type | each type is the entity type of its name |
/// | `otherTypes` | `true`: so is a type that `types` does not list | `true` without `types`, else `false` |
/// | `actions` | name of the API → id of an action | each name is the id of an action |
/// | `otherActions` | `true`: so is a name that `actions` does not list | `true` without `actions`, else `false` |
/// | `actionType` | the entity type of actions | `Action` |
/// | `subjectProperties`, `resourceProperties` | which of a caller's properties become attributes, below | all that the store lacks |
/// | `actionProperties` | the properties of an action that are taken, a list | all |
/// | `actionPropertiesMember` | the member of the context with an action's properties, which a caller must not send there | `action` |
/// | `fractions` | `decimal`: a number with a fraction is a `decimal`; `refused`: it is an error | `refused` |
/// | `context` | the members of a caller's context that are taken, a list | all |
/// | `evidence` | proof of subjects in the caller's context: `none`, `accepted` or `required`, when a subject that is not proved is denied; needs `identity` | `accepted` with `identity`, else `none` |
/// | `evidenceMember` | the member of the context with the proof, see `HTTP.md` | `evidence` |
/// | `lenient` | `true`: an item of `evaluations` takes the parts that its subject, action or resource lacks from the default | `false` |
/// | `namePolicies` | `true`: answers name the determining policies in `context` | `false` |
/// | `pageTokenKey` | a file with at least 16 bytes that all instances behind one address share | one of this process |
/// | `maximumPage` | results of one page, and without a limit in the request | 1000 |
/// | `maximumTested` | entities that one search looks at before it answers with a part | 100000 |
/// | `searchTime` | how long one search takes before it answers with a part | 1s |
/// | `searches` | searches made at once, 1–256; others wait for a second at most | half as many as `threads`, at least one |
/// | `maximumBody` | a request's body | 1 MiB |
/// | `maximumDepth` | nesting of a body | 64 |
/// | `maximumEvaluations` | items of `evaluations` | 1000 |
/// | `metadata.decisionPoint` | the address that clients use: `https`, no query, no slash at the end | no metadata |
/// | `metadata.capabilities` | URNs, a list | none |
/// | `metadata.signingKey`, `metadata.keyId` | a PEM file with an Ed25519 or P-256 key that signs the metadata, and its `kid` | not signed |
///
/// Properties: `take`, a list of names, `all` or `none`, and `override`, `true` if they go before what the
/// store says.
struct AuthZENListenerConfiguration {
    var configuration = AuthZENConfiguration()
    var metadata: MetadataDocument?
    /// How many searches are made at once; 0 for as many as go with the threads.
    var searchCount = 0

    /// - Parameters:
    ///   - node: nil for all defaults.
    ///   - reserved: the member of contexts that is not the caller's; nil when no evidence is judged.
    init(
        _ node: ConfigurationNode?, in folder: String, reserved: Text?
    ) throws(Failure) {
        if let reserved {
            configuration.mapping.reservedContextName = reserved
            configuration.mapping.evidenceName = "evidence"
        }
        guard let node else { return }
        let keys = try node.mapping([
            "types": "types and entity types", "otherTypes": "`true` or `false`",
            "actions": "names and ids", "otherActions": "`true` or `false`",
            "actionType": "an entity type", "subjectProperties": "`take` and `override`",
            "resourceProperties": "`take` and `override`", "actionProperties": "names",
            "actionPropertiesMember": "a name", "context": "names",
            "evidence": "`none`, `accepted` or `required`", "evidenceMember": "a name",
            "fractions": "`decimal` or `refused`",
            "lenient": "`true` or `false`", "namePolicies": "`true` or `false`",
            "pageTokenKey": "a file", "maximumPage": "a number", "maximumTested": "a number",
            "searchTime": "a time", "searches": "a number", "maximumBody": "a size",
            "maximumDepth": "a number",
            "maximumEvaluations": "a number", "metadata": "what it says of itself",
        ])
        try readTypes(keys)
        try readActions(keys)
        try readProperties(keys)
        try readEvidence(keys, hasIdentity: reserved != nil)
        try readLimits(keys)
        if let node = try keys.optional("fractions") {
            configuration.mapping.readsFractions = try node.choice([
                "decimal": true, "refused": false,
            ])
        }
        if let node = try keys.optional("lenient") {
            configuration.defaults = try node.boolean() ? .merging : .replacement
        }
        if let node = try keys.optional("namePolicies") {
            configuration.namesPolicies = try node.boolean()
        }
        if let node = try keys.optional("pageTokenKey") {
            guard let key = PageTokenKey(try InputFile(try node.path(in: folder)).bytes) else {
                throw node.failure(
                    "the key of page tokens needs \(PageTokenKey.minimumBytes) bytes",
                    help: "make one by: openssl rand -hex 32")
            }
            configuration.pageTokenKey = key
        }
        if let node = try keys.optional("metadata") { try readMetadata(node, folder) }
    }

    // MARK: Names

    private mutating func readTypes(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("types") {
            configuration.mapping.allowsOtherTypes = false
            for (key, node) in try node.entries() {
                let type = Text(try node.text())
                guard EntityTypeName.isValid(type) else {
                    throw node.failure("`\(type)` is no entity type")
                }
                configuration.mapping.types[Text(key)] = type
            }
        }
        if let node = try keys.optional("otherTypes") {
            configuration.mapping.allowsOtherTypes = try node.boolean()
        }
    }

    private mutating func readActions(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("actions") {
            configuration.mapping.allowsOtherActions = false
            for (key, node) in try node.entries() {
                configuration.mapping.actions[Text(key)] = Text(try node.text())
            }
        }
        if let node = try keys.optional("otherActions") {
            configuration.mapping.allowsOtherActions = try node.boolean()
        }
        if let node = try keys.optional("actionType") {
            let type = Text(try node.text())
            guard EntityTypeName.isValid(type), type.isActionType else {
                throw node.failure(
                    "`\(type)` is no entity type of actions, as in `Action` or `Shop::Action`")
            }
            configuration.mapping.actionType = type
        }
    }

    // MARK: Properties

    private mutating func readProperties(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("subjectProperties") {
            configuration.mapping.subjectProperties = try Self.rule(node)
        }
        if let node = try keys.optional("resourceProperties") {
            configuration.mapping.resourceProperties = try Self.rule(node)
        }
        if let node = try keys.optional("actionProperties") {
            configuration.mapping.actionPropertyNames = try Self.names(node)
        }
        if let node = try keys.optional("context") {
            configuration.mapping.contextNames = try Self.names(node)
        }
        if let node = try keys.optional("actionPropertiesMember") {
            let name = Text(try node.text())
            guard name != configuration.mapping.reservedContextName else {
                throw node.failure("`\(name)` is the member that only the service makes")
            }
            configuration.mapping.actionPropertiesName = name
        }
    }

    private static func rule(
        _ node: ConfigurationNode
    ) throws(Failure) -> AuthZENMapping.PropertyRule {
        let keys = try node.mapping([
            "take": "names, `all` or `none`", "override": "`true` or `false`",
        ])
        var rule = AuthZENMapping.PropertyRule()
        if let node = try keys.optional("take") {
            if node.isList {
                rule.names = try names(node)
            } else {
                rule.names = try node.choice(["all": nil, "none": []])
            }
        }
        if let node = try keys.optional("override") { rule.overridesStore = try node.boolean() }
        return rule
    }

    private static func names(_ node: ConfigurationNode) throws(Failure) -> Set<Text> {
        var names: Set<Text> = []
        for element in try node.elements() { names.insert(Text(try element.text())) }
        return names
    }

    // MARK: Evidence

    private mutating func readEvidence(
        _ keys: ConfigurationNode.Mapping, hasIdentity: Bool
    ) throws(Failure) {
        var isTaken = hasIdentity
        if let node = try keys.optional("evidence") {
            switch try node.choice(["none": 0, "accepted": 1, "required": 2]) {
            case 0: isTaken = false
            case 2:
                configuration.requiresEvidence = true
                fallthrough
            default:
                guard hasIdentity else {
                    throw node.failure("there is nothing to judge evidence by: add `identity`")
                }
            }
        }
        if !isTaken { configuration.mapping.evidenceName = nil }
        guard let node = try keys.optional("evidenceMember") else { return }
        guard isTaken else {
            throw node.failure("`evidenceMember` has no effect where no evidence is taken")
        }
        let name = Text(try node.text())
        guard name != configuration.mapping.reservedContextName,
            name != configuration.mapping.actionPropertiesName
        else { throw node.failure("`\(name)` is another member of the context already") }
        configuration.mapping.evidenceName = name
    }

    // MARK: Bounds

    private mutating func readLimits(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("maximumPage") {
            configuration.limits.maximumResults = try node.integer(1...100_000)
        }
        if let node = try keys.optional("maximumTested") {
            configuration.limits.maximumTested = try node.integer(1...100_000_000)
        }
        if let node = try keys.optional("searchTime") {
            let parts = try node.duration().components
            let milliseconds = parts.attoseconds / 1_000_000_000_000_000
            guard (0..<60).contains(parts.seconds), parts.seconds > 0 || milliseconds > 0 else {
                throw node.failure("`searchTime` must be from 1ms to less than a minute")
            }
            configuration.limits.searchMilliseconds = Int(parts.seconds * 1000 + milliseconds)
        }
        if let node = try keys.optional("searches") { searchCount = try node.integer(1...256) }
        if let node = try keys.optional("maximumBody") {
            configuration.limits.maximumBodyBytes = try node.size((1 << 10)...(64 << 20))
        }
        if let node = try keys.optional("maximumDepth") {
            configuration.limits.maximumDepth = try node.integer(4...1000)
        }
        if let node = try keys.optional("maximumEvaluations") {
            configuration.limits.maximumEvaluations = try node.integer(1...100_000)
        }
    }

    private mutating func readMetadata(
        _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) {
        let keys = try node.mapping([
            "decisionPoint": "an address", "capabilities": "URNs", "signingKey": "a file",
            "keyId": "a name",
        ])
        let addressNode = try keys.required("decisionPoint")
        guard var document = MetadataDocument(decisionPoint: try addressNode.text()) else {
            throw addressNode.failure(
                "`metadata.decisionPoint` must be an address as in `https://pdp.example.org`, "
                    + "without query, fragment and last slash; a tenant's path has no `%`")
        }
        if let node = try keys.optional("capabilities") {
            for element in try node.elements() { document.capabilities.append(try element.text()) }
        }
        let keyID = try keys.optional("keyId")
        if let node = try keys.optional("signingKey") {
            let pem = try InputFile(try node.path(in: folder)).bytes
            let name = try keyID?.text()
            do throws(SigningError) {
                document.signer = try JSONSigner(pem: pem, keyID: name)
            } catch {
                throw node.failure("\(error)")
            }
        } else if let keyID {
            throw keyID.failure("`metadata.keyId` has no effect without `metadata.signingKey`")
        }
        metadata = document
    }
}
