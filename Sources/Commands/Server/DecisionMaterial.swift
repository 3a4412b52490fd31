import CedarEngine
import DecisionPoint
import EntityStore
import Gateway
import HTTPService

/// What the listeners for gateways with protocols of their own decide, count and log with.
struct DecisionMaterial: Sendable {
    let publisher: RulesetPublisher
    let store: EntityStore
    let errors: ErrorMode
    let identity: IdentitySettings
    /// Bytes of the cache of records of each worker; 0 for none.
    let cacheBytes: Int
    /// Where the figures of the caches are laid.
    let caches: CacheBoards
    /// Where decisions for gateways are counted.
    let gatewayBoards: GatewayBoards
    let requests: RequestLog
    /// Seconds since 1970.
    let startedAt: UInt64

    /// A decider for one worker of a listener.
    ///
    /// - Parameter worker: its number among the workers of the process.
    func decider(
        _ configuration: GatewayConfiguration, _ routes: RoutePublisher, worker: Int
    ) throws(StoreError) -> GatewayDecider {
        try GatewayDecider(
            configuration.settings, routes: routes, publisher: publisher, store: store,
            errors: configuration.errors ?? errors, cacheBytes: cacheBytes,
            cacheBoard: caches.add(), identity: identity, worker: worker, startedAt: startedAt)
    }

    /// What counts and logs the answers of one worker of a listener.
    func observer(_ listener: String, logging selection: RequestLog.Selection) -> AnswerObserver {
        AnswerObserver(
            gatewayBoards.add(listener),
            log: selection == .none
                ? nil
                : GatewayRequestLog(
                    listener: listener, requests: requests, selection: selection))
    }
}
