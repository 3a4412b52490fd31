import Testing

@testable import HTTP2

/// The examples of RFC 7541 appendix C: what each block says, and what the table holds after it.
@Suite struct AppendixCTests {
    struct Block: Sendable {
        let bytes: [UInt8]
        let headers: [HeaderText]
        let table: [HeaderText]
        let tableBytes: Int

        init(
            _ digits: String, _ headers: [HeaderText], table: [HeaderText] = [], tableBytes: Int = 0
        ) {
            bytes = hex(digits)
            self.headers = headers
            self.table = table
            self.tableBytes = tableBytes
        }
    }

    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var tableSizeBytes = 4096
        let blocks: [Block]
    }

    static let get = HeaderText(":method", "GET")
    static let http = HeaderText(":scheme", "http")
    static let authority = HeaderText(":authority", "www.example.com")
    static let noCache = HeaderText("cache-control", "no-cache")
    static let custom = HeaderText("custom-key", "custom-value")
    static let isPrivate = HeaderText("cache-control", "private")
    static let date = HeaderText("date", "Mon, 21 Oct 2013 20:13:21 GMT")
    static let laterDate = HeaderText("date", "Mon, 21 Oct 2013 20:13:22 GMT")
    static let location = HeaderText("location", "https://www.example.com")
    static let gzip = HeaderText("content-encoding", "gzip")
    static let cookie = HeaderText(
        "set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1")

    /// C.3 and C.4 say the same, without and with Huffman code.
    static func requests(_ name: String, _ first: String, _ second: String, _ third: String)
        -> Example
    {
        Example(
            testDescription: name,
            blocks: [
                Block(
                    first, [get, http, HeaderText(":path", "/"), authority],
                    table: [authority], tableBytes: 57),
                Block(
                    second, [get, http, HeaderText(":path", "/"), authority, noCache],
                    table: [noCache, authority], tableBytes: 110),
                Block(
                    third,
                    [
                        get, HeaderText(":scheme", "https"), HeaderText(":path", "/index.html"),
                        authority, custom,
                    ],
                    table: [custom, noCache, authority], tableBytes: 164),
            ])
    }

    /// C.5 and C.6 say the same, without and with Huffman code, in a table of 256 bytes.
    static func responses(_ name: String, _ first: String, _ second: String, _ third: String)
        -> Example
    {
        let (found, kept) = (HeaderText(":status", "302"), HeaderText(":status", "307"))
        return Example(
            testDescription: name, tableSizeBytes: 256,
            blocks: [
                Block(
                    first, [found, isPrivate, date, location],
                    table: [location, date, isPrivate, found], tableBytes: 222),
                Block(
                    second, [kept, isPrivate, date, location],
                    table: [kept, location, date, isPrivate], tableBytes: 222),
                Block(
                    third,
                    [HeaderText(":status", "200"), isPrivate, laterDate, location, gzip, cookie],
                    table: [cookie, gzip, laterDate], tableBytes: 215),
            ])
    }

    static let examples: [Example] = [
        Example(
            testDescription: "C.2.1",
            blocks: [
                Block(
                    "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
                    [HeaderText("custom-key", "custom-header")],
                    table: [HeaderText("custom-key", "custom-header")], tableBytes: 55)
            ]),
        Example(
            testDescription: "C.2.2",
            blocks: [
                Block(
                    "040c 2f73 616d 706c 652f 7061 7468", [HeaderText(":path", "/sample/path")])
            ]),
        Example(
            testDescription: "C.2.3",
            blocks: [
                Block(
                    "1008 7061 7373 776f 7264 0673 6563 7265 74",
                    [HeaderText("password", "secret")])
            ]),
        Example(testDescription: "C.2.4", blocks: [Block("82", [get])]),
        requests(
            "C.3", "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
            "8286 84be 5808 6e6f 2d63 6163 6865",
            "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"),
        requests(
            "C.4", "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
            "8286 84be 5886 a8eb 1064 9cbf",
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"),
        responses(
            "C.5",
            """
            4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032
            303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63
            6f6d
            """,
            "4803 3330 37c1 c0bf",
            """
            88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0
            5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851
            5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31
            """),
        responses(
            "C.6",
            """
            4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b
            ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3
            """,
            "4883 640e ffc1 c0bf",
            """
            88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad
            94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160
            65c0 03ed 4ee5 b106 3d50 07
            """),
    ]

    @Test(arguments: examples) func decodes(_ example: Example) {
        var decoder = HeaderDecoder(
            tableSizeBytes: example.tableSizeBytes, maximumListBytes: 1 << 16)
        for block in example.blocks {
            #expect(decoder.decode(block.bytes) == .whole(block.headers))
            #expect(decoder.tableHeaders == block.table)
            #expect(decoder.table.sizeBytes == block.tableBytes)
        }
    }

    @Test(arguments: [
        (10, UInt8(0x1F), "0a"), (1337, 0x1F, "1f 9a 0a"), (42, 0xFF, "2a"),
    ]) func readsIntegers(_ expected: Int, _ prefix: UInt8, _ digits: String) {
        let (value, rest) = withRegion(hex(digits)) { region in
            var reader = BlockReader(region)
            let first = reader.next() ?? 0
            return (try? reader.integer(first, prefix: prefix), reader.peek())
        }
        #expect(value == expected)
        #expect(rest == nil)
    }
}
