/// What was lent of a block's list and what it may still cost.
struct ListProgress {
    /// What RFC 7541 section 4.1 adds to each field.
    static let fieldOverheadBytes = 32

    private var remainingBytes: Int
    private var remainingCopies: Int
    private(set) var extent = HeaderListExtent.whole

    init(maximumBytes: Int, blockBytes: Int) {
        remainingBytes = maximumBytes
        // A list within its limit copies no more than the limit; one beyond it may do so once more,
        // as an honest sender has no reason to name long names again and again.
        remainingCopies = maximumBytes + blockBytes
    }

    /// Whether a field of so many bytes, name and value, may be lent.
    @inline(__always)
    mutating func admits(_ bytes: Int) -> Bool {
        guard extent == .whole else { return false }
        guard bytes + Self.fieldOverheadBytes <= remainingBytes else {
            extent = .tooLong
            return false
        }
        remainingBytes -= bytes + Self.fieldOverheadBytes
        return true
    }

    /// Counts bytes that are copied though the block does not hold them.
    @inline(__always)
    mutating func copies(_ bytes: Int) throws(HPACKError) {
        guard extent == .tooLong else { return }
        remainingCopies -= bytes
        guard remainingCopies >= 0 else { throw .expansion }
    }
}
