import CedarSyntax
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        "", "/", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "01.2.3.4",
        "00.0.0.0", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.0x4", "1.2.3.٤", "1.2.3.4/",
        "1.2.3.4/33", "1.2.3.4/08", "1.2.3.4/00", "1.2.3.4/+1", "1.2.3.4/-1", "1.2.3.4/1/2",
        "1.2.3.4/256", "1.2.3.4/032", ":", ":::", "1:::2", "1::2::3", ":1::2", "1::2:",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8",
        "12345::", "g::", "::ffff:1.2.3.4", "1.2.3.4::", "::1%lo", "[::1]", "::1/129", "::1/0128",
        "::/", "::1 ", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/1280",
    ])
    func refuses(text: String) {
        #expect(IPAddress(parsing: text.utf8) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0", UInt32(0), UInt8(32)), ("127.0.0.1", 0x7F00_0001, 32),
        ("255.255.255.255/32", 0xFFFF_FFFF, 32), ("10.1.2.3/0", 0x0A01_0203, 0),
        ("10.1.2.3/24", 0x0A01_0203, 24),
    ])
    func parsesIPv4(text: String, address: UInt32, prefix: UInt8) {
        #expect(IPAddress(parsing: text.utf8) == IPAddress(ipv4: address, prefix: prefix))
    }

    @Test(arguments: [
        ("::", UInt64(0), UInt64(0), UInt8(128)), ("::1", 0, 1, 128), ("::/0", 0, 0, 0),
        ("1::", 0x1_0000_0000_0000, 0, 128),
        ("1:2:3:4:5:6:7::", 0x1_0002_0003_0004, 0x5_0006_0007_0000, 128),
        ("::2:3:4:5:6:7:8", 0x2_0003_0004, 0x5_0006_0007_0008, 128),
        ("1::3:4:5:6:7:8", 0x1_0000_0003_0004, 0x5_0006_0007_0008, 128),
        ("2001:DB8::aBcD/64", 0x2001_0DB8_0000_0000, 0xABCD, 64),
        ("0001:0002:0003:0004:0005:0006:0007:0008", 0x1_0002_0003_0004, 0x5_0006_0007_0008, 128),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", .max, .max, 128),
    ])
    func parsesIPv6(text: String, high: UInt64, low: UInt64, prefix: UInt8) {
        #expect(IPAddress(parsing: text.utf8) == IPAddress(ipv6: high, low, prefix: prefix))
    }

    @Test(arguments: [
        "0.0.0.0", "10.0.0.1/24", "255.255.255.255", "::", "::1", "1::", "1::/0", "::ffff:102:304",
        "1:0:0:2::3", "1:0:2:3:4:5:6:7", "2001:db8::8:800:200c:417a/64", "1:2:3:4:5:6:7:8",
        "0:0:1::", "1::2:0:0:3:4",
    ])
    func writesWhatItReads(text: String) throws {
        let address = try #require(IPAddress(parsing: text.utf8))
        #expect(address.description == text)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.255.0.1/8", true), ("127.0.0.1/7", false), ("128.0.0.1", false),
        ("::1", true), ("::1/127", false), ("::2", false), ("::7f00:1", false),
        ("::ffff:7f00:1", false), ("1::1", false),
    ])
    func loopback(text: String, expected: Bool) throws {
        #expect(try #require(IPAddress(parsing: text.utf8)).isLoopback == expected)
    }

    @Test(arguments: [
        ("224.0.0.1", true), ("239.255.255.255/4", true), ("224.0.0.0/3", false),
        ("223.255.255.255", false), ("240.0.0.0", false), ("ff00::", true), ("ff02::1/8", true),
        ("ff00::/7", false), ("fe00::", false), ("::e000:1", false),
    ])
    func multicast(text: String, expected: Bool) throws {
        #expect(try #require(IPAddress(parsing: text.utf8)).isMulticast == expected)
    }

    @Test(arguments: [
        ("10.0.0.1", "::/0", false), ("::1", "0.0.0.0/0", false),
        ("10.0.0.0/23", "10.0.0.0/24", false),
        ("10.0.1.1", "10.0.0.0/24", false), ("::1", "::2", false), ("::1:0:0:0:1", "::/64", false),
        ("1::", "2::/16", false), ("10.0.0.1", "0.0.0.0/0", true), ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.9/24", "10.0.0.1/24", true), ("10.0.0.9/25", "10.0.0.200/24", true),
        ("::1", "::/0", true), ("0:0:0:0:1::1", "::/64", true), ("::1", "::1", true),
        ("::3/127", "::2/127", true), ("1::ffff:0:0:0/65", "1::/64", true),
    ])
    func range(inner: String, outer: String, expected: Bool) throws {
        let receiver = try #require(IPAddress(parsing: inner.utf8))
        let argument = try #require(IPAddress(parsing: outer.utf8))
        #expect(receiver.isInRange(argument) == expected)
    }

    @Test func equalityKeepsHostBitsAndPrefix() {
        #expect(IPAddress(parsing: "10.0.0.1/24".utf8) != IPAddress(parsing: "10.0.0.0/24".utf8))
        #expect(IPAddress(parsing: "10.0.0.1".utf8) == IPAddress(parsing: "10.0.0.1/32".utf8))
        #expect(IPAddress(parsing: "::ffff:a00:1".utf8) != IPAddress(parsing: "10.0.0.1".utf8))
        #expect(IPAddress(parsing: "::".utf8) != IPAddress(parsing: "0.0.0.0".utf8))
    }
}
