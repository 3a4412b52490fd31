import Glibc

/// Zeroed memory of its own that takes up space only where it was touched.
@safe
struct CacheMemory: ~Copyable {
    let start: UnsafeMutableRawPointer
    let byteCount: Int

    /// Maps memory; nil when the address space or a limit of the process has no room.
    init?(byteCount: Int) {
        let mapped = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
        unsafe start = mapped
        self.byteCount = byteCount
    }

    deinit { unsafe munmap(start, byteCount) }

    /// Makes a region zero again and gives its pages back.
    func clear(_ region: Range<Int>) {
        let page = 4096
        precondition(region.lowerBound % page == 0, "a region begins at a page")
        unsafe madvise(start + region.lowerBound, region.count, MADV_DONTNEED)
    }
}
