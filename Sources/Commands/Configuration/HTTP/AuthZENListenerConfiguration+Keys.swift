import AuthZEN

extension AuthZENListenerConfiguration {
    /// The keys of `authzen`.
    static let section = ConfigurationSection(
        names + facts + answers + bounds + [
            ConfigurationKey(
                "metadata", .section(metadataSection), .words("no metadata"),
                "What the decision point says of itself at "
                    + "`/.well-known/authzen-configuration`.")
        ])

    /// How names become those of Cedar.
    private static let names = [
        ConfigurationKey(
            "types", .map("type of the API", .text("an entity type")),
            .words("each type is the entity type of its name"),
            "The entity types of subjects and resources.", example: "{user: User, doc: Document}"),
        ConfigurationKey(
            "otherTypes", .boolean, .words("`true` without `types`, else `false`"),
            "Whether a type that `types` does not list is the entity type of its name.",
            example: "false"),
        ConfigurationKey(
            "actions", .map("action of the API", .text("the id of an action")),
            .words("each name is the id of an action"), "The ids of actions.",
            example: "{can_read: read}"),
        ConfigurationKey(
            "otherActions", .boolean, .words("`true` without `actions`, else `false`"),
            "Whether a name that `actions` does not list is the id of an action.",
            example: "false"),
        ConfigurationKey(
            "actionType", .text("an entity type"), .value("Action"),
            "The entity type of actions, as in `Action` or `Shop::Action`."),
    ]

    /// What is taken of what callers send.
    private static let facts = [
        ConfigurationKey(
            "subjectProperties", .section(propertySection), .words("all that the store lacks"),
            "Which of a subject's properties become attributes."),
        ConfigurationKey(
            "resourceProperties", .section(propertySection), .words("all that the store lacks"),
            "Which of a resource's properties become attributes."),
        ConfigurationKey(
            "actionProperties", .list(.text("names")), .words("all"),
            "The properties of an action that are taken.", example: "[soft]"),
        ConfigurationKey(
            "actionPropertiesMember", .text("a name"), .value("action"),
            "The member of the context with an action's properties; a caller must not send it."),
        ConfigurationKey(
            "fractions", .choice(["decimal", "refused"]), .value("refused"),
            "With `decimal` a number with a fraction is a `decimal`; with `refused` it is an "
                + "error."),
        ConfigurationKey(
            "context", .list(.text("names")), .words("all"),
            "The members of a caller's context that are taken.", example: "[ip, time]"),
        ConfigurationKey(
            "evidence", .choice(["none", "accepted", "required"]),
            .words("`accepted` with `identity`, else `none`"),
            "Proof of subjects in the caller's context, a certificate or a token; with "
                + "`required` a subject that is not proved is denied.",
            example: "accepted"),
        ConfigurationKey(
            "evidenceMember", .text("a name"), .value("evidence"),
            "The member of the context with the proof."),
    ]

    private static let propertySection = ConfigurationSection([
        ConfigurationKey(
            "take", .choiceOrList(["all", "none"], .text("names")), .value("all"),
            "The properties that are taken, as in `[owner, state]`."),
        ConfigurationKey(
            "override", .boolean, .boolean(false),
            "Whether they go before what the store says."),
    ])

    /// How it answers.
    private static let answers = [
        ConfigurationKey(
            "lenient", .boolean, .boolean(false),
            "Whether an item of `evaluations` takes the parts that its subject, action or "
                + "resource lacks from the default; no properties of another that it names."),
        ConfigurationKey(
            "namePolicies", .boolean, .boolean(false),
            "Whether answers name the determining policies in `context`."),
        ConfigurationKey(
            "pageTokenKey", .file("a file with at least \(PageTokenKey.minimumBytes) bytes"),
            .words("one of this process"),
            "What signs page tokens: all instances behind one address share it. "
                + "`openssl rand -hex 32` makes one.",
            example: "page-tokens.key"),
    ]

    private static let bounds: [ConfigurationKey] = {
        let standard = AuthZENLimits()
        return [
            ConfigurationKey(
                "maximumPage", .integer(1...100_000), .count(standard.maximumResults),
                "Results of one page, and without a limit in the request."),
            ConfigurationKey(
                "maximumTested", .integer(1...100_000_000), .count(standard.maximumTested),
                "Entities that one search looks at before it answers with a part."),
            ConfigurationKey(
                "searchTime", .duration(.upTo(.milliseconds(59_999))),
                .duration(.milliseconds(standard.searchMilliseconds)),
                "How long one search takes before it answers with a part."),
            ConfigurationKey(
                "searches", .integer(1...256), .words("half as many as `threads`, at least one"),
                "Searches made at once; others wait for a second at most.", example: "2"),
            ConfigurationKey(
                "maximumBody", .size((1 << 10)...(64 << 20)), .size(standard.maximumBodyBytes),
                "The body of a request."),
            ConfigurationKey(
                "maximumDepth", .integer(4...1000), .count(standard.maximumDepth),
                "The nesting of a body."),
            ConfigurationKey(
                "maximumEvaluations", .integer(1...100_000), .count(standard.maximumEvaluations),
                "Items of `evaluations`."),
        ]
    }()

    private static let metadataSection = ConfigurationSection([
        ConfigurationKey(
            "decisionPoint", .text("an `https` address without query and last slash"), .required,
            "The address that clients use.", example: "https://pdp.bank.example"),
        ConfigurationKey(
            "capabilities", .list(.text("URNs")), .none, "What it is capable of.",
            example: "['urn:ietf:params:authzen:capability:example']"),
        ConfigurationKey(
            "signingKey", .file("a PEM file with an Ed25519 or P-256 key"), .words("not signed"),
            "What signs the metadata.", example: "metadata.key"),
        ConfigurationKey(
            "keyId", .text("a `kid`"), .none, "The name of the key; needs `signingKey`.",
            example: "metadata-1"),
    ])
}
