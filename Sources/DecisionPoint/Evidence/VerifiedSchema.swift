/// The type of the context member that the decision point establishes, to be pasted into schemas.
package enum VerifiedSchema {
    /// Declarations in Cedar's syntax: the type `Verified` and those it needs.
    ///
    /// - Parameter device: the entity type of devices, which the schema declares; nil for none.
    package static func text(device: String?) -> String {
        """
        // Established by the decision point for each request; a caller cannot send it. What was not
        // established is absent, so a policy that needs it says `has`.
        type Verified = {
          now: datetime,
          tls?: VerifiedCertificate,
          token?: VerifiedToken,
        \(device.map { "  device?: \($0),\n" } ?? "")  sourceIp?: ipaddr,
          gateway: VerifiedGateway,
        };

        // The client's certificate.
        type VerifiedCertificate = {
          spiffeId?: String,
          trustDomain?: String,
          organizationIdentifier?: String,
          subject: String,
          issuer: String,
          serial: String,
          thumbprint: String,
          dnsNames: Set<String>,
          notAfter: datetime,
        };

        // The access token, or a JWT-SVID, which alone has `spiffeId`.
        type VerifiedToken = {
          issuer: String,
          subject: String,
          spiffeId?: String,
          clientId?: String,
          audience: Set<String>,
          scopes: Set<String>,
          acr?: String,
          amr: Set<String>,
          authTime?: datetime,
          issuedAt?: datetime,
          expiresAt: datetime,
          boundToCertificate: Bool,
        };

        // Who asked on the client's behalf: a process by its user, or a peer by its identity.
        type VerifiedGateway = {
          listener: String,
          userId?: Long,
          groupId?: Long,
          identity?: String,
        };

        """
    }
}
