import Glibc

/// The number of files this process may have open.
enum FileLimit {
    /// Raises the limit to what a number of connections needs, as far as the system allows.
    ///
    /// - Returns: the limit in force.
    @discardableResult
    static func raise(forConnections connections: Int) -> Int {
        // Store, sockets, policies and logs need a few beside the connections.
        let wanted = rlim_t(connections + 64)
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = unsafe setrlimit(resource, &limit)
        }
        return Int(clamping: limit.rlim_cur)
    }
}
