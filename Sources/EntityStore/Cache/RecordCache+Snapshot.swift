/// What is noted while a snapshot lends its memory, and done at its end.
extension RecordCache {
    // MARK: Admitting

    /// Notes a verified chain that the snapshot lends, to be copied by ``admit()``.
    @unsafe
    func note(_ kind: Kind, _ key: UInt64, _ chain: UnsafeRawBufferPointer) {
        unsafe state.pointee.statistics.misses &+= 1
        let index = unsafe state.pointee.admissions
        guard index < Self.maximumAdmissions, chain.count <= maximumChainBytes,
            letsIn(kind, key)
        else { return }
        unsafe admissions[index] = Admission(
            kind: kind.rawValue, key: key, address: UInt(bitPattern: chain.baseAddress),
            count: chain.count)
        unsafe state.pointee.admissions = index + 1
    }

    /// Copies what was noted, as long as the snapshot is still there.
    @inline(__always)
    func admit() {
        if unsafe state.pointee.admissions > 0 { copyAdmissions() }
    }

    @inline(never)
    private func copyAdmissions() {
        var bytes = 0
        for index in unsafe 0..<state.pointee.admissions {
            let admission = unsafe admissions[index]
            bytes += admission.count
            guard bytes <= Self.maximumAdmittedBytes, let kind = Kind(rawValue: admission.kind)
            else { break }
            unsafe insert(
                kind, admission.key,
                UnsafeRawBufferPointer(
                    start: UnsafeRawPointer(bitPattern: admission.address),
                    count: admission.count))
        }
        forgetAdmissions()
    }

    /// Forgets what was noted and wanted, because the snapshot is gone.
    func forgetAdmissions() {
        unsafe state.pointee.admissions = 0
        unsafe state.pointee.unions = 0
    }

    // MARK: Unions of ancestors

    /// How often closures have changed, as far as the cache knows.
    var closureChanges: UInt64 { unsafe state.pointee.closureChanges }

    /// Counts a lookup of a union that was there.
    func countUnion() {
        let credit = unsafe state.pointee.unionCredit
        if credit < Self.maximumUnionCredit { unsafe state.pointee.unionCredit = credit + 1 }
    }

    /// Notes that the union of an entity's ancestors is wanted, the second time for that entity and
    /// when it is worth the cost.
    func wantUnion(_ key: UInt64) {
        countUnion()
        guard let slot = unsafe slot(.entity, key) else { return }
        let header = unsafe header(at: Self.place(slot.pointee))
        guard unsafe header.pointee.flags & Header.isWanted != 0 else {
            unsafe header.pointee.flags |= Header.isWanted
            return
        }
        let count = unsafe state.pointee.unions
        guard count < Self.maximumUnions, unsafe state.pointee.unionCredit >= Self.unionCost
        else { return }
        for index in 0..<count where unsafe unions[index] == key { return }
        unsafe unions[count] = key
        unsafe state.pointee.unions = count + 1
        unsafe state.pointee.unionCredit -= Self.unionCost
    }

    /// How many unions are wanted.
    var wantedUnions: Int { unsafe state.pointee.unions }

    /// The key of a wanted union.
    func wantedUnion(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < wantedUnions, "no such union")
        return unsafe unions[index]
    }
}
