extension ServiceConfiguration {
    /// Every key of the configuration of `writ serve`, from the top.
    static let section = ConfigurationSection([
        ConfigurationKey(
            "policies", .paths("a policy file, or a folder of `*.cedar` and `*.cedar.json` files"),
            .required,
            "The policies. A file whose name ends in `.json` holds a policy set as JSON.",
            example: "policy.cedar"),
        ConfigurationKey(
            "links", .paths("a file of links of templates, as `writ link` writes it"), .none,
            "What fills the slots of templates.", example: "links.json"),
        ConfigurationKey(
            "schema", .file("a schema file"), .none,
            "Policies must be valid against it, strictly, and every request is checked: one that "
                + "does not conform is denied with the cause `schemaViolation`.",
            example: "schema.cedarschema.json"),
        ConfigurationKey(
            "store", .file("a folder"), .required,
            "The entity store, which `writ store import` makes.", example: "store"),
        ConfigurationKey(
            "errors", .choice(["strict", "cedar"]), .value("strict"),
            "With `strict` a forbid that errors denies; with `cedar` it is skipped, as the "
                + "reference does."),
        ConfigurationKey(
            "reload", .choice(["watch", "signal"]), .value("watch"),
            "With `watch` policies, links, schema and routes are read again when their files "
                + "change; with `signal` on SIGHUP only."),
        ConfigurationKey(
            "cache", .size(0...(1 << 40)), .size(256 << 20),
            "The bound on all caches of entity records together, shared out over the threads; 0 "
                + "for none."),
        ConfigurationKey(
            "obligations", .list(.text("names")), .none,
            "What `@obligation` may name in policies: what every enforcing side fulfils. Policies "
                + "that name anything else are refused.",
            example: "[mask, log]"),
        ConfigurationKey(
            "socket", .section(socketSection), .required,
            "The local socket, on which services of this machine ask."),
        ConfigurationKey(
            "identity", .section(IdentityConfiguration.section),
            .words("callers name the principal, and are believed"),
            "How who asks is proven. What was verified is the context member `verified`."),
        ConfigurationKey(
            "tls", .section(TLSSection.section), .words("not served"),
            "The frames of the local socket by TLS 1.3, for other machines whose certificates "
                + "`identity` believes. The certificates of both sides are read again when their "
                + "files change."),
        ConfigurationKey(
            "envoy", .section(EnvoyConfiguration.section), .words("not served"),
            "Envoy asks by ext_authz; needs `identity`."),
        ConfigurationKey(
            "spoe", .section(SPOEListenerConfiguration.section), .words("not served"),
            "HAProxy asks by its stream processing offload engine; needs `identity`."),
        ConfigurationKey(
            "http", .list(.section(HTTPListenerConfiguration.section)), .words("not served"),
            "Addresses and sockets on which HTTP is answered: the AuthZEN API, forward-auth of "
                + "nginx, Caddy, Traefik and HAProxy, health and metrics."),
    ])
}
