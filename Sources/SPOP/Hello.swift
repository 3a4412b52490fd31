package import Wire

/// What HAProxy says when it connects.
package struct Hello: BitwiseCopyable, Hashable, Sendable {
    /// The largest frame that HAProxy takes, without the length in front of it; at least 256.
    package let maximumFrameBytes: UInt32
    /// Whether answers may come in another order than questions, or not at once.
    package let hasPipelining: Bool
    /// Whether HAProxy only looks whether somebody is here.
    package let isHealthCheck: Bool

    /// Reads the payload of HAPROXY-HELLO; items that are not known are passed over.
    ///
    /// - Throws: also what a later version of the protocol would be refused with.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.2.4.
    package init(_ payload: ByteRegion) throws(SPOPError) {
        var versions: ByteRegion?
        var size: UInt64?
        var capabilities: ByteRegion?
        var healthCheck: Bool?
        var cursor = PayloadCursor(payload)
        while !cursor.isAtEnd {
            let name = try cursor.bytes()
            let value = try cursor.value()
            if name.hasBytes(of: "supported-versions") {
                guard case .text(let text) = value else { throw .itemMistyped }
                try Self.set(&versions, text)
            } else if name.hasBytes(of: "max-frame-size") {
                guard case .unsigned(let number) = value else { throw .itemMistyped }
                try Self.set(&size, number)
            } else if name.hasBytes(of: "capabilities") {
                guard case .text(let text) = value else { throw .itemMistyped }
                try Self.set(&capabilities, text)
            } else if name.hasBytes(of: "healthcheck") {
                guard case .boolean(let flag) = value else { throw .itemMistyped }
                try Self.set(&healthCheck, flag)
            }
        }
        guard let versions else { throw .versionMissing }
        guard let size else { throw .maximumFrameSizeMissing }
        guard let capabilities else { throw .capabilitiesMissing }
        guard Self.hasElement(versions, where: Self.isVersion2) else { throw .versionUnsupported }
        guard size >= UInt64(Frame.minimumMaximumBytes), let size = UInt32(exactly: size) else {
            throw .maximumFrameSizeInvalid
        }
        maximumFrameBytes = size
        hasPipelining = Self.hasElement(capabilities) { $0.hasBytes(of: "pipelining") }
        isHealthCheck = healthCheck ?? false
    }

    private static func set<Value>(_ item: inout Value?, _ value: Value) throws(SPOPError) {
        guard item == nil else { throw .itemDuplicated }
        item = value
    }

    /// Whether a list with commas between, and spaces anywhere around, has a certain element.
    private static func hasElement(
        _ list: ByteRegion, where isWanted: (ByteRegion) -> Bool
    ) -> Bool {
        var start = 0
        while start <= list.count {
            var end = start
            while end < list.count, list.byte(at: end) != UInt8(ascii: ",") { end += 1 }
            var (first, last) = (start, end)
            while first < last, list.byte(at: first) == 0x20 { first += 1 }
            while last > first, list.byte(at: last - 1) == 0x20 { last -= 1 }
            if isWanted(list.region(from: first, count: last - first)) { return true }
            start = end + 1
        }
        return false
    }

    /// Whoever speaks 2.5 also speaks 2.0.
    private static func isVersion2(_ version: ByteRegion) -> Bool {
        guard 3...8 ~= version.count, version.byte(at: 0) == UInt8(ascii: "2"),
            version.byte(at: 1) == UInt8(ascii: ".")
        else { return false }
        for index in 2..<version.count {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= version.byte(at: index) else {
                return false
            }
        }
        return true
    }
}

/// What HAProxy says when it disconnects.
package struct Farewell: BitwiseCopyable, Hashable, Sendable {
    /// One of ``DisconnectStatus``, or a number that is not known here.
    package let status: UInt32

    /// Reads the payload of HAPROXY-DISCONNECT.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.2.8.
    package init(_ payload: ByteRegion) throws(SPOPError) {
        var status: UInt32?
        var hasMessage = false
        var cursor = PayloadCursor(payload)
        while !cursor.isAtEnd {
            let name = try cursor.bytes()
            let value = try cursor.value()
            if name.hasBytes(of: "status-code") {
                guard case .unsigned(let number) = value, let code = UInt32(exactly: number)
                else { throw .itemMistyped }
                guard status == nil else { throw .itemDuplicated }
                status = code
            } else if name.hasBytes(of: "message") {
                guard case .text = value else { throw .itemMistyped }
                guard !hasMessage else { throw .itemDuplicated }
                hasMessage = true
            }
        }
        guard let status, hasMessage else { throw .truncated }
        self.status = status
    }
}
