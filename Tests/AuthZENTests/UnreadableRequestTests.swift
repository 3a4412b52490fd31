import AuthZEN
import HTTPService
import NIOCore
import Testing

@Suite("HTTPService: what the client sees of requests that cannot be read", .serialized)
struct UnreadableRequestTests {
    private static let path = "/access/v1/evaluation"
    private static let body =
        #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
    private static let head =
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    private static let whole = head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body

    private static func running(
        _ change: (inout HTTPListener) -> Void = { _ in }
    ) async throws -> RunningService {
        try await RunningService(Workplace(scenario: "certification")) {
            $0.limits.requestSeconds = 2
            change(&$0)
        }
    }

    /// Each answer that comes until the connection ends, by its status line, and all of the text.
    private static func all(
        _ client: RawClient, _ text: String, then later: String? = nil
    ) async throws -> (statuses: [Int], text: String) {
        let received = String(
            decoding: try await client.receiveAll(
                Array(text.utf8), then: later.map { Array($0.utf8) }), as: UTF8.self)
        let statuses = received.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
        return (statuses, received)
    }

    @Test(
        "A flood of header fields is a 431 that says the bounds, whether the client goes on or not")
    func floods() async throws {
        // A busy machine takes its time for 8 MiB over TLS.
        let running = try await Self.running { $0.limits.requestSeconds = 30 }
        for client in [running.local, running.network()] {
            for field in [
                "X: " + String(repeating: "x", count: 20 << 10) + "\r\n",
                String(repeating: "X: y\r\n", count: 80),
                // More than the system keeps for a reader.
                "X: " + String(repeating: "x", count: 8 << 20) + "\r\n",
            ] {
                let (statuses, text) = try await Self.all(client, Self.head + field + "\r\n")
                #expect(statuses == [431])
                #expect(text.contains("connection: close") || text.contains("Connection: close"))
                #expect(text.lowercased().contains("date: "))
                #expect(text.contains("16384 bytes") && text.contains("64 fields"))
            }
        }
        let figures = try await running.local.send("GET", "/metrics").text
        #expect(figures.contains(#"{listener="local",reason="http"} 3"#))
        #expect(figures.contains(#"{listener="local",reason="slow"} 0"#))
        await running.stop()
    }

    @Test("Who goes on after the answer is read for as long as a request may take, and no longer")
    func bound() async throws {
        let running = try await Self.running()
        for text in ["\u{1}\r\n\r\n", Self.expecting.replacing(Self.path, with: "/nowhere")] {
            let time = try await running.local.timeUntilClosed(Array(text.utf8))
            #expect(.milliseconds(1500)...Duration.seconds(8) ~= time, "\(time)")
        }
        await running.stop()
    }

    @Test("Fields at the bound are read, one more is not")
    func bounds() async throws {
        let running = try await Self.running()
        for (count, status) in [(61, 200), (62, 431)] {
            let fields = String(repeating: "X: y\r\n", count: count)
            let (statuses, _) = try await Self.all(
                running.local,
                Self.head + fields + "Content-Length: \(Self.body.utf8.count)\r\n\r\n" + Self.body,
                then: "")
            #expect(statuses.first == status, "\(count)")
        }
        await running.stop()
    }

    @Test("What is no HTTP is a 400 that says so, and nothing after it is answered")
    func noHTTP() async throws {
        let running = try await Self.running()
        for text in [
            "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n",
            Self.head + "Content-Length: -1\r\n\r\n", Self.head + "Bad Name: x\r\n\r\n",
            Self.head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
            Self.head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        ] {
            let (statuses, answer) = try await Self.all(running.local, text + Self.whole)
            #expect(statuses == [400], "\(text.prefix(80)): \(answer)")
            #expect(answer.contains("no request of HTTP/1.1"), "\(answer)")
            #expect(!answer.contains("decision"))
        }
        await running.stop()
    }

    @Test("A body that is wrong on its way is a 400, and not one that is too long")
    func badBodies() async throws {
        let running = try await Self.running { $0.authzen.limits.maximumBodyBytes = 4096 }
        let chunked = Self.head + "Transfer-Encoding: chunked\r\n\r\n"
        for (text, status) in [
            (chunked + "5\r\n{\"a\":\r\nzz\r\n", 400), (chunked + "x\r\n", 400),
            (chunked + "1388\r\n" + String(repeating: " ", count: 5000) + "\r\n0\r\n\r\n", 413),
        ] {
            let (statuses, answer) = try await Self.all(running.local, text, then: "")
            #expect(statuses == [status], "\(answer)")
        }
        // Whoever may not ask is told that, once.
        let (statuses, _) = try await Self.all(
            running.network(certificate: nil), chunked + "x\r\n")
        #expect(statuses == [401] || statuses == [400])
        await running.stop()
    }

    @Test("Requests before it on the connection are answered first, each with its own answer")
    func pipelined() async throws {
        let running = try await Self.running()
        let (statuses, text) = try await Self.all(
            running.local, Self.whole + Self.whole + "\u{1}\r\n\r\n" + Self.whole)
        #expect(statuses == [200, 200, 400], "\(text)")
        await running.stop()
    }

    // MARK: Expect

    private static let expecting =
        head + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"

    @Test("A client that waits to be refused is told so at once, and its connection ends")
    func expectRefused() async throws {
        let running = try await Self.running { $0.authzen.limits.maximumBodyBytes = 4096 }
        let clock = ContinuousClock()
        for (client, text, status) in [
            (running.network(certificate: nil), Self.expecting, 401),
            (running.local, Self.expecting.replacing(Self.path, with: "/nowhere"), 404),
            (running.local, Self.expecting.replacing("POST", with: "PUT"), 405),
            (
                running.local,
                Self.head + "Expect: 100-continue\r\nContent-Length: 4097\r\n\r\n", 413
            ),
        ] {
            let begun = clock.now
            // What comes after that is not read as a request.
            let (statuses, answer) = try await Self.all(client, text, then: Self.whole)
            #expect(statuses == [status], "\(answer)")
            #expect(clock.now - begun < .seconds(2))
        }
        let (unknown, _) = try await Self.all(
            running.local, Self.whole.replacing("Host: x", with: "Host: x\r\nExpect: a-miracle"),
            then: "")
        #expect(unknown == [417])
        await running.stop()
    }

    @Test("A client that waits to send its body is told to, and the connection goes on")
    func expectContinue() async throws {
        let running = try await Self.running()
        for client in [running.local, running.network()] {
            for value in ["100-continue", "100-Continue"] {
                let (statuses, text) = try await Self.all(
                    client, Self.expecting.replacing("100-continue", with: value),
                    then: Self.body + Self.whole)
                #expect(statuses == [100, 200, 200], "\(text)")
            }
        }
        // An expectation of HTTP/1.0 is none.
        let (older, _) = try await Self.all(
            running.local, Self.expecting.replacing("HTTP/1.1", with: "HTTP/1.0") + Self.body)
        #expect(older == [200])
        // Who does not wait is not told.
        let (statuses, _) = try await Self.all(
            running.local, Self.expecting + Self.body, then: Self.whole)
        #expect(statuses == [200, 200])
        await running.stop()
    }
}
