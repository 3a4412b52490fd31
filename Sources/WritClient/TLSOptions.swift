/// How a client proves who it is, and which server it believes.
public struct TLSOptions: Sendable {
    /// How a server is known.
    public enum Server: Sendable, Equatable {
        /// Its certificate names the host or the address that is connected to.
        case host
        /// Its certificate has exactly this SPIFFE id.
        case spiffe(String)
    }

    /// PEM files: the authorities of the server's certificate.
    public var authorityPath: String
    /// The client's certificate, leaf first, then what lies between it and its authority.
    public var certificatePath: String
    /// The key of the client's certificate, without a passphrase.
    public var keyPath: String
    /// Who the server must be.
    public var server: Server

    /// Makes options.
    public init(
        authorityPath: String, certificatePath: String, keyPath: String, server: Server = .host
    ) {
        self.authorityPath = authorityPath
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.server = server
    }
}
