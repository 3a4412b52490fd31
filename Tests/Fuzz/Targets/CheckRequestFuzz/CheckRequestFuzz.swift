import ExtAuthzMessages
import Wire

/// Reads any bytes as a `CheckRequest` and walks through all of what was read.
///
/// Traps when a region lies outside of the message or when an entry that was judged cannot be read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let memory = unsafe UnsafeRawBufferPointer(start: start, count: count)
    do throws(MessageError) {
        let view = try CheckRequestView(unsafe ByteRegion(memory), limits: CheckLimits())
        for region in [view.method, view.path, view.host, view.scheme, view.body, view.serverName] {
            unsafe judge(region, memory)
        }
        for peer in [view.source, view.destination] {
            unsafe judge(peer.principal, memory)
            unsafe judge(peer.certificate, memory)
            if case .socket(let host, _) = peer.address { unsafe judge(host, memory) }
        }
        var readers = [view.headers, view.contextExtensions]
        for index in readers.indices {
            while let entry = readers[index].next() {
                unsafe judge(entry.name, memory)
                unsafe judge(entry.value, memory)
            }
        }
    } catch {
        return 0
    }
    return 0
}

private func judge(_ region: ByteRegion, _ memory: UnsafeRawBufferPointer) {
    guard region.count > 0, let start = unsafe region.buffer.baseAddress,
        let base = unsafe memory.baseAddress
    else { return }
    let offset = unsafe start - base
    precondition(offset >= 0 && offset + region.count <= memory.count, "a region outside")
}
