import Glibc

/// Zeroed memory of its own that takes up space only where it was touched.
///
/// Large ones ask for large pages: a cache is read at random, and with pages of 4 KiB finding the
/// page's address took longer than a whole decision else does.
@safe
struct CacheMemory: ~Copyable {
    let start: UnsafeMutableRawPointer
    let byteCount: Int
    private let mapped: UnsafeMutableRawPointer
    private let mappedBytes: Int

    private static let largePageBytes = 2 << 20

    /// Maps memory; nil when the address space or a limit of the process has no room.
    init?(byteCount: Int) {
        let isLarge = byteCount >= Self.largePageBytes
        // Room to begin at a large page; what is not touched takes up nothing.
        mappedBytes = byteCount + (isLarge ? Self.largePageBytes : 0)
        let mapped = unsafe mmap(
            nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
        unsafe self.mapped = mapped
        self.byteCount = byteCount
        guard isLarge else {
            unsafe start = mapped
            return
        }
        unsafe start = mapped.alignedUp(toMultipleOf: Self.largePageBytes)
        // A system without large pages refuses, and all works as well.
        unsafe madvise(start, byteCount & ~(Self.largePageBytes - 1), MADV_HUGEPAGE)
    }

    deinit { unsafe munmap(mapped, mappedBytes) }

    /// Makes a region zero again and gives its pages back.
    func clear(_ region: Range<Int>) {
        let page = 4096
        precondition(region.lowerBound % page == 0, "a region begins at a page")
        unsafe madvise(start + region.lowerBound, region.count, MADV_DONTNEED)
    }
}
