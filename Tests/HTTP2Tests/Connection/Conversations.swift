/// A conversation with everything in it that a client may do, and ways to spoil it.
enum Conversations {
    typealias Bytes = ClientBytes

    /// What a message says that the service must never be given by accident.
    static let secret = Array("allow this".utf8)

    static let frames: [[UInt8]] = {
        let fields = Bytes.block(Bytes.request)
        let long = [UInt8](repeating: 3, count: 60)
        return [
            Bytes.settings([(4, 100_000), (5, 20_000), (1, 100)]), Bytes.frame(4, flags: 1),
            Bytes.headers(1), Bytes.data(1, Array("deny this".utf8)),
            Bytes.update(0, 100_000),
            Bytes.frame(2, stream: 9, [0, 0, 0, 1, 7]),
            Bytes.frame(1, flags: 0x2C, stream: 3, [2, 0, 0, 0, 0, 9] + fields + [0, 0]),
            Bytes.frame(0, flags: 8, stream: 3, [3, 5, 6, 0, 0, 0]),
            Bytes.ping(),
            Bytes.headers(5, extra: [("te", "trailers"), ("content-length", "4")]),
            Bytes.data(5, [1, 2], ends: false),
            Bytes.frame(0, flags: 9, stream: 3, [0]),
            Bytes.data(5, [3, 4], ends: false),
            Bytes.headers(5, [("x-end", "1")], ends: true),
            Bytes.frame(1, flags: 0, stream: 7, Array(fields.prefix(11))),
            Bytes.frame(9, flags: 0, stream: 7, Array(fields[11..<30])),
            Bytes.frame(9, flags: 4, stream: 7, Array(fields[30...])),
            Bytes.data(7, TestService.request(forBytes: 300)),
            Bytes.headers(11), Bytes.reset(11),
            Bytes.frame(99, flags: 255, stream: 3, [1, 2, 3]),
            Bytes.settings([(4, 20)]),
            Bytes.headers(13), Bytes.data(13, long, ends: false), Bytes.data(13, long),
            Bytes.update(13, 40), Bytes.settings([(4, 30)]), Bytes.update(13, 100),
            Bytes.headers(15, ends: true),
            Bytes.ping(1),
        ]
    }()

    static let whole = Bytes.preface + frames.flatMap { $0 }
}
