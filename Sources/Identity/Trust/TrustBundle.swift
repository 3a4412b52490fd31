import Files

/// What an administrator trusts for one trust domain, as DER.
package struct TrustBundle: Sendable, Equatable {
    /// Certificates of authorities.
    package var authorities: [[UInt8]]
    /// Revocation lists; several of one issuer are allowed, the newest counts.
    package var revocationLists: [[UInt8]]
    /// `spiffe_sequence`: grows with every change of the bundle; nil when it has none.
    package var sequence: UInt64?
    /// `spiffe_refresh_hint`: how often to look for a newer bundle; nil when it has none.
    package var refreshHintSeconds: Int64?
    /// Seconds since 1970 from which the bundle is not believed any more; nil for never.
    package var expiresAtSeconds: Int64?

    /// Makes a bundle.
    package init(
        authorities: [[UInt8]] = [], revocationLists: [[UInt8]] = [], sequence: UInt64? = nil,
        refreshHintSeconds: Int64? = nil, expiresAtSeconds: Int64? = nil
    ) {
        self.authorities = authorities
        self.revocationLists = revocationLists
        self.sequence = sequence
        self.refreshHintSeconds = refreshHintSeconds
        self.expiresAtSeconds = expiresAtSeconds
    }
}

/// How the chains of one trust domain are verified. The defaults are the strict ones.
package struct TrustOptions: Sendable, Hashable {
    /// Which certificates need a revocation list.
    package enum Revocation: UInt8, Sendable {
        /// None: for domains whose certificates live for an hour, and have the deny-list.
        case none
        /// The leaf: its issuer's list must be there.
        case leaf
        /// Every certificate of the chain: the list of every authority must be there, the root's
        /// included.
        case chain
    }

    package var revocation: Revocation

    /// How long past its `nextUpdate` a revocation list is still believed, in seconds. 0 refuses
    /// every chain as soon as a list is overdue.
    package var expiredListGraceSeconds: Int64

    /// Whether a bundle may hold authorities that another authority issued. Then a chain may end
    /// there, and no more than the leaf can be checked against revocation lists.
    package var acceptsIntermediateAuthorities: Bool

    /// Most certificates between the leaf and its trust anchor.
    package var maximumIntermediates: Int

    /// Makes options.
    package init(
        revocation: Revocation = .none, expiredListGraceSeconds: Int64 = 0,
        acceptsIntermediateAuthorities: Bool = false, maximumIntermediates: Int = 4
    ) {
        self.revocation = revocation
        self.expiredListGraceSeconds = expiredListGraceSeconds
        self.acceptsIntermediateAuthorities = acceptsIntermediateAuthorities
        self.maximumIntermediates = maximumIntermediates
    }
}

/// Why a bundle cannot be used.
package struct TrustError: Error, Sendable, Equatable {
    /// The offence.
    package enum Kind: UInt8, Sendable {
        case noMemory
        /// A certificate of the bundle is not DER or not X.509.
        case malformedCertificate
        /// A certificate of the bundle may not issue others.
        case notAnAuthority
        /// A certificate of the bundle was issued by another, and the options do not accept that.
        case intermediateAuthority
        /// A revocation list is malformed, has no `nextUpdate` or is a delta.
        case malformedList
        /// Two different revocation lists of one issuer were made at the same second.
        case conflictingLists
        /// A revocation list is older than the one in use.
        case olderList
        /// There are revocation lists, and the options have nobody looked for in them.
        case unusedLists
        /// A file cannot be read.
        case unreadable
        /// Somebody has a file open for writing, or files changed while they were read.
        case beingWritten
        /// A file is longer than the limit, or there are too many.
        case tooLarge
        /// A file is not PEM of the kind that its name says.
        case malformedFile
        /// The bundle is not JSON, or not a JWK set.
        case malformedBundle
        /// `spiffe_sequence` is lower than that of the bundle in use, or gone.
        case olderSequence
        /// The bundle differs from the one in use, and `spiffe_sequence` is the same.
        case sameSequence
        /// A set of keys is not JSON, or not a JWK set.
        case malformedKeySet
        /// A key lacks a member that its kind needs, or is no such key.
        case malformedKey
        /// A key holds what only its owner may know.
        case secretKey
        /// Two keys of a set have the same `kid`.
        case repeatedKeyID
        /// An issuer or trust domain of tokens is configured twice, or by rules of another form.
        case repeatedIssuer
    }

    package let kind: Kind
    /// Which of the bundle's certificates or lists, or where in the text; -1 for the whole.
    package let place: Int
    /// The file at fault, when there is one.
    package let file: String?

    package init(_ kind: Kind, _ place: Int = -1, file: String? = nil) {
        self.kind = kind
        self.place = place
        self.file = file
    }
}

extension TrustError: CustomStringConvertible {
    /// What is wrong, where, and what to do.
    package var description: String {
        let place = place < 0 ? "" : " (at \(place))"
        return (file.map { "`\($0)`: " } ?? "") + words + place
    }

    private var words: String {
        switch kind {
        case .noMemory: "out of memory"
        case .malformedCertificate: "not an X.509 certificate"
        case .notAnAuthority: "not the certificate of an authority: list those that issue"
        case .intermediateAuthority:
            "issued by another authority: list the root, or accept intermediate authorities"
        case .malformedList:
            "not a complete revocation list with `nextUpdate`"
        case .conflictingLists:
            "two revocation lists of one issuer and one `thisUpdate`: keep the right one"
        case .olderList: "a revocation list older than the one in use"
        case .unusedLists:
            "revocation lists that nobody is looked for in: set `revocation` to `leaf` or `chain`, or "
                + "take them away"
        case .unreadable: "cannot be read"
        case .beingWritten: FileProblem.beingWrittenWords
        case .tooLarge: "larger than the limit"
        case .malformedFile: "not PEM of the kind its name says"
        case .malformedBundle: "not a SPIFFE bundle"
        case .olderSequence: "`spiffe_sequence` is lower than that of the bundle in use"
        case .sameSequence: "changed without a higher `spiffe_sequence`"
        case .malformedKeySet: "not a JWK set"
        case .malformedKey: "not a key of the kind that its `kty` says"
        case .secretKey: "a secret or private key: publish its public half, and replace it"
        case .repeatedKeyID: "two keys of one `kid`: give each its own"
        case .repeatedIssuer:
            "an issuer or trust domain of tokens configured twice, or by rules of another form"
        }
    }
}
