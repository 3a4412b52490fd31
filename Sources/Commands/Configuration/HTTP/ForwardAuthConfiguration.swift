import ForwardAuth
import Gateway

/// The key `forwardAuth` of a listener: what a gateway sends with each request of its clients, and how it
/// is answered. Its keys are ``section``.
struct ForwardAuthConfiguration {
    var path = standardPath
    let gateway: GatewayConfiguration
    let settings: ForwardAuthSettings

    /// The keys of `forwardAuth`.
    static let section: ConfigurationSection = {
        let own = [
            ConfigurationKey(
                "gateway", .choice(GatewayFamily.allCases.map(\.rawValue)), .required,
                "Whose header fields are read: one gateway a listener.", example: "nginx"),
            ConfigurationKey(
                "path", .text("a path that ends in no slash"), .value(standardPath),
                "Where it is asked."),
            ConfigurationKey(
                "certificate", .choice(CertificateField.allCases.map(\.rawValue) + ["none"]),
                .words("as the gateway's example sends it"),
                "Where the client's certificate is.", example: "escapedPEM"),
            ConfigurationKey(
                "requireCertificate", .boolean, .boolean(false),
                "Whether a call without a certificate is refused."),
            ConfigurationKey(
                "deadline", .duration(.any), .none,
                "How old a request may be, by the `X-Request-Start` of the gateway.",
                example: "500ms"),
            ConfigurationKey(
                "causes", .boolean, .boolean(false),
                "Whether answers name cause and policies in `Writ-Cause`, `Writ-Detail` and "
                    + "`Writ-Policies`, and denials what they rest on; some gateways pass it on to "
                    + "clients."),
        ]
        return ConfigurationSection(own + GatewayConfiguration.keys)
    }()

    private static let standardPath = "/forward-auth"

    /// - Parameter listener: what policies call it.
    init(
        _ node: ConfigurationNode, listener: String, identity: IdentityConfiguration?,
        in folder: String
    ) throws(Failure) {
        let keys = try node.mapping()
        gateway = try GatewayConfiguration(
            node, keys, listener: listener, identity: identity, in: folder)
        settings = try Self.settings(node, keys)
        if let node = try keys.optional("path") {
            path = try node.text()
            guard path.hasPrefix("/"), path.count > 1, !path.hasSuffix("/") else {
                throw node.failure("`forwardAuth.path` begins with a slash and ends in none")
            }
        }
    }

    private static func settings(
        _ node: ConfigurationNode, _ keys: ConfigurationNode.Mapping
    ) throws(Failure) -> ForwardAuthSettings {
        let family = try keys.required("gateway").choice(
            Dictionary(uniqueKeysWithValues: GatewayFamily.allCases.map { ($0.rawValue, $0) }))
        var certificate: CertificateField? = family.usualCertificate
        if let node = try keys.optional("certificate") {
            var forms = Dictionary(
                uniqueKeysWithValues: CertificateField.allCases.map {
                    ($0.rawValue, Optional($0))
                })
            forms.updateValue(nil, forKey: "none")
            certificate = try node.choice(forms)
        }
        var isRequired = false
        if let node = try keys.optional("requireCertificate") { isRequired = try node.boolean() }
        if isRequired, certificate == nil {
            throw node.failure("`requireCertificate` has no effect with `certificate: none`")
        }
        var settings = ForwardAuthSettings(
            ForwardAuthReader(family, certificate: certificate, requiresCertificate: isRequired))
        if let node = try keys.optional("deadline") {
            let (seconds, fraction) = try node.duration().components
            settings.deadlineMilliseconds = seconds * 1000 + fraction / 1_000_000_000_000_000
        }
        if let node = try keys.optional("causes") { settings.tellsCause = try node.boolean() }
        return settings
    }
}
