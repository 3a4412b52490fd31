import Foundation
import Glibc
import Testing
import WritClient

@Suite("writ serve: sockets that a service manager opened")
struct InheritedSocketTests {
    /// A listening socket as a service manager has it.
    private final class ManagerSocket {
        let descriptor: Int32

        init(_ path: String, type: __socket_type = SOCK_STREAM, listens: Bool = true) throws {
            descriptor = socket(AF_UNIX, Int32(type.rawValue) | O_CLOEXEC, 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) {
                unsafe $0.copyBytes(from: path.utf8)
            }
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(status == 0)
            if listens { try #require(listen(descriptor, 16) == 0) }
        }

        deinit { close(descriptor) }
    }

    private func start(
        _ workplace: Workplace, _ socket: ManagerSocket?, environment: String = "LISTEN_FDS=1"
    ) throws -> ChildProcess {
        try ChildProcess(
            "/bin/sh",
            [
                "-c", "export LISTEN_PID=$$ \(environment); exec \"$0\" \"$@\"",
                URL(fileURLWithPath: WritProgram.path).path, "serve", "--config", "writ.yaml",
            ],
            directory: workplace.path, output: workplace.path("serve.out"),
            errors: workplace.path("serve.err"), descriptor: socket?.descriptor)
    }

    private func workplace() throws -> Workplace {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.makeFolder("run")
        try workplace.write("writ.yaml", RunningServer.configuration)
        return workplace
    }

    private func ask(_ workplace: Workplace) throws -> Answer {
        var options = ConnectionOptions()
        options.responseTimeout = .seconds(20)
        var connection = try Connection(path: workplace.path("run/writ.sock"), options: options)
        return try connection.decide(PhotoWorld.question(#"User::"alice""#))
    }

    @Test func whatIsNoListeningSocketAtThePath() throws {
        let workplace = try workplace()
        let rows: [(ManagerSocket?, String, String)] = [
            (try ManagerSocket(workplace.path("run/other.sock")), "LISTEN_FDS=1", "no listener"),
            (
                try ManagerSocket(workplace.path("run/a.sock"), listens: false), "LISTEN_FDS=1",
                "descriptor 3, passed by the service manager, does not listen"
            ),
            (
                try ManagerSocket(workplace.path("run/b.sock"), type: SOCK_DGRAM, listens: false),
                "LISTEN_FDS=1 LISTEN_FDNAMES=local", "is a socket for datagrams"
            ),
            (try ManagerSocket(workplace.path("run/c.sock")), "LISTEN_FDS=2", "descriptor 4"),
            (nil, "LISTEN_FDS=1", "descriptor 3"), (nil, "LISTEN_FDS=65", "passed 65 sockets"),
            (
                try ManagerSocket(workplace.path("run/d.sock")),
                "LISTEN_FDS=1 LISTEN_FDNAMES=envoy",
                "no listener of the configuration has: there "
                    + "are `local`"
            ),
            (
                try ManagerSocket(workplace.path("run/e.sock")),
                "LISTEN_FDS=1 LISTEN_FDNAMES=local", "with the name `local` is at"
            ),
            (
                try ManagerSocket(workplace.path("run/f.sock")),
                "LISTEN_FDS=2 LISTEN_FDNAMES=local:local; exec 4<&3",
                "2 sockets with the name `local`"
            ),
            (
                try ManagerSocket(workplace.path("run/g.sock")),
                "LISTEN_FDS=1 LISTEN_FDNAMES=local:local", "1 sockets and 2 names"
            ),
        ]
        for (socket, environment, words) in rows {
            let process = try start(workplace, socket, environment: environment)
            #expect(process.waitForEnd(seconds: 20) == 1, "\(words)")
            #expect(workplace.text("serve.err").contains(words), "\(workplace.text("serve.err"))")
        }
    }

    @Test func whatWasPassedToAnotherProcess() throws {
        let workplace = try workplace()
        let process = try start(workplace, nil, environment: "LISTEN_PID=1 LISTEN_FDS=1")
        #expect(eventually { workplace.text("serve.err").contains("serving") })
        #expect(try ask(workplace).isAllowed)
        process.signal(SIGTERM)
        #expect(process.waitForEnd(seconds: 20) == 0)
        #expect(!workplace.exists("run/writ.sock"))
    }

    @Test func clientsWaitWhileTheServiceIsRestarted() throws {
        let workplace = try workplace()
        let socket = try ManagerSocket(workplace.path("run/writ.sock"))
        let first = try start(workplace, socket)
        #expect(try ask(workplace).isAllowed)
        first.signal(SIGTERM)
        #expect(first.waitForEnd(seconds: 20) == 0)
        // The manager's socket stays, and nobody is refused.
        #expect(workplace.exists("run/writ.sock"))
        #expect(!workplace.exists("run/writ.sock.lock"))
        let second = try start(workplace, socket)
        #expect(try ask(workplace).isAllowed)
        second.signal(SIGTERM)
        #expect(second.waitForEnd(seconds: 20) == 0)
    }
}
