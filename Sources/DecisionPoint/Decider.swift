package import CedarEngine
package import CedarSchema
package import EntityStore

/// Decides requests for one thread: where entities and rules meet.
///
/// Between ``begin()`` and ``end()`` every decision is made on one ruleset and one revision of the
/// store. After warm-up a decision allocates nothing, takes no lock and counts no references.
package struct Decider: ~Copyable {
    private let publisher: RulesetPublisher
    private let mode: ErrorMode
    private let diagnostics: DiagnosticsMode
    var entities: DecisionEntities
    private var workspace: Workspace
    /// Nil when the service judges no identities, and callers name their principals.
    var establisher: Establisher?
    /// Why the last question was refused, in UTF-8 for people; empty when the refusal says it all.
    package internal(set) var detail: [UInt8] = []
    let emptyContext = FlatConstant.emptyRecord()
    /// Where the records of the overlay lie.
    var overlayMemory: [FlatConstant] = []

    private(set) var ruleset: Ruleset
    private var rules: RulesView
    private var obligations: ObligationTable
    /// Whether any policy asks for something.
    package private(set) var mayHaveObligations: Bool
    /// The number of the ruleset that decides.
    package private(set) var epoch: UInt64
    /// Whether the store can be read, between ``begin()`` and ``end()``.
    package private(set) var isReadable = false
    private let clock: DecisionClock
    /// What is refused whatever policies say, as of the revision that is read.
    private(set) var restrictions = RestrictionSet.empty
    /// The instant of the decisions, in milliseconds since 1970.
    private(set) var instant: Int64 = 0
    private let cacheBoard: CacheBoard?
    private var snapshots: UInt64 = 0

    /// The revision of the store that decisions are made on; 0 when it cannot be read.
    package private(set) var revision: UInt64 = 0
    /// The version of the policies that decisions are made on.
    package private(set) var policyVersion: UInt64

    /// - Parameters:
    ///   - diagnostics: how much decisions find out beside allow or deny.
    ///   - cacheBytes: the bound on the cache of records; 0 for none.
    ///   - fillsCache: whether the cache is filled here, as far as a quarter of a second goes.
    ///   - cacheBoard: where the figures of the cache are laid now and then, and at the end.
    ///   - identity: how identities are judged; nil when callers name their principals.
    ///   - clock: the time; that of `identity` goes before.
    /// - Throws: when the store has no room for another reader, or memory none for the cache.
    package init(
        publisher: RulesetPublisher, store: EntityStore, errors mode: ErrorMode,
        diagnostics: DiagnosticsMode = .full, cacheBytes: Int = 0, fillsCache: Bool = true,
        cacheBoard: CacheBoard? = nil, identity: IdentitySettings? = nil,
        clock: DecisionClock = DecisionClock()
    ) throws(StoreError) {
        var reader = try store.makeReader(cacheBytes: cacheBytes)
        if fillsCache { try reader.prewarm(for: .milliseconds(250)) }
        cacheBoard?.publish(reader.cacheStatistics)
        entities = DecisionEntities(reader: reader)
        self.cacheBoard = cacheBoard
        workspace = Workspace()
        self.publisher = publisher
        self.mode = mode
        self.diagnostics = diagnostics
        self.clock = identity?.clock ?? clock
        (ruleset, obligations, epoch) = publisher.loadAll()
        mayHaveObligations = !obligations.isEmpty
        rules = ruleset.view
        policyVersion = ruleset.version
        entities.actions = ruleset.schema?.view
        if let identity { establisher = Establisher(identity) }
    }

    /// The figures of the cache of records.
    package var cacheStatistics: CacheStatistics { entities.reader.cacheStatistics }

    deinit { cacheBoard?.publish(entities.reader.cacheStatistics) }

    /// How many policies there are; without any, every question is refused.
    package var policyCount: Int { rules.policyCount }

    /// What requests and entities must conform to; nil for none.
    package var schema: Schema? { ruleset.schema?.schema }

    /// The header fields that policies may add to requests, in lower case.
    package var policyFields: [[UInt8]] { obligations.requestFields }

    /// Pins the newest ruleset and the newest revision.
    package mutating func begin() {
        if publisher.epoch != epoch { adopt() }
        do throws(StoreError) {
            isReadable = false
            revision = try entities.reader.begin()
            if entities.reader.restrictionsRevision != restrictions.revision {
                try adoptRestrictions()
            }
            setInstant(clock.now())
            isReadable = true
        } catch {
            // Decisions made now are denies with the cause `storeUnavailable`.
            revision = 0
            isReadable = false
        }
    }

    /// Lets go of the revision.
    package mutating func end() {
        if isReadable { entities.reader.end() }
        isReadable = false
        snapshots &+= 1
        if snapshots % 256 == 0 { cacheBoard?.publish(entities.reader.cacheStatistics) }
    }

    /// Reads what is restricted; while it cannot be read, there are no decisions.
    @inline(never)
    private mutating func adoptRestrictions() throws(StoreError) {
        do throws(StoreError) {
            restrictions = try entities.reader.restrictions()
        } catch {
            entities.reader.end()
            throw error
        }
    }

    /// Sets the instant of the decisions that follow.
    mutating func setInstant(_ now: Int64) {
        instant = now
        entities.setNow(now)
    }

    @inline(never)
    private mutating func adopt() {
        (ruleset, obligations, epoch) = publisher.loadAll()
        mayHaveObligations = !obligations.isEmpty
        rules = ruleset.view
        policyVersion = ruleset.version
        entities.actions = ruleset.schema?.view
    }

    /// Judges the bytes of a request and decides it.
    ///
    /// Policies named by `reasonCount`, `errorCount` and their accessors are those of this
    /// decision, until the next one.
    ///
    /// - Parameter minimumRevision: the revision the store must have reached; 0 for any.
    package mutating func decide(
        _ question: Question, minimumRevision: UInt64
    ) -> Outcome {
        if let refusal = prepare(minimumRevision) { return .refused(refusal) }
        guard let request = question.validated(emptyContext: emptyContext.flat) else {
            return .refused(.malformed)
        }
        return judge(request)
    }

    /// Decides a request whose parts are valid flat values, made here or lent by the store.
    package mutating func decide(_ request: Request) -> Outcome {
        if let refusal = prepare(0) { return .refused(refusal) }
        return judge(request)
    }

    @inline(__always)
    private mutating func judge(_ request: Request) -> Outcome {
        if let schema = entities.actions, !schema.allows(request) {
            explain(request)
            return .refused(.schemaViolation)
        }
        return authorize(request)
    }

    /// Whether the revision that decisions are made on is at least so new.
    package func hasReached(_ minimumRevision: UInt64) -> Bool {
        !isReadable || minimumRevision <= revision
    }

    /// Forgets the last decision, and says why there can be no other.
    @inline(__always)
    mutating func prepare(_ minimumRevision: UInt64) -> Refusal? {
        workspace.forgetResults()
        entities.forgetCopies()
        if !detail.isEmpty { detail = [] }
        guard isReadable else { return .storeUnavailable }
        guard minimumRevision <= revision else { return .staleRevision }
        guard rules.policyCount > 0 else { return .noPolicies }
        return nil
    }

    /// Decides a request that is known to conform.
    ///
    /// - Parameter isPrincipalFree: whether the principal is known not to be restricted.
    @inline(__always)
    mutating func authorize(_ request: Request, isPrincipalFree: Bool = false) -> Outcome {
        if let outcome = restricted(request, isPrincipalFree: isPrincipalFree) { return outcome }
        entities.reader.anticipate(request.principal, request.resource)
        // An obligation of a policy that was not looked at any more would be an allow without its
        // condition.
        switch rules.authorize(
            request, entities: entities, errors: mode,
            diagnostics: mayHaveObligations ? .full : diagnostics,
            workspace: &workspace)
        {
        case .allow: return .allowed
        case .deny(.policies): return .denied
        case .deny(.policyError): return .refused(.policyError)
        case .deny(.storeUnavailable): return .refused(.storeUnavailable)
        }
    }

    /// Says in ``detail`` what is wrong with a request; the schema allows most, so it may allocate.
    @inline(never)
    mutating func explain(_ request: Request) {
        guard let schema = ruleset.schema else { return }
        detail = Self.shortened(Array(schema.problem(in: request).utf8))
    }

    /// Cuts a text at the end of a character, so that a long name does not fill the answer.
    private static func shortened(_ text: [UInt8]) -> [UInt8] {
        guard text.count > maximumDetailBytes else { return text }
        var end = maximumDetailBytes - 3
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return text[..<end] + Array("…".utf8)
    }

    /// The longest ``detail``, in bytes.
    package static var maximumDetailBytes: Int { 512 }

    // MARK: The policies behind the last decision

    // Mutating in form only: for a call that just reads, the compiler copies all of a value that
    // cannot be copied, 3 KB here, to the stack. That was a fourteenth of a request's time.

    /// Forgets the policies of the last decision, where none was made instead.
    package mutating func forgetResults() { workspace.forgetResults() }

    package var reasonCount: Int { mutating get { workspace.reasons.count } }

    /// The id of a determining policy.
    package mutating func reason(_ index: Int) -> FlatString {
        rules.policyID(workspace.reasons[index])
    }

    /// Puts together what the determining policies of the last decision ask for.
    ///
    /// - Returns: the table that the parts are read from.
    package mutating func obligations(into merged: inout MergedObligations) -> ObligationTable {
        obligations.merge(workspace.reasons.span, into: &merged)
        return obligations
    }

    /// The same for whoever keeps the table: counts no reference while it stays the same.
    package mutating func readObligations(
        into merged: inout MergedObligations, of table: inout ObligationTable
    ) {
        obligations.merge(workspace.reasons.span, into: &merged)
        if table !== obligations { table = obligations }
    }

    package var errorCount: Int { mutating get { workspace.errors.count } }

    /// The id of an erroring policy and its fault.
    package mutating func error(_ index: Int) -> (policy: FlatString, fault: Fault) {
        let error = workspace.errors[index]
        return (rules.policyID(error.policy), error.fault)
    }
}

/// What became of a question; everything but `allowed` is a deny.
package enum Outcome: BitwiseCopyable, Hashable, Sendable {
    case allowed
    /// The policies deny, or none permits.
    case denied
    /// No decision could be made from policies; that is a deny as well.
    case refused(Refusal)
}

/// Why no decision could be made from policies.
package enum Refusal: UInt8, BitwiseCopyable, CaseIterable, Hashable, Sendable {
    /// A part of the request is no valid flat value.
    case malformed
    /// The request is not one that the schema allows.
    case schemaViolation
    /// The store has not reached the revision asked for.
    case staleRevision
    /// There is no policy.
    case noPolicies
    /// A forbid could not be evaluated and the service is strict.
    case policyError
    /// The store could not be read.
    case storeUnavailable
    /// The identity that came with the request was rejected, or none came where one must, or no
    /// principal follows from it; the detail says which.
    case identityRejected
    /// The caller named a principal and may not, or another than the identity leads to.
    case principalNotAllowed
    /// The caller sent evidence and is not a gateway.
    case unauthorizedPeer
    /// The context carries the member that only the decision point may establish.
    case reservedMember
    /// The identity, its device or its organisation is in quarantine.
    case quarantined
    /// The deadline passed while the decision waited for a revision.
    case deadline
}
