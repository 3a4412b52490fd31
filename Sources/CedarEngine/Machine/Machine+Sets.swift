import CedarSyntax

extension FlatSet {
    /// Whether the sets share an element; searches the longer for the shorter's elements.
    func intersects(_ other: FlatSet) -> Bool {
        let (short, long) = count <= other.count ? (self, other) : (other, self)
        var low = 0
        for index in 0..<short.count
        where long.holds(short.element(index), hash: short.hash(index), from: &low) {
            return true
        }
        return false
    }

    func isSuperset(of other: FlatSet) -> Bool {
        guard other.count <= count else { return false }
        var low = 0
        for index in 0..<other.count
        where !holds(other.element(index), hash: other.hash(index), from: &low) {
            return false
        }
        return true
    }

    /// Whether an element stands at `low` or after it; lets `low` go on to its place.
    ///
    /// Both sets are in the same order, so elements sought in order never need what lies before
    /// the last one's place: with any number of equal hashes, a walk over both sets at most.
    @inline(__always)
    private func holds(_ element: FlatBytes, hash: UInt64, from low: inout Int) -> Bool {
        low = firstIndex(notBelow: hash, from: low)
        while low < count, self.hash(low) == hash {
            let candidate = self.element(low)
            if candidate.equals(element) { return true }
            guard candidate.precedes(element) else { return false }
            low &+= 1
        }
        return false
    }
}

extension Machine {
    @inline(__always)
    func contains(_ left: Operand, _ right: Operand) throws(Fault) -> Bool {
        let set = try left.set()
        return set.contains(hash: right.hash) { right.equals($0) }
    }

    @inline(__always)
    func containsAll(_ left: Operand, _ right: Operand) throws(Fault) -> Bool {
        let (left, right) = (try left.set(), try right.set())
        return left.isSuperset(of: right)
    }

    @inline(__always)
    func containsAny(_ left: Operand, _ right: Operand) throws(Fault) -> Bool {
        let (left, right) = (try left.set(), try right.set())
        return left.intersects(right)
    }

    /// Replaces the topmost operands by the set of them.
    func makeSet(count: Int, _ workspace: inout Workspace) throws(Fault) {
        guard let addresses = workspace.arena.allocate(count * 8) else {
            throw .workspaceExhausted
        }
        for index in 0..<count {
            let flat = try workspace.stack.peek(index).flat(in: &workspace.arena)
            addresses.store(flat.address, at: index * 8)
        }
        guard
            let set = FlatAssembler.set(
                addresses: addresses, count: count, in: &workspace.arena)
        else { throw .workspaceExhausted }
        workspace.stack.drop(count)
        workspace.stack.push(Operand(.set, set.address))
    }

    /// Replaces the topmost operands by a record; its keys stand in the key list in the order in
    /// which their values were pushed.
    func makeRecord(keys: UInt32, _ workspace: inout Workspace) throws(Fault) {
        let list = rules.constant(keys)
        let count = Int(list.half(0))
        guard let pairs = workspace.arena.allocate(count * 16) else {
            throw .workspaceExhausted
        }
        for index in 0..<count {
            let key = rules.constant(list.half(8 + index * 4))
            let value = try workspace.stack.peek(count - 1 - index).flat(
                in: &workspace.arena)
            pairs.store(key.address, at: index * 16)
            pairs.store(value.address, at: index * 16 + 8)
        }
        guard
            let record = FlatAssembler.record(
                pairs: pairs, count: count, in: &workspace.arena)
        else { throw .workspaceExhausted }
        workspace.stack.drop(count)
        workspace.stack.push(Operand(.record, record.address))
    }
}
