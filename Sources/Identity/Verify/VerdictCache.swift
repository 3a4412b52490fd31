/// Verdicts by the digest of what was judged, bounded, for one thread.
///
/// A set of four entries is chosen by the digest; the one recalled longest ago makes room. Nothing
/// is allocated after the cache was made.
struct VerdictCache<Verdict: Sendable>: ~Copyable {
    private struct Entry {
        var key: Fingerprint
        var generation: UInt64
        var validFromSeconds: Int64
        var validUntilSeconds: Int64
        var used: UInt64
        var verdict: Verdict
    }

    private static var ways: Int { 4 }

    private var entries: [Entry]
    private let setMask: UInt64
    private let none: Verdict
    private var clock: UInt64 = 0

    /// Makes a cache of at least `capacity` verdicts, rounded up to a power of two.
    ///
    /// - Parameter none: what an empty entry holds; it is never recalled.
    init(capacity: Int, none: Verdict) {
        self.none = none
        var sets = 1
        while sets * Self.ways < min(max(capacity, 1), 1 << 20) { sets *= 2 }
        setMask = UInt64(sets - 1)
        // Generation 0 never exists, so these match nothing.
        entries = Array(
            repeating: Entry(
                key: Fingerprint(Fingerprint.InlineWords()), generation: 0, validFromSeconds: 0,
                validUntilSeconds: 0, used: 0, verdict: none),
            count: sets * Self.ways)
    }

    var capacity: Int { entries.count }

    /// The verdict on something, if it was found under this generation and holds at this time.
    mutating func recall(_ key: Fingerprint, _ generation: UInt64, at nowSeconds: Int64) -> Verdict?
    {
        find(key, generation, at: nowSeconds).map { entries[$0].verdict }
    }

    /// Whether that is still a verdict like this; to lend it counts no references.
    mutating func recalls(
        _ key: Fingerprint, _ generation: UInt64, at nowSeconds: Int64,
        where isSuch: (Verdict) -> Bool
    ) -> Bool {
        guard let index = find(key, generation, at: nowSeconds) else { return false }
        let known = entries.span
        return isSuch(known[index].verdict)
    }

    /// Where the verdict on something is, if it was found under this generation and holds at this time.
    private mutating func find(
        _ key: Fingerprint, _ generation: UInt64, at nowSeconds: Int64
    ) -> Int? {
        let first = Int(key.words.first & setMask) * Self.ways
        for index in first..<first + Self.ways
        where entries[index].generation == generation && entries[index].key == key {
            guard entries[index].validFromSeconds <= nowSeconds,
                nowSeconds < entries[index].validUntilSeconds
            else { return nil }
            clock += 1
            entries[index].used = clock
            return index
        }
        return nil
    }

    /// Remembers a verdict that holds from `validFromSeconds`, inclusive, until
    /// `validUntilSeconds`, exclusive.
    mutating func remember(
        _ verdict: Verdict, _ key: Fingerprint, _ generation: UInt64, from validFromSeconds: Int64,
        until validUntilSeconds: Int64
    ) {
        let first = Int(key.words.first & setMask) * Self.ways
        var place = first
        for index in first..<first + Self.ways {
            if entries[index].key == key || entries[index].generation != generation {
                place = index
                if entries[index].key == key { break }
            } else if entries[place].generation == generation,
                entries[index].used < entries[place].used
            {
                place = index
            }
        }
        clock += 1
        entries[place] = Entry(
            key: key, generation: generation, validFromSeconds: validFromSeconds,
            validUntilSeconds: validUntilSeconds, used: clock, verdict: verdict)
    }

    /// Forgets everything, so that nothing keeps facts alive that no longer count.
    mutating func removeAll() {
        for index in entries.indices {
            entries[index].generation = 0
            entries[index].verdict = none
        }
    }
}
