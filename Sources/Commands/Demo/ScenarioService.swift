import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc
import Logging
import Server
import Synchronization
import WritClient

/// A scenario's own service, at the time of its tests, with this process as its gateway.
final class ScenarioService {
    private let service: Service
    private let identities: ScenarioIdentities
    private let time: ScenarioTime
    let socket: String

    /// The scenario's time, which only goes forward.
    private final class ScenarioTime: Sendable {
        let milliseconds = Atomic<Int64>(0)
    }

    /// Starts the service of the scenario's `writ.yaml` on another store and socket.
    init(_ scenario: ScenarioFolder, store: EntityStore, socket: String) throws(Failure) {
        var configuration = try ServiceConfiguration.read(scenario.path + "/writ.yaml")
        configuration.watchesFiles = false
        configuration.socket = LocalSocketConfiguration(path: socket)
        let user = PeerAllowList(userIDs: [getuid()])
        configuration.socketRights = LocalPeerRights(gateways: user, mayNamePrincipal: user)
        identities = try ScenarioIdentities(scenario)
        let time = ScenarioTime()
        self.time = time
        self.socket = socket
        service = try Service(
            configuration, store: store, log: .quiet,
            clock: DecisionClock { time.milliseconds.load(ordering: .relaxed) })
    }

    func stop() { service.stop(drainFor: .seconds(1)) }

    /// The tests with what proves their facts, in the order of their instants.
    func questions(_ tests: [PolicyTest]) throws(Failure) -> [Question] {
        var questions: [Question] = []
        for test in tests {
            let asked = try identities.asked(test)
            do throws(ClientError) {
                questions.append(
                    Question(
                        test: test, instant: asked.instant,
                        request: try EncodedRequest(asked.request),
                        evidence: try EncodedEvidence(asked.evidence)))
            } catch {
                throw Failure("the test “\(test.name)” cannot be asked: \(error.description)")
            }
        }
        return questions.sorted { $0.instant < $1.instant }
    }

    /// A test, ready to be asked.
    struct Question {
        let test: PolicyTest
        /// Milliseconds since 1970.
        let instant: Int64
        let request: EncodedRequest
        let evidence: EncodedEvidence
    }

    /// Asks at the question's instant, or later.
    func ask(
        _ question: Question, afterMilliseconds delay: Int64 = 0,
        _ connection: inout Connection
    ) throws(ClientError) -> Answer {
        time.milliseconds.store(question.instant + delay, ordering: .relaxed)
        return try connection.decide(question.request, evidence: question.evidence)
    }
}

extension Logger {
    /// Logs nothing.
    static var quiet: Logger {
        var quiet = Logger(label: "writ") { _ in SwiftLogNoOpLogHandler() }
        quiet.logLevel = .critical
        return quiet
    }
}
