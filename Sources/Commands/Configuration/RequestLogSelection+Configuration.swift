import HTTPService

extension RequestLog.Selection {
    /// Reads the key `log` of a listener.
    init(_ node: ConfigurationNode) throws(Failure) {
        self = try node.choice(
            Dictionary(uniqueKeysWithValues: Self.allCases.map { ($0.rawValue, $0) }))
    }
}
