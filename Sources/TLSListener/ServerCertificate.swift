import NIOCore
package import NIOSSL
import Synchronization

/// The certificate and key of a listener, replaced as a whole when their files change.
///
/// Handshakes that begin after a replacement use the new ones; connections that stand stay.
package final class ServerCertificate: Sendable {
    /// Where certificate and key are.
    package struct Files: Sendable, Equatable {
        /// PEM: the certificate first, then what lies between it and its authority.
        package var certificatePath: String
        /// PEM, without a passphrase.
        package var keyPath: String

        /// Names files.
        package init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    private struct Loaded {
        var configuration: TLSConfiguration
        var shared: NIOSSLContext
    }

    package let files: Files
    private let configure: @Sendable (inout TLSConfiguration) -> Void
    private let loaded: Mutex<Loaded>

    /// Reads the files.
    ///
    /// - Parameter configure: sets what a listener has beside its certificate; TLS is 1.3.
    /// - Throws: `certificate`, when they cannot be read or do not belong together.
    package init(
        _ files: Files, _ configure: @escaping @Sendable (inout TLSConfiguration) -> Void
    ) throws(TLSListenerError) {
        self.files = files
        self.configure = configure
        loaded = Mutex(try Self.read(files, configure))
    }

    /// Reads the files again; when they cannot be used, what was in use stays so.
    /// - Throws: as `init`.
    package func reload() throws(TLSListenerError) {
        let new = try Self.read(files, configure)
        loaded.withLock { $0 = new }
    }

    /// What many handshakes are made with, until the files change.
    ///
    /// Its clients get tickets for sessions, and a session that is resumed shows no certificate again:
    /// only for listeners that judge the one of the session before.
    package var sharedContext: NIOSSLContext { loaded.withLock { $0.shared } }

    /// What one handshake is made with.
    ///
    /// Never shared between connections: a context gives its clients tickets for sessions, and a
    /// session that is resumed brings the certificate's verdict of back then. No other context can
    /// read a ticket, so every connection proves its certificate anew.
    func makeContext() throws -> NIOSSLContext {
        try NIOSSLContext(configuration: loaded.withLock { $0.configuration })
    }

    private static func read(
        _ files: Files, _ configure: (inout TLSConfiguration) -> Void
    ) throws(TLSListenerError) -> Loaded {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificatePath)
        } catch {
            throw .certificate(path: files.certificatePath, reason: "\(error)")
        }
        guard !chain.isEmpty else {
            throw .certificate(path: files.certificatePath, reason: "it holds no certificate")
        }
        do {
            let key = try NIOSSLPrivateKey(file: files.keyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv13
            configuration.maximumTLSVersion = .tlsv13
            configure(&configuration)
            // Says whether key and certificate belong together.
            let context = try NIOSSLContext(configuration: configuration)
            return Loaded(configuration: configuration, shared: context)
        } catch {
            throw .certificate(
                path: files.keyPath,
                reason: "it is no key, or not that of `\(files.certificatePath)`: \(error)")
        }
    }
}
