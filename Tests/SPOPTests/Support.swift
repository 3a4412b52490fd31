import Foundation
import SPOP
import Testing
import Wire

/// A frame that HAProxy 2.6.12 sent.
func recorded(_ name: String) throws -> [UInt8] {
    let file = try #require(
        Bundle.module.url(forResource: "Fixtures/haproxy-2.6-\(name)", withExtension: "bin"))
    return Array(try Data(contentsOf: file))
}

/// Reads the frame that bytes begin with, and gives what is made of it.
func read<Result>(
    _ bytes: [UInt8], maximumBytes: Int = 16_380,
    _ body: (Frame?) throws(SPOPError) -> Result
) throws(SPOPError) -> Result {
    try region(of: bytes) { (region) throws(SPOPError) in
        try body(try Frame.read(region, maximumBytes: maximumBytes))
    }
}

/// Lends bytes as a region.
func region<Result>(
    of bytes: [UInt8], _ body: (ByteRegion) throws(SPOPError) -> Result
) throws(SPOPError) -> Result {
    // With a base address, also when there is nothing.
    let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(1, bytes.count), alignment: 1)
    defer { unsafe memory.deallocate() }
    unsafe memory.copyBytes(from: bytes)
    return try unsafe body(
        ByteRegion(UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])))
}

/// Why a frame, or what is made of it, is refused; nil when it is not.
func refusal(
    _ bytes: [UInt8], maximumBytes: Int = 16_380,
    _ body: (Frame) throws(SPOPError) -> Void = { _ in }
) -> SPOPError? {
    do throws(SPOPError) {
        try read(bytes, maximumBytes: maximumBytes) { (frame) throws(SPOPError) in
            if let frame { try body(frame) }
        }
        return nil
    } catch {
        return error
    }
}

func bytes(of region: ByteRegion) -> [UInt8] { (0..<region.count).map { region.byte(at: $0) } }

func text(of region: ByteRegion) -> String { String(decoding: bytes(of: region), as: UTF8.self) }
