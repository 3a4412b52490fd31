import HTTP2
import Wire

/// Reads any bytes as the header blocks of one connection.
///
/// The first byte chooses the size of the table and the limit of the list; then each block follows
/// its length of two bytes. Traps when a list passes its limit, when a block costs more than its
/// length and the limit, when a field that was read is not the same after it was written, and when
/// the same blocks mean something else in other memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHeaders(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start = unsafe start, count > 0 else { return 0 }
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let tableSizeBytes = [4096, 0, 64, 256, 1000, 8192, 4096, 4096][Int(input[0] & 7)]
    let maximumListBytes = [65536, 0, 100, 4096, 65536, 1000, 65536, 65536][Int(input[0] >> 3 & 7)]
    var decoder = HeaderDecoder(
        tableSizeBytes: tableSizeBytes, maximumListBytes: maximumListBytes)
    var second = HeaderDecoder(tableSizeBytes: tableSizeBytes, maximumListBytes: maximumListBytes)
    var position = 1
    var isBroken = false
    while input.count - position >= 2 {
        let length = Int(input[position]) << 8 | Int(input[position + 1])
        position += 2
        let end = min(position + length, input.count)
        let block = Array(input[position..<end])
        position = end
        let first = read(block, &decoder, maximumListBytes)
        precondition(read(block, &second, maximumListBytes) == first, "two meanings of a block")
        precondition(!isBroken || first == nil, "a block after an error")
        if let first { writeAndRead(first) } else { isBroken = true }
    }
    return 0
}

/// The names and values of a block, in turns; `nil` when it is refused.
private func read(
    _ block: [UInt8], _ decoder: inout HeaderDecoder, _ limit: Int
) -> [[UInt8]]? {
    // Memory of exactly the block's length, so that a read beyond it is found.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: block.count, alignment: 1)
    defer { unsafe memory.deallocate() }
    unsafe memory.copyBytes(from: block)
    var texts: [[UInt8]] = []
    var size = 0
    do throws(HPACKError) {
        let region = unsafe ByteRegion(UnsafeRawBufferPointer(memory))
        let extent = try decoder.decode(region) { name, value in
            size += name.count + value.count + 32
            texts.append(name.indices.map { name[$0] })
            texts.append(value.indices.map { value[$0] })
        }
        precondition(size <= limit, "a list beyond its limit")
        if extent == .tooLong { texts.append([]) }
        return texts
    } catch {
        _ = error.message
        return nil
    }
}

private func writeAndRead(_ texts: [[UInt8]]) {
    var encoder = HeaderEncoder()
    let fields = texts.count / 2
    for index in 0..<fields {
        let (name, value) = (texts[2 * index], texts[2 * index + 1])
        encoder.add(name: name.span, value: value.span)
    }
    var decoder = HeaderDecoder(tableSizeBytes: 0, maximumListBytes: 1 << 20)
    let again = read(encoder.bytes, &decoder, 1 << 20)
    precondition(again == Array(texts[..<(2 * fields)]), "fields that are not read as written")
}
