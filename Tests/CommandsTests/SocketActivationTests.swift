import Foundation
import Glibc
import SPOPTestSupport
import Testing
import WritClient

/// systemd's program that opens sockets and starts another when somebody connects.
private enum Activator {
    static let path = "/usr/bin/systemd-socket-activate"
    static let isHere = FileManager.default.isExecutableFile(atPath: path)
}

/// A service with every kind of listener, whose sockets systemd's own program opens.
@Suite(
    "writ serve: systemd's socket activation",
    .enabled(
        if: Activator.isHere && TrustWorld.isAvailable, "no systemd-socket-activate, or no openssl")
)
struct SocketActivationTests {
    private static let routes = """
        routes:
          - name: view
            method: GET
            path: /photos/{name}
            action: Action::"view"
            resource: {type: Photo, id: "{name}"}

        """

    /// Ports that were free a moment ago.
    private static func freePorts(_ count: Int) throws -> [UInt16] {
        let sockets = (0..<count).map { _ in socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        defer { for socket in sockets { close(socket) } }
        return try sockets.map { socket in
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    unsafe bind(socket, generic, length)
                        | getsockname(socket, generic, &length)
                }
            }
            try #require(status == 0)
            return UInt16(bigEndian: address.sin_port)
        }
    }

    /// The listeners, and where systemd opens them: `envoy`, `tls` and `figures` at addresses.
    private static func workplace(_ ports: [UInt16]) throws -> Workplace {
        let workplace = try TrustWorld.make()
        try workplace.makeFolder("run")
        try workplace.write("routes.yaml", routes)
        try workplace.write(
            "writ.yaml",
            TrustWorld.configuration() + TLSWorld.section(in: workplace, port: ports[1])
                + """
                envoy: {address: '127.0.0.1:\(ports[0])', routes: routes.yaml, threads: 1}
                spoe: {socket: run/spoe, routes: routes.yaml, threads: 1}
                http:
                  - {name: api, family: authzen, socket: run/api}
                  - {name: figures, family: operations, address: '127.0.0.1:\(ports[2])'}
                  - name: edge
                    family: forward-auth
                    socket: run/edge
                    forwardAuth: {gateway: nginx, routes: routes.yaml}

                """)
        return workplace
    }

    private static let paths = ["run/writ.sock", "run/spoe", "run/api", "run/edge"]

    private static func activate(
        _ workplace: Workplace, _ places: [String], names: String?
    ) throws -> ChildProcess {
        try ChildProcess(
            Activator.path,
            places.flatMap { ["--listen", $0] } + (names.map { ["--fdname", $0] } ?? []) + [
                URL(fileURLWithPath: WritProgram.path).path, "serve", "--config", "writ.yaml",
            ],
            directory: workplace.path, output: workplace.path("serve.out"),
            errors: workplace.path("serve.err"))
    }

    @Test("A name of no listener, or of one that is elsewhere, ends the start")
    func refused() throws {
        let ports = try Self.freePorts(3)
        let workplace = try Self.workplace(ports)
        for (place, name, words) in [
            (workplace.path("run/spoe"), "haproxy", "with the name `haproxy`, which no listener"),
            (workplace.path("run/spoe"), "envoy", "the listener at `127.0.0.1:\(ports[0])`"),
            ("127.0.0.1:\(ports[0])", "spoe", "is at `127.0.0.1:\(ports[0])`, and the listener"),
            ("[::1]:\(ports[0])", "envoy", "is at `[::1]:\(ports[0])`"),
            ("0.0.0.0:\(ports[0])", "envoy", "is at `0.0.0.0:\(ports[0])`"),
        ] {
            let process = try Self.activate(workplace, [place], names: name)
            #expect(eventually { workplace.text("serve.err").contains("Listening on ") })
            // Whoever connects starts the service.
            let client: AnyObject =
                place.hasPrefix("/")
                ? try LocalConnection(place)
                : try PlainConnection(port: ports[0], isVersion6: place.hasPrefix("["))
            #expect(process.waitForEnd(seconds: 30) == 1, "\(name)")
            withExtendedLifetime(client) {}
            let log = workplace.text("serve.err")
            #expect(log.contains(words), "\(words) is missing in \(log)")
            _ = unsafe unlink(workplace.path("run/spoe"))
        }
    }

    @Test("Every listener serves at the socket that systemd opened", arguments: [true, false])
    func served(isNamed: Bool) throws {
        let ports = try Self.freePorts(3)
        let workplace = try Self.workplace(ports)
        let places =
            Self.paths.map { workplace.path($0) } + ports.map { "127.0.0.1:\($0)" }
        let process = try Self.activate(
            workplace, places, names: isNamed ? "local:spoe:api:edge:envoy:tls:figures" : nil)
        let isListening = eventually {
            workplace.text("serve.err").ranges(of: "Listening on ").count == places.count
        }
        try #require(isListening, "\(workplace.text("serve.err"))")
        // The first that connects starts the service, and waits for it.
        let haproxy = try LocalConnection(workplace.path("run/spoe"), waiting: 60)
        try haproxy.send(Forge.hello().frame(1))
        // The length, then the kind of frame: AGENT-HELLO.
        #expect(try haproxy.read(atMost: 512).dropFirst(4).first == 101)
        let envoy = try PlainConnection(port: ports[0])
        envoy.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        // The length, then the kind of frame: SETTINGS.
        #expect(envoy.read().dropFirst(3).first == 4)
        try checkHTTP(workplace, port: ports[2])
        var tls = try Connection(
            host: "127.0.0.1", port: ports[1], tls: TLSWorld.options("good", in: workplace),
            options: ConnectionOptions())
        try tls.ping()
        var connection = try Connection(path: workplace.path("run/writ.sock"))
        try connection.ping()
        process.signal(SIGTERM)
        #expect(process.waitForEnd(seconds: 30) == 0, "\(workplace.text("serve.err"))")
        // They are the manager's, who would listen on.
        for path in Self.paths {
            #expect(workplace.exists(path))
            #expect(!workplace.exists(path + ".lock"))
        }
    }

    private func checkHTTP(_ workplace: Workplace, port: UInt16) throws {
        let question =
            #"{"subject":{"type":"User","id":"alice"},"action":{"name":"look"},"resource":{"type":"Photo","id":"beach"}}"#
        for (path, method, target, body, status) in [
            ("run/api", "POST", "/access/v1/evaluation", question, 200),
            ("run/edge", "GET", "/forward-auth", "", 403),
        ] {
            let answer = try HTTPServeTests.ask(workplace.path(path), method, target, body)
            #expect(answer.status == status, "\(path): \(answer.text)")
        }
        let figures = try PlainConnection(port: port)
        figures.send(
            Array("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
        let live = try #require(figures.readToEnd(within: 20))
        #expect(String(decoding: live, as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
    }
}
