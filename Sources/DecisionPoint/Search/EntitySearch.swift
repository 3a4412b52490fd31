package import CedarEngine
package import CedarSyntax
package import EntityStore
import Glibc

/// Which part of a request a search looks for.
package enum SearchRole: UInt8, BitwiseCopyable, Sendable {
    case principal
    case resource
}

/// A request one of whose entities is looked for.
///
/// The memory must stay as it is until the search ends.
package struct EntitySearch: BitwiseCopyable, Sendable {
    package let role: SearchRole
    /// Any identity of the type that is looked for.
    package let typeProbe: FlatEntity
    /// The entity in the other role.
    package let known: FlatEntity
    package let action: FlatEntity
    /// The context of the decisions.
    package let context: FlatRecord
    /// The caller's part of it, where the decision point has established more.
    let ownContext: FlatRecord?

    package init(
        _ role: SearchRole, typeProbe: FlatEntity, known: FlatEntity, action: FlatEntity,
        context: FlatRecord
    ) {
        self.role = role
        self.typeProbe = typeProbe
        self.known = known
        self.action = action
        self.context = context
        ownContext = nil
    }

    private init(_ other: EntitySearch, in context: FlatRecord) {
        role = other.role
        typeProbe = other.typeProbe
        known = other.known
        action = other.action
        self.context = context
        ownContext = other.context
    }

    /// The same search in a context with what the decision point has established.
    func decided(in context: FlatRecord) -> EntitySearch { EntitySearch(self, in: context) }

    /// What the caller asks of a candidate.
    func request(_ candidate: FlatEntity) -> Request {
        let context = ownContext ?? context
        return request(candidate, context)
    }

    private func request(_ candidate: FlatEntity, _ context: FlatRecord) -> Request {
        switch role {
        case .principal:
            Request(principal: candidate, action: action, resource: known, context: context)
        case .resource:
            Request(principal: known, action: action, resource: candidate, context: context)
        }
    }
}

/// How much of a search is done at once.
package struct SearchBounds: BitwiseCopyable, Sendable {
    package var results: Int
    /// The most entities that are decided.
    package var tested: Int
    /// When a part of the results has to do, on the monotonic clock; nil for never. A search always gets
    /// further by an entity at least.
    private let deadlineNanoseconds: UInt64?

    /// - Parameter milliseconds: how long the search may take from now on; nil for as long as it needs.
    package init(results: Int, tested: Int, milliseconds: Int? = nil) {
        self.results = results
        self.tested = tested
        deadlineNanoseconds = milliseconds.map { Self.now() + UInt64(clamping: $0) * 1_000_000 }
    }

    /// Whether a page ends before the next entity.
    fileprivate func ends(_ page: SearchPage) -> Bool {
        page.tested >= tested || (page.tested % 64 == 63 && isPast)
    }

    /// Whether the time is over.
    fileprivate var isPast: Bool { deadlineNanoseconds.map { Self.now() >= $0 } ?? false }

    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// A part of the results of a search, in the order of the store.
package struct SearchPage: Sendable {
    package var results: [EntityUID] = []
    /// Where the rest begins; nil only when there is proved to be none.
    package var next: ScanPosition?
    /// How many entities were decided.
    package var tested = 0

    /// No results, and no more.
    package init() {}
}

/// What became of a search.
package enum SearchOutcome: Sendable {
    case page(SearchPage)
    /// It cannot be told who is permitted.
    case refused(Refusal)
}

extension Decider {
    /// Finds the stored entities of a type that are permitted, from a place in the order of the store
    /// on; call it between ``begin()`` and ``end()``.
    ///
    /// Every result was decided with the whole policy set, as a request of its own. An index, where
    /// the policies allow to use it, only saves deciding those that no permit can be satisfied for.
    package mutating func search(
        _ search: EntitySearch, from start: ScanPosition, _ bounds: SearchBounds,
        index: ReferenceIndex? = nil
    ) -> SearchOutcome {
        guard isReadable else { return .refused(.storeUnavailable) }
        if let index, let plan = ruleset.searchPlan,
            var finder = CandidateFinder(plan, index, search, entities),
            case .keys(let runs) = finder.candidates(entities.reader)
        {
            return self.search(search, among: runs, from: start, bounds)
        }
        return searchAll(search, from: start, bounds)
    }

    /// Decides the entities of some keys.
    private mutating func search(
        _ search: EntitySearch, among runs: [ArraySlice<UInt64>], from start: ScanPosition,
        _ bounds: SearchBounds
    ) -> SearchOutcome {
        var page = SearchPage()
        var keys = MergedKeys(runs, from: start.key)
        var found: [(position: ScanPosition, record: EntityRecord)] = []
        while let key = keys.next() {
            found.removeAll(keepingCapacity: true)
            do throws(StoreError) {
                try entities.reader.records(under: key, from: start, into: &found)
            } catch {
                return .refused(.storeUnavailable)
            }
            if let outcome = test(found, search, bounds, &page) { return outcome }
        }
        return .page(page)
    }

    /// Decides those that were found and have the type; nil when the search goes on.
    private mutating func test(
        _ found: [(position: ScanPosition, record: EntityRecord)], _ search: EntitySearch,
        _ bounds: SearchBounds, _ page: inout SearchPage
    ) -> SearchOutcome? {
        for (place, record) in found where record.uid.hasType(of: search.typeProbe) {
            if bounds.ends(page) {
                page.next = place
                return .page(page)
            }
            switch test(record.uid, search, place, bounds, &page) {
            case .goOn: continue
            case .full: return .page(page)
            case .refused(let refusal): return .refused(refusal)
            }
        }
        return nil
    }

    /// Decides every entity of the type.
    private mutating func searchAll(
        _ search: EntitySearch, from start: ScanPosition, _ bounds: SearchBounds
    ) -> SearchOutcome {
        var page = SearchPage()
        var found: [(position: ScanPosition, record: EntityRecord)] = []
        var position = start
        // Few at first: a page is often full soon.
        var count = 64
        while true {
            found.removeAll(keepingCapacity: true)
            let isLast: Bool
            do throws(StoreError) {
                isLast = try entities.reader.scan(from: position, count: count, into: &found)
            } catch {
                return .refused(.storeUnavailable)
            }
            if let outcome = test(found, search, bounds, &page) { return outcome }
            guard !isLast, let last = found.last?.position, let next = last.next else {
                return .page(page)
            }
            // Entities of other types take time too.
            if bounds.isPast {
                page.next = next
                return .page(page)
            }
            position = next
            count = min(count * 2, 1024)
        }
    }

    enum SearchStep {
        case goOn
        case full
        case refused(Refusal)
    }

    /// Decides one entity and takes it when it is permitted; a page that is full already only learns
    /// that there is more.
    mutating func test(
        _ candidate: FlatEntity, _ search: EntitySearch, _ place: ScanPosition,
        _ bounds: SearchBounds, _ page: inout SearchPage
    ) -> SearchStep {
        page.tested += 1
        switch decide(candidate, search) {
        case .allowed:
            guard page.results.count < bounds.results else {
                page.next = place
                return .full
            }
            page.results.append(candidate.uid)
            return .goOn
        case .refused(.storeUnavailable): return .refused(.storeUnavailable)
        case .denied, .refused: return .goOn
        }
    }

    private mutating func decide(_ candidate: FlatEntity, _ search: EntitySearch) -> Outcome {
        let request = search.request(candidate)
        guard search.ownContext != nil else { return decide(request) }
        if let refusal = prepare(0) { return .refused(refusal) }
        return judge(request, in: search.context)
    }
}
