import ForwardAuth
import Gateway

/// The key `forwardAuth` of a listener: what a gateway sends with each request of its clients, and how it
/// is answered.
///
/// Beside the keys of ``GatewayConfiguration``:
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `gateway` | `nginx`, `caddy`, `traefik` or `haproxy`: whose header fields are read | required |
/// | `path` | where it is asked | `/forward-auth` |
/// | `certificate` | where the client's certificate is: `escapedPEM`, `base64DER`, `traefikBase64`, `forwardedClientCert`, `clientCert`, or `none` | as the gateway's example sends it |
/// | `requireCertificate` | `true`: no call without one | `false` |
/// | `deadline` | how old a request may be, by the `X-Request-Start` of the gateway | none |
/// | `causes` | `true`: answers name cause and policies in `Writ-Cause`, `Writ-Detail` and `Writ-Policies`, which some gateways pass on to clients | `false` |
struct ForwardAuthConfiguration {
    var path = "/forward-auth"
    let gateway: GatewayConfiguration
    let settings: ForwardAuthSettings

    /// - Parameter listener: what policies call it.
    init(
        _ node: ConfigurationNode, listener: String, identity: IdentityConfiguration?,
        in folder: String
    ) throws(Failure) {
        let own = [
            "gateway": "a family of gateways", "path": "a path", "certificate": "a form",
            "requireCertificate": "`true` or `false`", "deadline": "a time",
            "causes": "`true` or `false`",
        ]
        let keys = try node.mapping(own.merging(GatewayConfiguration.keys) { own, _ in own })
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
