import HTTPService

extension ForwardAuthConfiguration {
    /// What answers a gateway's questions on a listener.
    ///
    /// Until a responder is there the listener cannot be started: it would deny everything.
    func mount(
        for listener: HTTPListenerConfiguration, _ foundation: HTTPFoundation
    ) throws(Failure) -> MountedRoute {
        throw listener.place.failure("this build has no forward-auth")
    }
}
