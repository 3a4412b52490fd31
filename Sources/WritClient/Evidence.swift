import CedarEngine
public import CedarValues
import Wire

/// Proof of who asks and from where, sent by a gateway beside its question.
///
/// The server judges it; only a peer that its configuration lists under `socket.gateways` may send
/// it.
public struct Evidence: Sendable {
    /// A client's certificate, as the gateway has it.
    public enum Certificate: Sendable, Equatable {
        /// Certificates in DER, leaf first.
        case chain([[UInt8]])
        /// Envoy's `x-forwarded-client-cert`.
        case forwardedClientCert(String)
        /// `Client-Cert` and, unless empty, `Client-Cert-Chain` of RFC 9440.
        case clientCert(String, chain: String = "")
        /// URL-encoded PEM, as nginx's `$ssl_client_escaped_cert`.
        case escapedPEM(String)
        /// Base64 of one DER certificate.
        case base64DER(String)
    }

    /// The client's certificate; nil when it has none.
    public var certificate: Certificate?
    /// A token in compact form, without `Bearer`; nil when there is none.
    public var token: String?
    /// What the issuer of an opaque token answered about it, the JSON of RFC 7662; nil when it was not
    /// asked. Not beside a token.
    public var introspection: String?
    /// The id of the client's device, believed only if certificate or token lead to it as well.
    public var deviceID: String?
    /// The client's address, as in `192.0.2.7`.
    public var sourceIP: String?
    /// What is known of the HTTP request; nil for nothing.
    public var http: [String: CedarValue]?

    /// Makes evidence; without any part it only says that nobody is known.
    public init(
        certificate: Certificate? = nil, token: String? = nil, introspection: String? = nil,
        deviceID: String? = nil, sourceIP: String? = nil, http: [String: CedarValue]? = nil
    ) {
        self.certificate = certificate
        self.token = token
        self.introspection = introspection
        self.deviceID = deviceID
        self.sourceIP = sourceIP
        self.http = http
    }
}

/// Evidence as the server reads it.
public struct EncodedEvidence: Sendable {
    /// Not empty, each kind once, in the order of the kinds.
    let parts: [(kind: EvidencePart, bytes: [UInt8])]

    /// Encodes evidence; a part that is an empty text is left out.
    ///
    /// - Throws: `invalidRequest` when a value of the HTTP record is not valid.
    public init(_ evidence: Evidence) throws(ClientError) {
        var parts: [(EvidencePart, [UInt8])] = []
        switch evidence.certificate {
        case .chain(let certificates):
            parts.append((.certificateChain, certificates.flatMap(\.self)))
        case .forwardedClientCert(let text): parts.append((.forwardedClientCert, Array(text.utf8)))
        case .clientCert(let leaf, let chain):
            parts.append((.clientCert, Array(leaf.utf8)))
            parts.append((.clientCertChain, Array(chain.utf8)))
        case .escapedPEM(let text): parts.append((.escapedPEM, Array(text.utf8)))
        case .base64DER(let text): parts.append((.base64DER, Array(text.utf8)))
        case nil: break
        }
        for (kind, text) in [
            (EvidencePart.token, evidence.token), (.deviceID, evidence.deviceID),
            (.sourceIP, evidence.sourceIP),
        ] {
            if let text { parts.append((kind, Array(text.utf8))) }
        }
        if let http = evidence.http { parts.append((.http, try Self.encoded(http))) }
        if let text = evidence.introspection { parts.append((.introspection, Array(text.utf8))) }
        self.parts = parts.filter { !$0.1.isEmpty }
    }

    private static func encoded(
        _ http: [String: CedarValue]
    ) throws(ClientError) -> [UInt8] {
        var encoder = FlatEncoder()
        do {
            return try encoder.encode(record: try CedarValue.members(http, "http"))
        } catch let error as ValueError {
            throw .invalidRequest(error.message)
        } catch let error as FlatEncoder.Failure {
            throw .invalidRequest(error.message)
        } catch {
            throw .invalidRequest("\(error)")
        }
    }

    /// The bytes that it takes in a frame, its length included.
    var encodedBytes: Int {
        parts.reduce(WireLayout.evidenceHeaderBytes) {
            $0 + EvidencePart.encodedBytes($1.bytes.count)
        }
    }
}
