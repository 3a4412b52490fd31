import CedarEngine
import EntityStore

/// Only the searches of principal and resource that a decision needs: the floor below it.
struct GetsPath: ~Copyable, DecisionPath {
    private let block: QuestionBlock
    private let requests: [Request]
    private var reader: EntityReader

    init(_ store: EntityStore, _ block: QuestionBlock) throws {
        self.block = block
        requests = block.requests
        reader = try store.makeReader()
    }

    var count: Int { requests.count }

    mutating func decide(_ index: Int) -> Bool {
        do throws(StoreError) {
            try reader.begin()
        } catch {
            return false
        }
        defer { reader.end() }
        guard case .found = reader.record(of: requests[index].principal),
            case .found = reader.record(of: requests[index].resource)
        else { return false }
        return true
    }
}
