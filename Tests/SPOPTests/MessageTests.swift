import SPOP
import Testing
import Wire

@Suite struct MessageTests {
    /// Messages as text: name, and arguments with the case of their value.
    private func messages(_ payload: [UInt8]) throws(SPOPError) -> [[String]] {
        try region(of: payload) { (region) throws(SPOPError) in
            var list = MessageList(region)
            var found: [[String]] = []
            while let message = try list.next() {
                var line = [text(of: message.name)]
                try message.forEachArgument { name, value in
                    line.append("\(text(of: name))=\(Self.word(value))")
                }
                found.append(line)
            }
            return found
        }
    }

    private static func word(_ value: TypedValue) -> String {
        switch value {
        case .null: "null"
        case .boolean(let flag): "\(flag)"
        case .signed(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        case .ipv4(let region), .ipv6(let region):
            bytes(of: region).map { "\($0)" }.joined(separator: ".")
        case .text(let region): text(of: region)
        case .binary(let region): "\(region.count) bytes"
        }
    }

    @Test func messagesCutShortAreRefusedAtEveryByte() throws {
        let payload = Array(try recorded("notify-certificate")[11...])
        for count in 1..<payload.count {
            let part = Array(payload[..<count])
            #expect(throws: SPOPError.truncated) { try messages(part) }
        }
        #expect(try messages(payload).count == 1)
        #expect(throws: SPOPError.truncated) { try messages(payload + [1]) }
    }

    @Test func moreArgumentsThanThereAreAreRefused() {
        #expect(throws: SPOPError.truncated) { try messages([1, 0x61, 1]) }
        #expect(throws: SPOPError.truncated) { try messages([1, 0x61, 255, 1, 0x62, 0]) }
        #expect(throws: SPOPError.unknownDataType) { try messages([1, 0x61, 1, 1, 0x62, 10]) }
    }

    @Test func aFrameMayHaveNoMessagesOrSeveral() throws {
        #expect(try messages([]) == [])
        #expect(try messages([1, 0x61, 0, 1, 0x62, 1, 0, 0]) == [["a"], ["b", "=null"]])
    }

    @Test func whatHAProxySendsIsRead() throws {
        let certified = Array(try recorded("notify-certificate")[11...])
        #expect(
            try messages(certified) == [
                [
                    "check-request", "method=GET", "path=/a/b?x=1", "headers=69 bytes",
                    "certificate=385 bytes", "source=127.0.0.1", "start=1795283284908",
                    "scheme=true",
                ]
            ])
        let plain = Array(try recorded("notify-ipv6")[11...])
        #expect(
            try messages(plain)[0][3...] == [
                "headers=53 bytes", "certificate=null",
                "source=0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1", "start=1795283284960", "scheme=false",
            ])
    }
}

@Suite struct HeaderBlockTests {
    private func fields(_ block: [UInt8]) throws(SPOPError) -> [String] {
        try region(of: block) { (region) throws(SPOPError) in
            var block = HeaderBlock(region)
            var found: [String] = []
            while let field = try block.next() {
                found.append("\(text(of: field.name)): \(text(of: field.value))")
            }
            #expect(try block.next() == nil)
            return found
        }
    }

    @Test(
        arguments: [
            [], [0], [1], [1, 0x61], [1, 0x61, 1], [1, 0x61, 0], [1, 0x61, 0, 0], [0, 1, 0x61],
            [0, 0, 0],
            [0, 0, 1, 0x61, 0, 0, 0], [200, 0x61], [240], [1, 0x61, 255, 255],
        ] as [[UInt8]])
    func blocksThatDoNotEndAsTheyShouldAreRefused(_ block: [UInt8]) {
        #expect(throws: SPOPError.truncated) { try fields(block) }
    }

    @Test func fieldsAreLentInOrder() throws {
        #expect(try fields([0, 0]) == [])
        #expect(try fields([1, 0x61, 0, 1, 0x61, 1, 0x62, 0, 0]) == ["a: ", "a: b"])
    }

    @Test func whatHAProxySendsIsRead() throws {
        try read(try recorded("notify-certificate")) { (frame) throws(SPOPError) in
            guard let frame else { return }
            var list = MessageList(frame.payload)
            var headers: ByteRegion?
            try list.next()?.forEachArgument { name, value in
                if case .binary(let region) = value, name.hasBytes(of: "headers") {
                    headers = region
                }
            }
            #expect(
                try fields(headers.map(bytes) ?? []) == [
                    "host: 127.0.0.1:18446", "user-agent: curl/7.88.1", "accept: */*", "x-a: 1",
                    "x-a: 2",
                ])
        }
    }
}
