import CEpoll
import Glibc
import Server
import Testing

/// A stream server at a TCP address of this machine.
@Suite struct LoopbackListenerTests {
    @Test(arguments: [
        "0.0.0.0", "128.0.0.1", "localhost", "", "127", "127.1", "127.0.0.256", "127.0.0.01",
        "127.0.0.1.1", "127.0.0.", "127.0.0.+1", " 127.0.0.1", "::", "::1%lo", "[::1]",
        "::ffff:127.0.0.1", "127.0.0.1\0",
    ])
    func whatIsNoLoopbackAddress(_ host: String) {
        let endpoint = StreamEndpoint.loopback(host: host, port: 0)
        #expect(endpoint.problem?.contains("is not a loopback address in digits") == true)
        #expect(throws: StreamSocketError.self) { _ = try startLines(endpoint) }
    }

    @Test(arguments: [-1, 65_536]) func whatIsNoPort(_ port: Int) {
        let endpoint = StreamEndpoint.loopback(host: "127.0.0.1", port: port)
        #expect(endpoint.problem == "port is not in 0...65535")
        #expect(throws: StreamSocketError.self) { _ = try startLines(endpoint) }
    }

    @Test func socketOfAServiceManagerIsLeftToIt() throws {
        let manager = try TestSocket(AF_INET, SOCK_STREAM, listens: true)
        guard case .internet(_, let port)? = ListeningAddress(of: manager.descriptor) else {
            Issue.record("no port")
            return
        }
        let endpoint = StreamEndpoint.loopback(host: "127.0.0.1", port: Int(port))
        for _ in 0..<2 {
            let server = try startLines(endpoint) { $0.inherited = dup(manager.descriptor) }
            #expect(server.endpoint == endpoint)
            let client = RawClient(host: "127.0.0.1", port: Int(port))
            client.say("a")
            #expect(client.hear(2).text == "a\n")
            #expect(sendsAtOnce(port: Int(port)))
            server.stop(drainFor: .seconds(1))
            #expect(client.hear().isAtEnd)
        }
    }

    @Test func portThatIsTaken() throws {
        let server = try startLines(.loopback(host: "127.0.0.1", port: 0))
        #expect(throws: StreamSocketError.addressInUse(path: "\(server.endpoint)")) {
            _ = try startLines(server.endpoint)
        }
        server.stop(drainFor: .zero)
    }

    @Test(arguments: ["127.0.0.1", "127.3.2.1", "::1"]) func servesWhoeverAsks(_ host: String)
        throws
    {
        let log = LineLog()
        let server = try startLines(.loopback(host: host, port: 0), log) {
            // There is nobody to judge.
            $0.allowedPeers = PeerAllowList(userIDs: [])
        }
        guard case .loopback(host, let port) = server.endpoint else {
            Issue.record("\(server.endpoint)")
            return
        }
        #expect((1...65_535).contains(port))
        let client = RawClient(host: host, port: port)
        client.say("a", "big 100000", "b")
        #expect(client.receive(2 + 100_001 + 2).bytes.suffix(3) == [0x0a, 0x62, 0x0a])
        #expect(log.now.peers.count == 1 && log.now.peers.allSatisfy { $0 == nil })
        #expect(sendsAtOnce(port: port))
        server.stop(drainFor: .seconds(1))
        #expect(client.hear() == ("draining\n", true))
    }

    @Test func samePortAgainAtOnce() throws {
        var endpoint = StreamEndpoint.loopback(host: "127.0.0.1", port: 0)
        for _ in 0..<3 {
            let server = try startLines(endpoint)
            endpoint = server.endpoint
            guard case .loopback(_, let port) = endpoint else { return }
            let client = RawClient(host: "127.0.0.1", port: port)
            client.say("a")
            #expect(client.hear(2).text == "a\n")
            // The server ends the connection first, and its side lingers at the port.
            server.stop(drainFor: .seconds(1))
            #expect(client.hear().isAtEnd)
        }
    }

    @Test func fullServerSaysSo() throws {
        let server = try startLines(.loopback(host: "::1", port: 0)) {
            $0.limits.maximumConnections = 1
        }
        guard case .loopback(let host, let port) = server.endpoint else { return }
        let first = RawClient(host: host, port: port)
        first.say("a")
        #expect(first.hear(2).text == "a\n")
        let second = RawClient(host: host, port: port)
        #expect(second.hear() == ("refused tooManyConnections\n", true))
        server.stop(drainFor: .zero)
    }

    /// Whether the server's end of the one connection to a port does not wait for more to send.
    private func sendsAtOnce(port: Int) -> Bool {
        for descriptor in Int32(3)..<1024 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(descriptor, $0, &length)
                }
            }
            let family = Int32(storage.ss_family)
            guard status == 0, family == AF_INET || family == AF_INET6 else { continue }
            let own = unsafe withUnsafeBytes(of: &storage) {
                unsafe UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            }
            var value: Int32 = 0
            length = 4
            guard Int(own) == port,
                unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0,
                value == 0
            else { continue }
            length = 4
            return unsafe getsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length) == 0 && value != 0
        }
        return false
    }
}
