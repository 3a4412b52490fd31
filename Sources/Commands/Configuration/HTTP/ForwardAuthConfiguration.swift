/// The key `forwardAuth` of a listener: what a gateway sends with each request of its clients.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `path` | where it is asked | `/forward-auth` |
struct ForwardAuthConfiguration {
    var path = "/forward-auth"

    init(_ node: ConfigurationNode, in folder: String) throws(Failure) {
        let keys = try node.mapping(["path": "a path"])
        if let node = try keys.optional("path") {
            path = try node.text()
            guard path.hasPrefix("/"), path.count > 1, !path.hasSuffix("/") else {
                throw node.failure("`forwardAuth.path` begins with a slash and ends in none")
            }
        }
    }
}
