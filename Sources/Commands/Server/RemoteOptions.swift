import ArgumentParser
import WritClient

/// A server that is asked by TLS, and the files for it.
struct RemoteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server, as in tls://writ.example:8447.", valueName: "tls://host:port"))
    var connect: String?

    @Option(help: ArgumentHelp("PEM: who vouches for the server.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("PEM: the client's certificate, leaf first.", valueName: "file"))
    var cert: String?

    @Option(help: ArgumentHelp("PEM: the client's key.", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "The server's SPIFFE id; without it the certificate must name the host.",
            valueName: "spiffe-id"))
    var serverId: String?

    func validate() throws {
        let files = [ca, cert, key]
        guard connect != nil else {
            guard files.allSatisfy({ $0 == nil }), serverId == nil else {
                throw ValidationError("--ca, --cert, --key and --server-id need --connect")
            }
            return
        }
        guard files.allSatisfy({ $0 != nil }) else {
            throw ValidationError("--connect needs --ca, --cert and --key")
        }
    }

    /// Where the server is and how to speak to it; nil without `--connect`.
    func server() throws(Failure) -> (host: String, port: UInt16, options: TLSOptions)? {
        guard let connect else { return nil }
        let scheme = "tls://"
        guard connect.hasPrefix(scheme),
            let address = HostAndPort(String(connect.dropFirst(scheme.count))), address.port > 0
        else {
            throw Failure("`\(connect)` is no server", help: "as in tls://writ.example:8447")
        }
        guard let ca, let cert, let key else {
            throw Failure("--connect needs --ca, --cert and --key")
        }
        return (
            address.host, address.port,
            TLSOptions(
                authorityPath: absolutePath(ca), certificatePath: absolutePath(cert),
                keyPath: absolutePath(key),
                server: serverId.map { .spiffe($0) } ?? .host)
        )
    }
}
