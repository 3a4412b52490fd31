import CedarEngine
import CedarSyntax
import LMDB

/// The groups whose ancestors are computed anew, and all that lies above them.
///
/// A group is an entity that is a parent. Groups are numbered as they turn up; ancestors are lists
/// of numbers in one array, so a group costs its identity and four bytes for each ancestor.
struct GroupGraph {
    private let layout: StoreLayout
    /// Parents that are to be; nil to take the store's and to trust the ancestors it holds.
    private let overlay: [FlatUID: [FlatUID]]?
    private var numbers: [FlatUID: Int32] = [:]
    private(set) var uids: [FlatUID] = []
    /// Which groups are computed; of the others the stored ancestors are taken.
    private(set) var dirty: [Int32] = []
    private var nodes: [Node] = []
    private var pool: [Int32] = []

    private enum Mark: UInt8 {
        case unknown
        case onPath
        case known
    }

    private struct Node {
        var isDirty = false
        var mark = Mark.unknown
        /// Where its ancestors lie in the pool, once known.
        var start = 0
        var count = 0
        /// The last group that this one was counted for as an ancestor.
        var countedFor: Int32 = -1
    }

    /// - Parameter overlay: parents that stand before those in the store; with it all ancestors
    ///   are computed from parents.
    init(_ layout: StoreLayout, overlay: [FlatUID: [FlatUID]]? = nil) {
        self.layout = layout
        self.overlay = overlay
    }

    private mutating func number(_ uid: FlatUID) -> Int32 {
        if let known = numbers[uid] { return known }
        let number = Int32(uids.count)
        numbers[uid] = number
        uids.append(uid)
        nodes.append(Node())
        return number
    }

    /// Marks a group as dirty; false when it was before.
    @discardableResult
    mutating func add(_ uid: FlatUID) -> Bool {
        let number = number(uid)
        if nodes[Int(number)].isDirty { return false }
        nodes[Int(number)].isDirty = true
        dirty.append(number)
        return true
    }

    /// Marks all groups below the dirty ones as dirty too.
    mutating func addDescendants<Transaction: ReadableTransaction & ~Copyable>(
        in transaction: borrowing Transaction
    ) throws(StoreError) {
        var next = 0
        while next < dirty.count {
            for child in try transaction.groups(below: uids[Int(dirty[next])], layout) {
                add(child)
            }
            next += 1
        }
    }

    /// The proper ancestors of a dirty group, after ``computeAncestors(in:)``.
    func ancestors(of number: Int32) -> [FlatUID] {
        let node = nodes[Int(number)]
        return pool[node.start..<node.start + node.count].map { uids[Int($0)] }
    }

    /// Computes the ancestors of the dirty groups.
    ///
    /// - Throws: `cycle` without a place, `badEntity` for too many ancestors.
    mutating func computeAncestors<Transaction: ReadableTransaction & ~Copyable>(
        in transaction: borrowing Transaction
    ) throws(StoreError) {
        for number in dirty where nodes[Int(number)].mark == .unknown {
            try compute(number, in: transaction)
        }
    }

    private mutating func compute<Transaction: ReadableTransaction & ~Copyable>(
        _ root: Int32, in transaction: borrowing Transaction
    ) throws(StoreError) {
        var path = [(number: root, parents: try enter(root, transaction), next: 0)]
        while let top = path.last {
            if top.next < top.parents.count {
                path[path.count - 1].next += 1
                let parent = top.parents[top.next]
                switch nodes[Int(parent)].mark {
                case .known: continue
                case .onPath:
                    let start = path.firstIndex { $0.number == parent } ?? 0
                    let cycle = Hierarchy.Cycle(
                        path: path[start...].map { uids[Int($0.number)].uid })
                    throw StoreError(.cycle(cycle, nil), "change the hierarchy", cycle.message)
                case .unknown:
                    if nodes[Int(parent)].isDirty || overlay != nil {
                        path.append((parent, try enter(parent, transaction), 0))
                    } else {
                        try load(parent, transaction)
                    }
                }
            } else {
                try leave(top.number, top.parents)
                path.removeLast()
            }
        }
    }

    private mutating func enter<Transaction: ReadableTransaction & ~Copyable>(
        _ number: Int32, _ transaction: borrowing Transaction
    ) throws(StoreError) -> [Int32] {
        nodes[Int(number)].mark = .onPath
        let uid = uids[Int(number)]
        let parents: [FlatUID]
        if let known = overlay?[uid] {
            parents = known
        } else {
            parents = try transaction.parents(of: uid, layout)
        }
        return parents.map { self.number($0) }
    }

    /// Joins the parents and their ancestors to the ancestors of a group.
    private mutating func leave(_ number: Int32, _ parents: [Int32]) throws(StoreError) {
        let start = pool.count
        func count(_ ancestor: Int32) {
            guard nodes[Int(ancestor)].countedFor != number else { return }
            nodes[Int(ancestor)].countedFor = number
            pool.append(ancestor)
        }
        for parent in parents {
            count(parent)
            let node = nodes[Int(parent)]
            for index in node.start..<node.start + node.count { count(pool[index]) }
        }
        guard pool.count - start <= StoreLimits.maximumAncestors else {
            throw StoreError(
                .badEntity(nil), "change the hierarchy",
                "`\(uids[Int(number)].uid)` would have more than "
                    + "\(StoreLimits.maximumAncestors) ancestors: make the hierarchy flatter")
        }
        nodes[Int(number)].start = start
        nodes[Int(number)].count = pool.count - start
        nodes[Int(number)].mark = .known
    }

    /// Takes the stored ancestors of a group that did not change.
    private mutating func load<Transaction: ReadableTransaction & ~Copyable>(
        _ number: Int32, _ transaction: borrowing Transaction
    ) throws(StoreError) {
        let ancestors = try transaction.closure(of: uids[Int(number)], layout)
        let numbers = ancestors.map { self.number($0) }
        nodes[Int(number)].start = pool.count
        nodes[Int(number)].count = numbers.count
        nodes[Int(number)].mark = .known
        pool += numbers
    }
}
