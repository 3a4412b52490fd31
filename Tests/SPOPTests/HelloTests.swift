import SPOP
import SPOPTestSupport
import Testing

@Suite struct HelloTests {
    private func refused(_ forge: Forge) -> SPOPError? {
        refusal(forge.frame(1)) { (frame) throws(SPOPError) in _ = try Hello(frame.payload) }
    }

    private func hello(_ bytes: [UInt8]) throws -> Hello {
        let hello = try read(bytes) { (frame) throws(SPOPError) in
            try frame.map { (frame) throws(SPOPError) in try Hello(frame.payload) }
        }
        return try #require(hello)
    }

    @Test func whatIsMissingIsNamed() {
        #expect(refused(.hello(versions: nil)) == .versionMissing)
        #expect(refused(.hello(size: nil)) == .maximumFrameSizeMissing)
        #expect(refused(.hello(capabilities: nil)) == .capabilitiesMissing)
        #expect(refused(Forge()) == .versionMissing)
    }

    @Test(arguments: [
        "", "1.0", "3.0", "1.0, 3.0", "2", "2.", "2.x", "20", "2.0.0", " ", ",", "12.0",
        "2.0000000",
        "+2.0", "2,0", "2. 0",
    ])
    func otherVersionsAreRefused(_ versions: String) {
        #expect(refused(.hello(versions: versions)) == .versionUnsupported)
    }

    @Test(arguments: ["2.0", "2.1", "1.0, 2.0", "1.0 , 2.5 ,3.0", "2.0,", " 2.0"])
    func version2IsFound(_ versions: String) {
        #expect(refused(.hello(versions: versions)) == nil)
    }

    @Test func theSmallestFrameSizeIsTheLimit() throws {
        #expect(refused(.hello(size: 255)) == .maximumFrameSizeInvalid)
        #expect(refused(.hello(size: 0)) == .maximumFrameSizeInvalid)
        #expect(try hello(Forge.hello(size: 256).frame(1)).maximumFrameBytes == 256)
        #expect(try hello(Forge.hello(size: 0xFFFF_FFFF).frame(1)).maximumFrameBytes == .max)
    }

    @Test func itemsStandThereOnceAndWithTheirType() {
        for name in ["supported-versions", "capabilities"] {
            var forge = Forge.hello()
            forge.item(name, text: "2.0")
            #expect(refused(forge) == .itemDuplicated)
            forge = Forge.hello()
            forge.item(name, number: 300)
            #expect(refused(forge) == .itemMistyped)
        }
        var forge = Forge.hello()
        forge.item("max-frame-size", number: 300)
        #expect(refused(forge) == .itemDuplicated)
        forge = Forge.hello()
        forge.item("max-frame-size", text: "300")
        #expect(refused(forge) == .itemMistyped)
        forge = Forge.hello()
        forge.item("healthcheck", flag: false)
        #expect(refused(forge) == nil)
        forge.item("healthcheck", flag: true)
        #expect(refused(forge) == .itemDuplicated)
        forge = Forge.hello()
        forge.item("healthcheck", text: "true")
        #expect(refused(forge) == .itemMistyped)
    }

    @Test func cutShortItIsRefusedAtEveryByte() throws {
        let whole = try recorded("health-check")
        let payload = Array(whole[11...])
        // Without its last item it is whole.
        for count in payload.indices where count != 58 {
            #expect(refused(Forge(payload: Array(payload[..<count]))) != nil)
        }
        #expect(refused(Forge(payload: payload)) == nil)
    }

    @Test func itemsThatAreNotKnownArePassedOver() throws {
        var forge = Forge.hello(capabilities: "async , pipelining")
        forge.item("colour", text: "blue")
        forge.item("engine-id", text: "a")
        let hello = try hello(forge.frame(1))
        #expect(hello.hasPipelining)
        #expect(!hello.isHealthCheck)
    }

    @Test func capabilitiesAreWholeWords() throws {
        for (text, expected) in [
            ("pipelining", true), ("async,pipelining", true), ("pipeliningx", false), ("", false),
            ("async", false), ("pipe lining", false),
        ] {
            let hello = try hello(Forge.hello(capabilities: text).frame(1))
            #expect(hello.hasPipelining == expected)
        }
    }

    @Test func whatHAProxySendsIsRead() throws {
        let greeting = try hello(try recorded("hello"))
        #expect(greeting.maximumFrameBytes == 16_380)
        #expect(greeting.hasPipelining)
        #expect(!greeting.isHealthCheck)
        let check = try hello(try recorded("health-check"))
        #expect(check.maximumFrameBytes == 16_380)
        #expect(!check.hasPipelining)
        #expect(check.isHealthCheck)
    }
}

@Suite struct FarewellTests {
    private func refused(_ forge: Forge) -> SPOPError? {
        refusal(forge.frame(2)) { (frame) throws(SPOPError) in _ = try Farewell(frame.payload) }
    }

    @Test func halfAFarewellIsRefused() {
        #expect(refused(Forge()) == .truncated)
        var forge = Forge()
        forge.item("status-code", number: 3)
        #expect(refused(forge) == .truncated)
        forge.item("message", text: "x")
        #expect(refused(forge) == nil)
        var twice = forge
        twice.item("message", text: "x")
        #expect(refused(twice) == .itemDuplicated)
        forge.item("status-code", number: 3)
        #expect(refused(forge) == .itemDuplicated)
        var mistyped = Forge()
        mistyped.item("status-code", text: "3")
        #expect(refused(mistyped) == .itemMistyped)
        mistyped = Forge()
        mistyped.item("message", number: 3)
        #expect(refused(mistyped) == .itemMistyped)
    }

    @Test func whatHAProxySendsIsRead() throws {
        let status = try read(try recorded("disconnect")) { (frame) throws(SPOPError) in
            try frame.map { (frame) throws(SPOPError) in try Farewell(frame.payload).status }
        }
        #expect(status == DisconnectStatus.normal.rawValue)
    }
}
