/// How a stream server is found, who may use it, and its bounds.
package struct StreamConfiguration: Sendable {
    /// Where the server is.
    package var endpoint: StreamEndpoint
    /// The listening socket at the endpoint, when a service manager opened it; the server closes it.
    package var inherited: Int32?
    /// Who may connect to a path.
    package var allowedPeers: PeerAllowList = .ownUser
    /// The number of worker threads, 1 to 256.
    package var workerCount: Int
    /// The bounds.
    package var limits = StreamLimits()
    /// How the names of the threads begin; four bytes leave room for the rest.
    package var threadName = "writ"

    /// Makes a configuration with the defaults.
    /// - Parameter workerCount: worker threads; one per core by default.
    package init(endpoint: StreamEndpoint, workerCount: Int = StreamConfiguration.onlineCores) {
        self.endpoint = endpoint
        self.workerCount = workerCount
    }

    /// What is wrong with the configuration; `nil` when it can be served.
    package var problem: String? {
        if !(1...256).contains(workerCount) { return "worker count is not in 1...256" }
        if let problem = endpoint.problem { return problem }
        return limits.problem
    }
}
