import Synchronization

/// Keys and clients' secrets that come and go while the service runs.
///
/// Every request asks anew: what is taken away is refused from the next one on, whenever its connection
/// began.
package final class CallerSecrets: Sendable {
    /// What is taken at one time.
    package struct Contents: Sendable {
        package var keys: [EnforcementPointAuthentication.APIKey]
        /// Clients that send their id and a secret as `Authorization: Basic`.
        package var clients: [EnforcementPointAuthentication.APIKey]

        /// Empty lists let nobody in.
        package init(
            keys: [EnforcementPointAuthentication.APIKey] = [],
            clients: [EnforcementPointAuthentication.APIKey] = []
        ) {
            self.keys = keys
            self.clients = clients
        }
    }

    private let contents: Mutex<Contents>

    package init(_ contents: Contents = Contents()) { self.contents = Mutex(contents) }

    /// Takes these and no others from now on.
    package func replace(_ new: Contents) { contents.withLock { $0 = new } }

    /// What is taken now.
    package var current: Contents { contents.withLock { $0 } }
}
