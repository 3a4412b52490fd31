import ForwardAuth
import Gateway
import Routes

/// How a listener answers gateways that ask by forward-auth: the part `forwardAuth` of a listener.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `gateway` | `nginx`, `caddy`, `traefik` or `haproxy`: whose header fields are read | required |
/// | `routes` | the routes file | required |
/// | `certificate` | where the client's certificate is: `escapedPEM`, `base64DER`, `traefikBase64`, `forwardedClientCert`, `clientCert`, or `none` | as the gateway's example sends it |
/// | `requireCertificate` | `true`: no call without one | `false` |
/// | `identityFields` | header fields that tell the service who asks: names with `principalId`, `principalType`, `deviceId`, `decisionId` or `removed` | none |
/// | `judgeTokens` | `false`: bearer tokens are the service's business | `true` |
/// | `challenge` | `WWW-Authenticate` of denials with status 401 | `Bearer` |
/// | `deadline` | how old a request may be, by the gateway's `X-Request-Start` | none |
/// | `causes` | `true`: answers name cause and policies in `Writ-Cause`, `Writ-Detail` and `Writ-Policies` | `false` |
struct ForwardAuthConfiguration {
    let routes: String
    let settings: ForwardAuthSettings
    let gateway: GatewaySettings

    /// - Parameter listener: what policies call the listener.
    init(_ node: ConfigurationNode, listener: String, in folder: String) throws(Failure) {
        let keys = try node.mapping([
            "gateway": "a family of gateways", "routes": "a file", "certificate": "a form",
            "requireCertificate": "`true` or `false`", "identityFields": "names and sources",
            "judgeTokens": "`true` or `false`", "challenge": "a text", "deadline": "a time",
            "causes": "`true` or `false`",
        ])
        let family = try keys.required("gateway").choice(
            Dictionary(uniqueKeysWithValues: GatewayFamily.allCases.map { ($0.rawValue, $0) }))
        var certificate: CertificateField? = family.usualCertificate
        if let node = try keys.optional("certificate") {
            var forms: [String: CertificateField?] = ["none": .some(nil)]
            for form in CertificateField.allCases { forms[form.rawValue] = .some(form) }
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
        var gateway = GatewaySettings(listener: listener)
        if let node = try keys.optional("identityFields") {
            gateway.identityFields = try Self.identityFields(node)
        }
        if let node = try keys.optional("judgeTokens") {
            gateway.judgesTokens = try node.boolean()
        }
        if let node = try keys.optional("challenge") {
            let text = try node.text()
            guard text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) else {
                throw node.failure("`challenge` must be printable ASCII, as in Bearer realm=\"bank\"")
            }
            gateway.challenge = Array(text.utf8)
        }
        self.settings = settings
        self.gateway = gateway
        routes = try keys.required("routes").path(in: folder)
    }

    private static func identityFields(
        _ node: ConfigurationNode
    ) throws(Failure) -> [GatewaySettings.IdentityField] {
        var fields: [GatewaySettings.IdentityField] = []
        let sources = Dictionary(
            uniqueKeysWithValues: GatewaySettings.IdentitySource.allCases.map { ($0.rawValue, $0) })
        for (name, node) in try node.entries() {
            guard let field = GatewaySettings.IdentityField(name, try node.choice(sources)) else {
                throw node.failure(
                    "`\(name)` cannot be a header field with an identity",
                    help: "lower-case letters, digits and `-`, and none that frames a message")
            }
            guard !fields.contains(where: { $0.name == field.name }) else {
                throw node.failure("the header field `\(name)` stands twice")
            }
            fields.append(field)
        }
        return fields
    }
}
