import Dispatch
import Glibc

/// Turns SIGHUP into reloads and SIGTERM or SIGINT into an end.
final class StopSignals {
    private enum Event: Sendable {
        case reload
        case stop
    }

    private let events: AsyncStream<Event>
    private let sources: [any DispatchSourceSignal]

    /// Takes the signals over from now on, so that one that comes during start-up is not lost.
    init() {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        sources = [(SIGHUP, Event.reload), (SIGTERM, .stop), (SIGINT, .stop)].map {
            (number, event) in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: .global(qos: .userInitiated))
            source.setEventHandler { continuation.yield(event) }
            source.resume()
            return source
        }
    }

    /// Waits for the end, and runs `work` as long as that takes.
    func handle(
        reload: @escaping @Sendable () -> Void, while work: @escaping @Sendable () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            for await event in events {
                switch event {
                case .reload: reload()
                case .stop:
                    group.cancelAll()
                    return
                }
            }
        }
        withExtendedLifetime(sources) {}
    }
}
