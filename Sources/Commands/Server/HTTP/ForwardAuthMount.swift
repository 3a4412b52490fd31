import AuthZEN
import DecisionPoint
import EntityStore
import ForwardAuth
import Gateway
import HTTPService
import Routes
import Server

/// What decides for one thread of a forward-auth listener, with memory for the call and the answer.
struct ForwardAuthWorker: ~Copyable {
    private var decider: ForwardAuthDecider
    private var call = HeaderList()
    private var reply = ForwardAuthReply()
    private let board: GatewayBoard
    private let logged: RequestLog.Selection

    init(
        _ decider: consuming ForwardAuthDecider, board: GatewayBoard,
        logged: RequestLog.Selection
    ) {
        self.decider = decider
        self.board = board
        self.logged = logged
    }

    /// Answers a call.
    ///
    /// - Parameter now: the machine's time, in milliseconds since 1970.
    mutating func answer(_ request: MountedRequest, at now: Int64) -> MountedReply {
        let start = MonotonicClock.now()
        do throws(RequestRefusal) {
            call.removeAll()
            for field in request.fields { try call.append(name: field.name, value: field.value) }
            decider.answer(call, from: request.peer, at: now, into: &reply)
        } catch {
            decider.refuse(error, into: &reply)
        }
        let verdict = decider.verdict.sent(isSpoiled: reply.isSpoiled)
        board.count(verdict, nanoseconds: MonotonicClock.now() &- start)
        var fields: [(name: String, value: String)] = []
        reply.fields.forEachField { name, value in
            fields.append((String(repairing: name), String(repairing: value)))
        }
        if !reply.body.isEmpty {
            fields.append(("content-type", "text/plain; charset=utf-8"))
        }
        var answer = MountedReply(
            status: Int(reply.status.rawValue), fields: fields, body: reply.body,
            decision: DecisionRecord(outcome: DecisionRecord.Outcome(verdict)))
        if logged.includes(verdict) { record(verdict, &answer) }
        return answer
    }

    /// Adds what the log keeps.
    private mutating func record(_ verdict: Gateway.Verdict, _ answer: inout MountedReply) {
        var record = decider.record()
        record.verdict = verdict
        answer.decision = DecisionRecord(record)
        answer.decisionID = record.decisionID
        let said = decider.settings.reader.said(call)
        answer.asked = RequestLog.AskedRequest(
            method: said.method, host: said.host, target: said.target)
    }
}

extension ForwardAuthConfiguration {
    /// What answers a gateway's questions on a listener; what follows the path, and the query, are of no
    /// account.
    func mount(
        for listener: HTTPListenerConfiguration, _ foundation: HTTPFoundation
    ) throws(Failure) -> MountedRoute {
        let (settings, gateway) = (settings, gateway)
        guard let identity = foundation.identity,
            let routes = foundation.routes.first(where: { $0.path == gateway.routes })
        else { throw listener.place.failure("a listener for gateways needs `identity`") }
        do throws(StoreError) {
            let workers = try WorkerPool(count: listener.threadCount) { (_) throws(StoreError) in
                ForwardAuthWorker(
                    ForwardAuthDecider(
                        settings,
                        try GatewayDecider(
                            gateway.settings, routes: routes.publisher,
                            publisher: foundation.publisher, store: foundation.store,
                            errors: gateway.errors ?? foundation.errors,
                            cacheBytes: foundation.cacheBytesPerThread,
                            cacheBoard: foundation.cacheBoards.add(), identity: identity,
                            worker: foundation.workers.next(), startedAt: foundation.startedAt)),
                    board: foundation.gatewayBoards.add(listener.name), logged: listener.logged)
            }
            return MountedRoute(path: path) { request in
                let now = DecisionClock.realTime()
                return workers.withWorker { $0.answer(request, at: now) }
            }
        } catch {
            throw listener.place.failure("`\(listener.name)` cannot decide: \(error.description)")
        }
    }
}
