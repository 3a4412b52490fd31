import Glibc

/// What followed from evidence judged before, found again by the bytes themselves, for one thread.
///
/// Neither a digest nor a header is computed or decoded again for bytes that are known: a few of
/// them choose the place, and all of them are compared. Whether a verdict still holds is not for it
/// to say. Nothing is allocated for evidence that is known.
struct EvidenceMemory<Judged>: ~Copyable {
    private struct Entry {
        var form: UInt8 = 0
        /// Both regions, one after the other.
        var bytes: [UInt8] = []
        var firstCount = 0
        var used: UInt64 = 0
        var judged: Judged?
    }

    private static var ways: Int { 4 }
    /// The largest evidence that is remembered; larger is judged anew each time.
    static var maximumBytes: Int { 16 << 10 }

    private var entries: [Entry]
    private let setMask: UInt64
    private var clock: UInt64 = 0

    /// - Parameter capacity: how much is remembered at least, a power of two from 4.
    init(capacity: Int) {
        var sets = 1
        while sets * Self.ways < min(max(capacity, 1), 1 << 16) { sets *= 2 }
        setMask = UInt64(sets - 1)
        entries = Array(repeating: Entry(), count: sets * Self.ways)
    }

    /// What is known of the same bytes in the same form.
    mutating func recall(_ form: UInt8, _ first: UntrustedBytes, _ second: UntrustedBytes)
        -> Judged?
    {
        let start = place(form, first, second)
        for index in start..<start + Self.ways where holds(index, form, first, second) {
            clock += 1
            entries[index].used = clock
            return entries[index].judged
        }
        return nil
    }

    /// Remembers what followed; the evidence asked for longest ago makes room.
    mutating func remember(
        _ judged: Judged, _ form: UInt8, _ first: UntrustedBytes, _ second: UntrustedBytes
    ) {
        guard first.count + second.count <= Self.maximumBytes else { return }
        let start = place(form, first, second)
        var index = start
        for other in start..<start + Self.ways {
            if holds(other, form, first, second) {
                index = other
                break
            }
            if entries[other].used < entries[index].used { index = other }
        }
        clock += 1
        entries[index].form = form
        entries[index].bytes.removeAll(keepingCapacity: true)
        unsafe entries[index].bytes.append(contentsOf: first.bytes)
        unsafe entries[index].bytes.append(contentsOf: second.bytes)
        entries[index].firstCount = first.count
        entries[index].used = clock
        entries[index].judged = judged
    }

    private func holds(
        _ index: Int, _ form: UInt8, _ first: UntrustedBytes, _ second: UntrustedBytes
    ) -> Bool {
        guard entries[index].form == form, entries[index].firstCount == first.count,
            entries[index].bytes.count == first.count + second.count,
            entries[index].judged != nil
        else { return false }
        return unsafe entries[index].bytes.withUnsafeBytes { known in
            guard let base = known.baseAddress else { return false }
            return unsafe Self.isEqual(first, base) && Self.isEqual(second, base + first.count)
        }
    }

    @unsafe
    private static func isEqual(_ region: UntrustedBytes, _ known: UnsafeRawPointer) -> Bool {
        guard let start = unsafe region.bytes.baseAddress else { return true }
        return unsafe memcmp(start, known, region.count) == 0
    }

    /// The first of the places that evidence may have.
    ///
    /// Reads some 24 words, spread evenly: keys and signatures differ everywhere. Whoever makes
    /// many that agree in them pushes out evidence, and that only.
    private func place(_ form: UInt8, _ first: UntrustedBytes, _ second: UntrustedBytes) -> Int {
        var hash = UInt64(form) &* 0x9E37_79B9_7F4A_7C15
        hash = unsafe Self.sampled(first.bytes, hash)
        hash = unsafe Self.sampled(second.bytes, hash)
        return Int((hash >> 24) & setMask) * Self.ways
    }

    @unsafe
    private static func sampled(_ bytes: UnsafeRawBufferPointer, _ start: UInt64) -> UInt64 {
        var hash = (start ^ UInt64(bytes.count)) &* 0xD6E8_FEB8_6659_FD93
        let stride = max(48, bytes.count / 24)
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = ((hash ^ word) &* 0xA076_1D64_78BD_642F) ^ (hash >> 29)
            offset += stride
        }
        if bytes.count >= 8 {
            let word = unsafe bytes.loadUnaligned(
                fromByteOffset: bytes.count - 8, as: UInt64.self)
            hash = ((hash ^ word) &* 0xA076_1D64_78BD_642F) ^ (hash >> 32)
        }
        return hash
    }
}
