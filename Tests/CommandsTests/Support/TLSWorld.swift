import Foundation
import Glibc
import Testing
import WritClient

/// A service of `TrustWorld` that listens for TLS as well, and clients of it.
enum TLSWorld {
    static let gateway = "spiffe://prod.example.org/ns/edge/sa/gateway"

    static let policies = """
        @id("own-view")
        permit (principal == Workload::"\(TrustWorld.api)", action == Action::"view", resource)
        when {
          context.verified.gateway.listener == "tls" &&
          context.verified.gateway.identity == "\(TrustWorld.api)" &&
          context.verified.tls.spiffeId == "\(TrustWorld.api)"
        };

        @id("passed-on")
        permit (principal == Workload::"\(TrustWorld.api)", action == Action::"pass", resource)
        when {
          context.verified.gateway.identity == "\(gateway)" &&
          context.verified.tls.spiffeId == "\(TrustWorld.api)" &&
          context.verified.sourceIp == ip("192.0.2.7")
        };

        @id("named-look")
        permit (principal in Group::"friends", action == Action::"look", resource)
        when { context.verified.gateway.identity == "\(gateway)" };

        """

    /// - Parameter more: lines of the section `tls`.
    static func server(_ more: String = "") throws -> RunningServer {
        let workplace = try TrustWorld.make()
        try workplace.write("policies/photos.cedar", policies)
        let section = try Self.section(in: workplace, more)
        return try RunningServer(
            workplace, configuration: TrustWorld.configuration() + section)
    }

    /// The section `tls`, with the files that it names.
    static func section(
        in workplace: Workplace, port: UInt16 = 0, _ more: String = ""
    ) throws -> String {
        try workplace.makeFolder("tls")
        try use("listener", in: workplace)
        return """
            tls:
              listen: 127.0.0.1:\(port)
              certificate: tls/server.pem
              key: tls/server.key
              threads: 1
              allowed:
                - spiffe://prod.example.org/ns/payments/sa/*
                - spiffe://prod.example.org/ns/edge/sa/*
              gateways: ['\(gateway)']
              mayNamePrincipal: ['\(gateway)']
            \(more)

            """
    }

    /// Makes a certificate that of the listener.
    static func use(_ name: String, in workplace: Workplace) throws {
        try workplace.write("tls/server.key", TrustWorld.text("\(name).key"))
        try workplace.write(
            "tls/server.pem",
            TrustWorld.text("\(name).pem") + TrustWorld.text("\(name).chain.pem"))
    }

    /// Writes what a client needs, and names it.
    static func options(
        _ name: String, in workplace: Workplace, server: TLSOptions.Server = .host
    ) throws -> TLSOptions {
        try workplace.write(
            "\(name).pem", TrustWorld.text("\(name).pem") + TrustWorld.text("\(name).chain.pem"))
        try workplace.write("\(name).key", TrustWorld.text("\(name).key"))
        return TLSOptions(
            authorityPath: try TrustWorld.path("root.pem"),
            certificatePath: workplace.path("\(name).pem"),
            keyPath: workplace.path("\(name).key"), server: server)
    }

    static let ownQuestion = AuthorizationRequest(
        action: EntityID("Action", "view"), resource: EntityID("Photo", "beach"))
}

extension RunningServer {
    /// The port of the TLS listener, as the log has it.
    var tlsPort: UInt16 {
        get throws {
            let digits = log.split(separator: #""port":""#).dropFirst().first?.prefix(
                while: \.isNumber)
            return try #require(digits.flatMap { UInt16($0) }, "no port: \(log)")
        }
    }

    /// Connects with a certificate of `TrustWorld`.
    func connectTLS(
        as name: String, server: TLSOptions.Server = .host,
        _ change: (inout ConnectionOptions) -> Void = { _ in }
    ) throws -> Connection {
        var options = ConnectionOptions()
        change(&options)
        return try Connection(
            host: "127.0.0.1", port: tlsPort,
            tls: TLSWorld.options(name, in: workplace, server: server), options: options)
    }

    /// Asks on a connection of its own, for the client itself.
    func askTLS(as name: String, server: TLSOptions.Server = .host) throws -> Answer {
        var connection = try connectTLS(as: name, server: server)
        return try connection.authorize(TLSWorld.ownQuestion, evidence: Evidence())
    }
}

/// A TCP connection without TLS.
final class PlainConnection {
    private let number: Int32

    /// Connects to 127.0.0.1, or to `::1`.
    init(port: UInt16, isVersion6: Bool = false) throws {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(isVersion6 ? AF_INET6 : AF_INET)
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            if isVersion6 {
                unsafe bytes.storeBytes(of: in6addr_loopback, toByteOffset: 8, as: in6_addr.self)
            } else {
                unsafe bytes.storeBytes(
                    of: UInt32(0x7F00_0001).bigEndian, toByteOffset: 4, as: UInt32.self)
            }
        }
        let length =
            isVersion6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        number = socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue), 0)
        let status = unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(number, generic, socklen_t(length))
            }
        }
        try #require(status == 0)
    }

    deinit { close(number) }

    func send(_ bytes: [UInt8]) {
        _ = unsafe Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What comes first; nothing when nothing comes for a while.
    func read(waiting seconds: Int = 20) -> [UInt8] {
        var watched = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        var buffer = [UInt8](repeating: 0, count: 4096)
        guard unsafe poll(&watched, 1, Int32(seconds * 1000)) > 0 else { return [] }
        return Array(buffer[..<max(0, unsafe recv(number, &buffer, buffer.count, 0))])
    }

    /// What comes until the server closes; nil when it does not.
    func readToEnd(within seconds: Double) -> [UInt8]? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while ContinuousClock.now < deadline {
            var watched = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&watched, 1, 50) > 0 else { continue }
            let count = unsafe recv(number, &buffer, buffer.count, 0)
            if count <= 0 { return all }
            all += buffer[..<count]
        }
        return nil
    }
}
