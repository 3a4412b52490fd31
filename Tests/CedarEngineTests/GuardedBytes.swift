@testable import CedarEngine
import Glibc

/// Bytes that end where a page without access begins: one byte read too many ends the test.
@safe
final class GuardedBytes {
    private let region: UnsafeMutableRawPointer
    private let regionBytes: Int
    private let start: UnsafeMutableRawPointer
    let count: Int

    init(_ bytes: some Collection<UInt8>) {
        let page = 4096
        let pages = max(1, (bytes.count + page - 1) / page)
        regionBytes = (pages + 1) * page
        let mapped = unsafe mmap(
            nil, regionBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            fatalError("no memory for a guarded region")
        }
        unsafe region = mapped
        unsafe start = mapped + (pages * page - bytes.count)
        unsafe UnsafeMutableRawBufferPointer(start: start, count: bytes.count)
            .copyBytes(from: bytes)
        let sealed = unsafe mprotect(mapped + pages * page, page, PROT_NONE)
        precondition(sealed == 0, "the guard page is not sealed")
        count = bytes.count
    }

    deinit {
        unsafe munmap(region, regionBytes)
    }

    var flat: FlatBytes { unsafe FlatBytes(UnsafeRawPointer(start)) }

    /// Overwrites one byte.
    func set(_ offset: Int, _ byte: UInt8) {
        precondition(offset < count, "write outside of the bytes")
        unsafe start.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }
}

/// Why bytes are refused as a flat value; nil when they are accepted.
func refusal(of bytes: some Collection<UInt8>, as tag: FlatTag? = nil) -> FlatValidator.Failure? {
    refusal(of: GuardedBytes(bytes), as: tag)
}

func refusal(of bytes: GuardedBytes, as tag: FlatTag? = nil) -> FlatValidator.Failure? {
    do throws(FlatValidator.Failure) {
        try FlatValidator.validate(bytes.flat, count: bytes.count, as: tag)
        return nil
    } catch {
        return error
    }
}
