import NIOCore
import NIOSSL
import Synchronization

/// The listener's certificate and key, replaced as a whole when their files change.
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
    }

    private let files: Files
    private let loaded: Mutex<Loaded>

    /// Reads the files.
    /// - Throws: `certificate`, when they cannot be read or do not belong together.
    package init(_ files: Files) throws(TLSListenerError) {
        self.files = files
        loaded = Mutex(Loaded(configuration: try Self.read(files)))
    }

    /// Reads the files again; when they cannot be used, what was in use stays so.
    /// - Throws: as `init`.
    package func reload() throws(TLSListenerError) {
        let configuration = try Self.read(files)
        loaded.withLock { $0.configuration = configuration }
    }

    /// What one handshake is made with.
    ///
    /// Never shared between connections: a context gives its clients tickets for sessions, and a
    /// session that is resumed brings the certificate's verdict of back then. No other context can
    /// read a ticket, so every connection proves its certificate anew.
    func makeContext() throws -> NIOSSLContext {
        try NIOSSLContext(configuration: loaded.withLock { $0.configuration })
    }

    private static func read(_ files: Files) throws(TLSListenerError) -> TLSConfiguration {
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
            // The client must show a certificate; whether it is believed is for our own verifier,
            // which stands in the place of the library's.
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([])
            configuration.shutdownTimeout = .milliseconds(500)
            // Says whether key and certificate belong together.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw .certificate(
                path: files.keyPath,
                reason: "it is no key, or not that of `\(files.certificatePath)`: \(error)")
        }
    }
}
