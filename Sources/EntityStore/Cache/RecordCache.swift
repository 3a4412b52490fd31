import CPrefetch
import Glibc

/// A bounded cache of chains: the values of LMDB as they are, verified and copied.
///
/// A table leads from keys to places in a ring, where the chains lie one after the other. The table
/// has buckets of eight slots, so a search looks at eight at most; it grows by a bucket at a time
/// with what it leads to. When the ring is full, the oldest chain makes room, unless it was used
/// since: then it goes to the young end again.
/// One thread uses it, and nothing in it moves between two calls of ``insert(_:_:_:)``.
@safe
struct RecordCache: ~Copyable {
    /// What a chain holds.
    enum Kind: UInt64 {
        case entity = 0
        case closure = 1
        /// An entity's ancestors in one set, made by the reader.
        case ancestors = 2
    }

    /// Where a key's chain lies; one of an earlier generation is free.
    struct Slot: BitwiseCopyable {
        var key: UInt64
        /// Kind in bits 0–1, place in the ring by sixteens in bits 2–39, generation above.
        var word: UInt64
    }

    /// What stands before each chain in the ring, 16 bytes.
    struct Header: BitwiseCopyable {
        static let byteCount = 16
        static let isLive: UInt32 = 1
        static let isUsed: UInt32 = 2
        static let isWanted: UInt32 = 4
        static let kindShift: UInt32 = 8

        var key: UInt64
        /// Bytes of the chain, without the header and what fills it up to a multiple of sixteen.
        var count: UInt32
        var flags: UInt32
    }

    /// A chain that is lent where it lies in LMDB and shall be copied.
    struct Admission: BitwiseCopyable {
        var kind: UInt64
        var key: UInt64
        var address: UInt
        var count: Int
    }

    struct State: BitwiseCopyable {
        var generation: UInt64 = 1
        /// The buckets that are in use, and the numbers that a hash is cut to before it is known
        /// whether its bucket is one of them: linear hashing.
        var buckets: Int
        var bucketMask: Int
        /// Slots that lead to a chain.
        var live = 0
        var head = 0
        var tail = 0
        var used = 0
        var admissions = 0
        var unions = 0
        /// What building unions may cost now: see ``wantUnion(_:)``.
        var unionCredit = 1024
        var touched: UInt64 = 0
        /// Keys that the doorkeeper has let wait, and the word it clears next.
        var turnedAway = 0
        var clearing = 0
        /// Counts the changes of closures; unions of an earlier one are stale.
        var closureChanges: UInt64 = 0
        var statistics = CacheStatistics()
    }

    private static let slotsPerBucket = 8
    /// Chains for each bucket, on average, above which the table grows; those that are next to be
    /// split hold up to twice as many.
    private static let chainsPerBucket = 2
    /// Buckets that are split at once where a full one is in the way.
    private static let splitsForRoom = 16
    private static let firstBuckets = 64
    private static let generationShift: UInt64 = 40
    private static let matchMask: UInt64 = ~0 << generationShift | 3
    private static let lastGeneration: UInt64 = 1 << 24 - 1
    private static let unionsStart = 2048
    private static let admissionsStart = 4096
    private static let tableStart = 8192
    /// Chains that were used since and go to the young end instead, for one insertion.
    private static let maximumMoves = 8
    private static let maximumMovedBytes = 32 << 10
    /// Chains and bytes that are copied at the end of one snapshot.
    static let maximumAdmissions = 128
    static let maximumAdmittedBytes = 1 << 20
    /// Unions of ancestors that are made at the end of one snapshot.
    static let maximumUnions = 16
    /// Lookups that must come before a union is made, on average: what a union costs is then small
    /// beside them even where closures change all the time.
    static let unionCost = 16
    static let maximumUnionCredit = 1024

    private let memory: CacheMemory
    let state: UnsafeMutablePointer<State>
    let admissions: UnsafeMutablePointer<Admission>
    let unions: UnsafeMutablePointer<UInt64>
    private let table: UnsafeMutablePointer<Slot>
    private let tableBytes: Int
    /// A bit for each key that lately asked to be admitted to a full ring.
    private let doorkeeper: UnsafeMutablePointer<UInt64>
    private let ring: UnsafeMutableRawPointer
    private let ringBytes: Int
    private let maximumBuckets: Int
    private let doorkeeperShift: UInt64
    /// Random, so that nobody can choose keys that share a bucket.
    private let salt: UInt64
    private let multiplier: UInt64

    /// The largest chain that is taken, in bytes.
    let maximumChainBytes: Int

    /// Makes a cache of a size in bytes, at least 4 KiB; nil when there is no memory for it.
    init?(capacityBytes: Int) {
        let capacity = max(capacityBytes, 4 << 10) & ~15
        var slots = Self.slotsPerBucket * 2
        while slots < capacity / 192 { slots *= 2 }
        let tableBytes = slots * MemoryLayout<Slot>.stride
        // Four bits a slot.
        let doorkeeperStart = Self.tableStart + tableBytes
        let doorkeeperBytes = slots / 2
        // A page for the state and the wanted unions, one for the admissions; and the ring begins at a page.
        let ringStart = (doorkeeperStart + doorkeeperBytes + 4095) & ~4095
        let ringBytes = capacity - tableBytes
        guard let memory = CacheMemory(byteCount: ringStart + ringBytes) else { return nil }
        unsafe state = memory.start.bindMemory(to: State.self, capacity: 1)
        unsafe admissions = (memory.start + Self.admissionsStart).bindMemory(
            to: Admission.self, capacity: Self.maximumAdmissions)
        unsafe unions = (memory.start + Self.unionsStart).bindMemory(
            to: UInt64.self, capacity: Self.maximumUnions)
        unsafe table = (memory.start + Self.tableStart).bindMemory(to: Slot.self, capacity: slots)
        unsafe doorkeeper = (memory.start + doorkeeperStart).bindMemory(
            to: UInt64.self, capacity: doorkeeperBytes / 8)
        unsafe ring = memory.start + ringStart
        self.tableBytes = tableBytes
        self.ringBytes = ringBytes
        self.memory = memory
        maximumChainBytes = min(ringBytes / 4, 256 << 10) - Header.byteCount
        maximumBuckets = slots / Self.slotsPerBucket
        // As many bits as the doorkeeper has.
        doorkeeperShift = UInt64(64 - (doorkeeperBytes * 8).trailingZeroBitCount)
        salt = UInt64.random(in: .min ... .max)
        multiplier = UInt64.random(in: .min ... .max) | 1
        // Both are powers of two.
        let buckets = min(maximumBuckets, Self.firstBuckets)
        unsafe state.initialize(to: State(buckets: buckets, bucketMask: buckets - 1))
        unsafe state.pointee.statistics.capacityBytes = UInt64(capacity)
    }

    var statistics: CacheStatistics {
        var statistics = unsafe state.pointee.statistics
        unsafe statistics.usedBytes = UInt64(state.pointee.used)
        return statistics
    }

    /// Whether less than a sixteenth of the ring is free.
    var isNearlyFull: Bool { unsafe state.pointee.used > ringBytes - ringBytes / 16 }

    // MARK: Finding

    /// The chain of a key; of no bytes when the key is known to have none, nil when it is unknown.
    ///
    /// It stays where it is until the next insertion.
    @unsafe
    @inline(__always)
    func find(_ kind: Kind, _ key: UInt64) -> UnsafeRawBufferPointer? {
        guard let slot = unsafe slot(kind, key) else { return nil }
        unsafe state.pointee.statistics.hits &+= 1
        let header = unsafe header(at: Self.place(slot.pointee))
        let flags = unsafe header.pointee.flags
        // Most are used already; not to write keeps the line clean.
        if flags & Header.isUsed == 0 {
            unsafe header.pointee.flags = flags | Header.isUsed
        }
        return unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(header) + Header.byteCount, count: Int(header.pointee.count))
    }

    /// Below this many bytes in use the processor's own caches hold most of what is asked for.
    private static let largeBytes = 4 << 20

    /// Reads the beginnings of the chains of two entities, so that the processor waits for both at
    /// the same time and not for one after the other.
    @inline(__always)
    func touch(_ first: UInt64, _ second: UInt64) {
        guard unsafe state.pointee.used > Self.largeBytes else { return }
        let (one, other) = unsafe (slot(.entity, first), slot(.entity, second))
        var sum: UInt64 = 0
        if let one = unsafe one { sum = lines(at: Self.place(unsafe one.pointee)) }
        if let other = unsafe other { sum &+= lines(at: Self.place(unsafe other.pointee)) }
        // So that the reads are not left out.
        unsafe state.pointee.touched = sum
    }

    /// A word of each of the first four lines of the processor's cache from a place on.
    @inline(__always)
    private func lines(at place: Int) -> UInt64 {
        guard place &+ 256 <= ringBytes else { return 0 }
        let start = unsafe ring + place
        return unsafe start.load(as: UInt64.self)
            &+ start.load(fromByteOffset: 64, as: UInt64.self)
            &+ start.load(fromByteOffset: 128, as: UInt64.self)
            &+ start.load(fromByteOffset: 192, as: UInt64.self)
    }

    /// Has the processor fetch the part of the table that leads to an entity's chain.
    @inline(__always)
    func prefetchSlot(_ key: UInt64) {
        guard unsafe state.pointee.used > Self.largeBytes else { return }
        let bucket = unsafe UnsafeRawPointer(bucket(.entity, key))
        unsafe writ_prefetch(bucket)
        unsafe writ_prefetch(bucket + 64)
    }

    /// Has the processor fetch the beginning of an entity's chain.
    @inline(__always)
    func prefetchChain(_ key: UInt64) {
        guard unsafe state.pointee.used > Self.largeBytes else { return }
        guard let slot = unsafe slot(.entity, key) else { return }
        let start = unsafe UnsafeRawPointer(ring + Self.place(slot.pointee))
        for line in 0..<4 { unsafe writ_prefetch(start + 64 * line) }
    }

    /// The chain of a key without counting or marking a use; nil when it is unknown.
    @unsafe
    func peek(_ kind: Kind, _ key: UInt64) -> UnsafeRawBufferPointer? {
        guard let slot = unsafe slot(kind, key) else { return nil }
        let header = unsafe header(at: Self.place(slot.pointee))
        return unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(header) + Header.byteCount, count: Int(header.pointee.count))
    }

    @unsafe
    @inline(__always)
    private func bucket(_ kind: Kind, _ key: UInt64) -> UnsafeMutablePointer<Slot> {
        // Both halves, so that every bit depends on all of the key's.
        let product = (key ^ salt ^ (kind.rawValue &<< 61)).multipliedFullWidth(by: multiplier)
        let mask = unsafe state.pointee.bucketMask
        let number = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        // Keys of a bucket that is not there yet are in the one that will be split. All bits or
        // none: a branch would be guessed wrong half of the time.
        let isThere = unsafe (number &- state.pointee.buckets) &>> (Int.bitWidth - 1)
        return unsafe table + (number & (mask &>> 1 | isThere)) &* Self.slotsPerBucket
    }

    @unsafe
    @inline(__always)
    func slot(_ kind: Kind, _ key: UInt64) -> UnsafeMutablePointer<Slot>? {
        let bucket = unsafe bucket(kind, key)
        let expected = unsafe state.pointee.generation &<< Self.generationShift | kind.rawValue
        for index in 0..<Self.slotsPerBucket {
            let slot = unsafe bucket + index
            if unsafe slot.pointee.key == key,
                unsafe slot.pointee.word & Self.matchMask == expected
            {
                return unsafe slot
            }
        }
        return nil
    }

    @inline(__always)
    static func place(_ slot: Slot) -> Int {
        Int(truncatingIfNeeded: (slot.word & ~Self.matchMask) &>> 2) &* 16
    }

    @unsafe
    @inline(__always)
    func header(at place: Int) -> UnsafeMutablePointer<Header> {
        unsafe (ring + place).assumingMemoryBound(to: Header.self)
    }

    // MARK: Letting in

    /// Keys that are let wait for each word of the doorkeeper that is cleared: so an eighth of its
    /// bits are set, at most.
    private static let keysPerClearing = 8

    /// Whether a key may be admitted: to a full ring only when it was asked for before, not long ago.
    ///
    /// What is asked for once would push out what is asked for often, and to copy it costs as much
    /// as to read it.
    func letsIn(_ kind: Kind, _ key: UInt64) -> Bool {
        guard isNearlyFull else { return true }
        let mixed = (key ^ salt ^ (kind.rawValue &<< 61)) &* multiplier
        let bit = Int(truncatingIfNeeded: mixed &>> doorkeeperShift)
        let (word, mask) = (bit >> 6, UInt64(1) &<< UInt64(bit & 63))
        let bits = unsafe doorkeeper[word]
        if bits & mask != 0 {
            unsafe doorkeeper[word] = bits & ~mask
            return true
        }
        unsafe doorkeeper[word] = bits | mask
        unsafe state.pointee.turnedAway &+= 1
        if unsafe state.pointee.turnedAway % Self.keysPerClearing == 0 {
            let next = unsafe state.pointee.clearing
            unsafe doorkeeper[next] = 0
            unsafe state.pointee.clearing = (next + 1) % (tableBytes / 16 / 2 / 8)
        }
        return false
    }

    // MARK: Forgetting

    /// Forgets what a changed key of `entities` makes wrong.
    func dropEntity(_ key: UInt64) {
        drop(.entity, key)
        drop(.ancestors, key)
    }

    /// Forgets what a changed key of `closures` makes wrong: all unions may hold it.
    func dropClosure(_ key: UInt64) {
        drop(.closure, key)
        unsafe state.pointee.closureChanges &+= 1
    }

    /// Forgets a chain because it changed.
    func drop(_ kind: Kind, _ key: UInt64) {
        guard let slot = unsafe slot(kind, key) else { return }
        unsafe kill(slot)
        unsafe state.pointee.statistics.logDrops &+= 1
    }

    /// Forgets everything, without touching it.
    func dropAll() {
        unsafe state.pointee.statistics.fullDrops &+= 1
        unsafe state.pointee.head = 0
        unsafe state.pointee.tail = 0
        unsafe state.pointee.used = 0
        unsafe state.pointee.live = 0
        if unsafe state.pointee.generation == Self.lastGeneration {
            memory.clear(Self.tableStart..<Self.tableStart + tableBytes)
            unsafe state.pointee.generation = 0
        }
        unsafe state.pointee.generation += 1
    }

    @unsafe
    private func kill(_ slot: UnsafeMutablePointer<Slot>) {
        unsafe header(at: Self.place(slot.pointee)).pointee.flags = 0
        unsafe free(slot)
    }

    @unsafe
    private func free(_ slot: UnsafeMutablePointer<Slot>) {
        unsafe slot.pointee = Slot(key: 0, word: 0)
        unsafe state.pointee.live -= 1
    }

    // MARK: Inserting

    /// Copies a verified chain, or no bytes for a key without one; chains may move.
    ///
    /// One that is there already stays, except a union, which may be stale. One larger than ``maximumChainBytes`` is not taken.
    @unsafe
    func insert(_ kind: Kind, _ key: UInt64, _ chain: UnsafeRawBufferPointer) {
        guard chain.count <= maximumChainBytes else { return }
        if let old = unsafe slot(kind, key) {
            guard kind == .ancestors else { return }
            unsafe kill(old)
        }
        if unsafe state.pointee.live >= state.pointee.buckets &* Self.chainsPerBucket {
            growTable()
        }
        // Chains that share a full bucket would push each other out for ever.
        if !hasFreeSlot(kind, key) { for _ in 0..<Self.splitsForRoom { growTable() } }
        let slot = unsafe freeSlot(kind, key)
        let size = Self.size(chain.count)
        makeRoom(size)
        let place = unsafe state.pointee.head
        let header = unsafe header(at: place)
        unsafe header.pointee = Header(
            key: key, count: UInt32(chain.count),
            flags: Header.isLive | UInt32(kind.rawValue) << Header.kindShift)
        if let bytes = chain.baseAddress, chain.count > 0 {
            unsafe (UnsafeMutableRawPointer(header) + Header.byteCount).copyMemory(
                from: bytes, byteCount: chain.count)
        }
        advanceHead(size)
        unsafe slot.pointee = Slot(key: key, word: word(kind, place))
        unsafe state.pointee.live += 1
        if kind == .ancestors {
            unsafe state.pointee.statistics.unions &+= 1
        } else {
            unsafe state.pointee.statistics.admissions &+= 1
        }
    }

    private static func size(_ count: Int) -> Int { (Header.byteCount + count + 15) & ~15 }

    private func word(_ kind: Kind, _ place: Int) -> UInt64 {
        unsafe state.pointee.generation << Self.generationShift | UInt64(place / 16) << 2
            | kind.rawValue
    }

    /// Splits the next bucket, unless the table has its full size.
    private func growTable() {
        let count = unsafe state.pointee.buckets
        guard count < maximumBuckets else { return }
        if unsafe count > state.pointee.bucketMask {
            unsafe state.pointee.bucketMask = count &* 2 - 1
        }
        unsafe state.pointee.buckets = count + 1
        let half = unsafe (state.pointee.bucketMask + 1) / 2
        let old = unsafe table + (count - half) * Self.slotsPerBucket
        let new = unsafe table + count * Self.slotsPerBucket
        let generation = unsafe state.pointee.generation
        for index in 0..<Self.slotsPerBucket {
            let slot = unsafe old[index]
            guard slot.word >> Self.generationShift == generation,
                let kind = Kind(rawValue: slot.word & 3),
                unsafe bucket(kind, slot.key) == new
            else { continue }
            unsafe new[index] = slot
            unsafe old[index] = Slot(key: 0, word: 0)
        }
    }

    /// Whether a new key would get a slot without taking it from another.
    func hasFreeSlot(_ kind: Kind, _ key: UInt64) -> Bool {
        let bucket = unsafe bucket(kind, key)
        let generation = unsafe state.pointee.generation
        for index in 0..<Self.slotsPerBucket
        where unsafe (bucket + index).pointee.word >> Self.generationShift != generation {
            return true
        }
        return false
    }

    /// A slot for a new key; a chain that was not used lately gives up its own if need be.
    @unsafe
    private func freeSlot(_ kind: Kind, _ key: UInt64) -> UnsafeMutablePointer<Slot> {
        let bucket = unsafe bucket(kind, key)
        let generation = unsafe state.pointee.generation
        var victim = unsafe bucket
        for index in 0..<Self.slotsPerBucket {
            let slot = unsafe bucket + index
            if unsafe slot.pointee.word >> Self.generationShift != generation {
                return unsafe slot
            }
            let header = unsafe header(at: Self.place(slot.pointee))
            if unsafe header.pointee.flags & Header.isUsed == 0 { unsafe victim = slot }
        }
        unsafe kill(victim)
        unsafe state.pointee.statistics.evictions &+= 1
        return unsafe victim
    }

    private func advanceHead(_ size: Int) {
        unsafe state.pointee.used += size
        let head = unsafe state.pointee.head + size
        unsafe state.pointee.head = head == ringBytes ? 0 : head
    }

    /// Makes a gap of a size at the head.
    private func makeRoom(_ size: Int) {
        var moves = 0
        var movedBytes = 0
        while true {
            if unsafe state.pointee.used == 0 {
                unsafe state.pointee.head = 0
                unsafe state.pointee.tail = 0
            }
            let (head, tail) = unsafe (state.pointee.head, state.pointee.tail)
            // The chains reach around the end of the ring, or fill it.
            let isAround = unsafe state.pointee.used > 0 && head <= tail
            let gap = isAround ? tail - head : ringBytes - head
            if gap >= size { return }
            if !isAround {
                // The rest before the end is too small: it stays empty for a round.
                unsafe header(at: head).pointee = Header(
                    key: 0, count: UInt32(gap - Header.byteCount), flags: 0)
                advanceHead(gap)
                continue
            }
            let header = unsafe header(at: tail).pointee
            let oldest = Self.size(Int(header.count))
            let next = tail + oldest
            unsafe state.pointee.tail = next == ringBytes ? 0 : next
            unsafe state.pointee.used -= oldest
            guard header.flags & Header.isLive != 0,
                let kind = Kind(rawValue: UInt64(header.flags >> Header.kindShift)),
                let slot = unsafe slot(kind, header.key)
            else { continue }
            if header.flags & Header.isUsed != 0, moves < Self.maximumMoves,
                movedBytes + oldest <= Self.maximumMovedBytes
            {
                moves += 1
                movedBytes += oldest
                // Downwards: the head is never above the tail here. The places may overlap.
                unsafe memmove(ring + head, ring + tail, oldest)
                unsafe self.header(at: head).pointee.flags &= ~Header.isUsed
                unsafe slot.pointee.word = word(kind, head)
                advanceHead(oldest)
            } else {
                unsafe free(slot)
                unsafe state.pointee.statistics.evictions &+= 1
            }
        }
    }
}
