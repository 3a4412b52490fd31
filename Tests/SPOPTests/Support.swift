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

/// Writes frames as HAProxy does, and as it never would; by another rule than the target's own.
struct Forge {
    var payload: [UInt8] = []

    static func integer(_ value: UInt64) -> [UInt8] {
        guard value >= 240 else { return [UInt8(value)] }
        var bytes = [UInt8(240 + (value - 240) % 16)]
        var rest = (value - 240) / 16
        while rest >= 128 {
            bytes.append(UInt8(128 + (rest - 128) % 128))
            rest = (rest - 128) / 128
        }
        bytes.append(UInt8(rest))
        return bytes
    }

    static func fourBytes(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    static func text(_ text: String) -> [UInt8] {
        integer(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    mutating func item(_ name: String, text: String) {
        payload += Self.text(name) + [8] + Self.text(text)
    }

    mutating func item(_ name: String, number: UInt64) {
        payload += Self.text(name) + [3] + Self.integer(number)
    }

    mutating func item(_ name: String, flag: Bool) {
        payload += Self.text(name) + [flag ? 0x11 : 0x01]
    }

    func frame(
        _ type: UInt8, flags: UInt32 = 1, stream: UInt64 = 0, frame: UInt64 = 0
    ) -> [UInt8] {
        let body =
            [type] + Self.fourBytes(flags)
            + Self.integer(stream) + Self.integer(frame) + payload
        return Self.fourBytes(UInt32(body.count)) + body
    }

    /// A greeting with what must be there.
    static func hello(
        versions: String? = "2.0", size: UInt64? = 16_380, capabilities: String? = "pipelining"
    ) -> Forge {
        var forge = Forge()
        if let versions { forge.item("supported-versions", text: versions) }
        if let size { forge.item("max-frame-size", number: size) }
        if let capabilities { forge.item("capabilities", text: capabilities) }
        return forge
    }
}
