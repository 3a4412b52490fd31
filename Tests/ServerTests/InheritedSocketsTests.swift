import CEpoll
import Glibc
import Server
import Testing

/// What a service manager may pass, and for whom it is.
@Suite(.serialized) struct InheritedSocketsTests {
    /// Copies of descriptors as they are passed: one after the other. -1 leaves a gap.
    private func passed(
        _ descriptors: [Int32], names: String? = nil
    ) throws(StreamSocketError) -> InheritedSockets {
        // Far above what other tests of this process open meanwhile.
        let first: Int32 = 700
        for (offset, descriptor) in descriptors.enumerated() where descriptor >= 0 {
            _ = dup2(descriptor, first + Int32(offset))
        }
        return try InheritedSockets(first: first, count: descriptors.count, names: names)
    }

    private func words(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func whatIsNoListeningStreamSocket() throws {
        let rows: [(Int32, __socket_type, Bool, Bool, String)] = [
            (AF_UNIX, SOCK_DGRAM, false, true, "is a socket for datagrams: use `ListenStream=`"),
            (AF_INET, SOCK_DGRAM, false, true, "is a socket for datagrams: use `ListenStream=`"),
            (AF_UNIX, SOCK_SEQPACKET, true, true, "is a socket for packets"),
            (AF_UNIX, SOCK_STREAM, false, true, "does not listen: leave `Accept=` out"),
            (AF_INET6, SOCK_STREAM, false, true, "does not listen"),
        ]
        for (family, type, listens, isBound, reason) in rows {
            let socket = try TestSocket(family, type, listens: listens, isBound: isBound)
            let said = words { _ = try passed([socket.descriptor], names: "envoy") }
            #expect(said.contains("named `envoy`, passed by"), "\(said)")
            #expect(said.contains(reason), "\(said)")
        }
        let file = unsafe open("/dev/null", O_RDONLY)
        defer { close(file) }
        #expect(words { _ = try passed([file]) }.contains("is no socket"))
        #expect(words { _ = try passed([-1]) }.contains("is no socket"))
    }

    @Test func aNameThatAnybodyMayHaveTaken() throws {
        // Without a path the kernel chooses a name of the abstract namespace.
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, 2)
            }
        }
        try #require(status == 0 && listen(descriptor, 1) == 0)
        #expect(words { _ = try passed([descriptor]) }.contains("is at no path and no address"))
    }

    @Test func asManyNamesAsSockets() throws {
        let socket = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        for names in ["", "a:b", ":"] {
            let said = words {
                let sockets = try passed([socket.descriptor], names: names)
                try sockets.finish()
            }
            let count = names.split(separator: ":", omittingEmptySubsequences: false).count
            #expect(
                said.contains(count == 1 ? "no listener" : "passed 1 sockets and \(count) names"))
        }
        #expect(
            words { _ = try InheritedSockets(first: 700, count: 65, names: nil) }.contains("65"))
    }

    @Test func noMoreThanSixtyFour() throws {
        let socket = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        let most = [Int32](repeating: socket.descriptor, count: 64)
        // Each of them is taken over, and one listener can have one only.
        let said = words {
            var sockets = try passed(most)
            let address = ListeningAddress(path: socket.path)
            let taken = try sockets.take("local", at: address, socket.path)
            #expect(taken == 700)
            close(700)
            try sockets.finish()
        }
        #expect(said.contains("which no listener"), "\(said)")
        #expect(words { _ = try passed(most + [socket.descriptor]) }.contains("passed 65 sockets"))
        for descriptor in Int32(700)..<765 { close(descriptor) }
    }

    @Test func whatNobodyTakes() throws {
        let socket = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        for (names, expected) in [
            (nil, "passed a socket at `\(socket.path)`, which no listener"),
            ("unknown", "passed a socket at `\(socket.path)`, which no listener"),
            (
                "envoi",
                "with the name `envoi`, which no listener of the configuration has: there "
                    + "are `envoy`, `spoe`"
            ),
        ] as [(String?, String)] {
            let said = words {
                var sockets = try passed([socket.descriptor], names: names)
                let other = ListeningAddress(path: "/run/other")
                let envoy = try sockets.take("envoy", at: other, "/run/other")
                // A name counts, wherever the socket is.
                let own = ListeningAddress(path: names == "envoi" ? socket.path : "/run/other")
                let spoe = try sockets.take("spoe", at: own, "there")
                #expect(envoy == nil && spoe == nil)
                try sockets.finish()
            }
            #expect(said.contains(expected), "\(said)")
        }
    }

    @Test func aNameThatTwoHave() throws {
        let first = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        let second = try TestSocket(AF_INET, SOCK_STREAM, listens: true)
        let said = words {
            var sockets = try passed([first.descriptor, second.descriptor], names: "envoy:envoy")
            _ = try sockets.take("envoy", at: ListeningAddress(path: first.path), first.path)
        }
        #expect(said.contains("passed 2 sockets with the name `envoy`"), "\(said)")
    }

    @Test func aSocketThatIsElsewhere() throws {
        let unix = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        let internet = try TestSocket(AF_INET, SOCK_STREAM, listens: true)
        guard case .internet(_, let port)? = ListeningAddress(of: internet.descriptor) else {
            Issue.record("no port")
            return
        }
        let rows: [(TestSocket, ListeningAddress?, String)] = [
            (internet, ListeningAddress(path: "/run/envoy"), "127.0.0.1:\(port)"),
            (unix, ListeningAddress(host: "127.0.0.1", port: 9191), unix.path),
            (unix, ListeningAddress(path: unix.path + "2"), unix.path),
            (internet, ListeningAddress(host: "127.0.0.2", port: Int(port)), "127.0.0.1:\(port)"),
            (internet, ListeningAddress(host: "0.0.0.0", port: Int(port)), "127.0.0.1:\(port)"),
            (internet, ListeningAddress(host: "::1", port: Int(port)), "127.0.0.1:\(port)"),
            (internet, ListeningAddress(host: "127.0.0.1", port: Int(port) ^ 1), "127.0.0.1:"),
            (internet, ListeningAddress(host: "localhost", port: Int(port)), "127.0.0.1:\(port)"),
        ]
        for (socket, wanted, place) in rows {
            let named = words {
                var sockets = try passed([socket.descriptor], names: "envoy")
                _ = try sockets.take("envoy", at: wanted, "THERE")
            }
            #expect(named.contains("with the name `envoy` is at `\(place)"), "\(named)")
            #expect(named.contains("and the listener at `THERE`"), "\(named)")
            let unnamed = words {
                var sockets = try passed([socket.descriptor])
                let taken = try sockets.take("envoy", at: wanted, "THERE")
                #expect(taken == nil)
                try sockets.finish()
            }
            #expect(unnamed.contains("passed a socket at `\(place)"), "\(unnamed)")
        }
    }

    @Test func eachListenerGetsItsOwn() throws {
        let unix = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        let four = try TestSocket(AF_INET, SOCK_STREAM, listens: true)
        let six = try TestSocket(AF_INET6, SOCK_STREAM, listens: true)
        for names in [nil, "writ.socket:unknown:", "local:envoy:spoe", "local:writ.socket:spoe"]
            as [String?]
        {
            var sockets = try passed(
                [unix.descriptor, four.descriptor, six.descriptor], names: names)
            for (name, socket, expected) in [
                ("spoe", six, Int32(702)), ("local", unix, 700), ("envoy", four, 701),
            ] {
                let address = try #require(ListeningAddress(of: socket.descriptor))
                let taken = try sockets.take(name, at: address, address.description)
                #expect(taken == expected)
                #expect(fcntl(expected, F_GETFD) == FD_CLOEXEC)
                let second = try sockets.take(name, at: address, address.description)
                #expect(second == nil)
                close(expected)
            }
            try sockets.finish()
        }
    }

    @Test func whatIsLeftIsClosed() throws {
        let socket = try TestSocket(AF_UNIX, SOCK_STREAM, listens: true)
        _ = words { try passed([socket.descriptor], names: "nobody").finish() }
        #expect(fcntl(700, F_GETFD) == -1)
    }

    @Test(
        "Addresses in digits are compared, others are not known",
        arguments: [
            ("127.0.0.1", 9191, "127.0.0.1:9191"), ("::1", 1, "[::1]:1"),
            ("0:0::1", 65_535, "[::1]:65535"), ("0.0.0.0", 0, "0.0.0.0:0"),
            ("localhost", 1, nil), ("127.1", 1, nil), ("127.0.0.1 ", 1, nil), ("", 1, nil),
            ("::1", -1, nil), ("::1", 65_536, nil), ("127.0.0.1\0", 1, nil), ("[::1]", 1, nil),
        ] as [(String, Int, String?)])
    func digits(_ host: String, _ port: Int, _ text: String?) {
        #expect(ListeningAddress(host: host, port: port)?.description == text)
    }
}
