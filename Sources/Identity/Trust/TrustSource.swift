/// Where the bundle of one trust domain is kept.
package struct TrustSource: Sendable {
    /// A directory of PEM files, or a file with a SPIFFE bundle.
    package let path: String
    /// A directory with revocation lists for a SPIFFE bundle; nil when there are none.
    package let revocationPath: String?
    package let options: TrustOptions
    /// How long after it was last read the bundle is believed, in seconds; nil for ever.
    package let maximumAgeSeconds: Int64?
    /// The lowest `spiffe_sequence` that is accepted, remembered from before a restart.
    package let minimumSequence: UInt64?

    /// Makes a source.
    package init(
        path: String, revocationPath: String? = nil, options: TrustOptions = TrustOptions(),
        maximumAgeSeconds: Int64? = nil, minimumSequence: UInt64? = nil
    ) {
        self.path = path
        self.revocationPath = revocationPath
        self.options = options
        self.maximumAgeSeconds = maximumAgeSeconds
        self.minimumSequence = minimumSequence
    }
}

/// Keeps the bundle of one source and brings it up to date when its files change.
struct SourceReader {
    /// What reading again found.
    enum Change {
        case none
        /// A bundle to be used from now on; one without authorities distrusts the domain.
        case bundle(TrustBundle, TrustedDomain)
        /// The files are gone: the domain is not trusted any more.
        case removed
    }

    let source: TrustSource
    private var stamps: [BundleFiles.Stamp]?
    private var bundle: TrustBundle?
    private var domain: TrustedDomain?

    init(_ source: TrustSource) { self.source = source }

    /// The `spiffe_sequence` in use.
    var sequence: UInt64? { bundle?.sequence }

    /// Reads the files if they changed.
    ///
    /// - Throws: why they cannot be used; what was in use stays so.
    mutating func read(at nowSeconds: Int64) throws(TrustError) -> Change {
        if BundleFiles.kind(source.path) == .missing {
            let wasThere = bundle != nil
            (bundle, domain, stamps) = (nil, nil, nil)
            return wasThere ? .removed : .none
        }
        let stamps = try Self.stamps(source)
        if stamps == self.stamps, source.maximumAgeSeconds == nil { return .none }
        var read = try Self.bundle(source)
        // Files of two times make no bundle.
        guard try Self.stamps(source) == stamps else {
            throw TrustError(.beingWritten, file: source.path)
        }
        if let age = source.maximumAgeSeconds {
            let (end, overflow) = nowSeconds.addingReportingOverflow(age)
            read.expiresAtSeconds = overflow ? Int64.max : end
        }
        try checkSequence(read)
        let made = try TrustedDomain(read, options: source.options)
        try checkLists(made.store)
        self.stamps = stamps
        let isSame = bundle == read
        bundle = read
        domain = made
        return isSame ? .none : .bundle(read, made)
    }

    /// A sequence never goes backwards, and what changes must have a higher one.
    private func checkSequence(_ read: TrustBundle) throws(TrustError) {
        if let minimum = source.minimumSequence, (read.sequence ?? 0) < minimum {
            throw TrustError(.olderSequence, file: source.path)
        }
        guard let bundle, let current = bundle.sequence else { return }
        guard let next = read.sequence, next >= current else {
            throw TrustError(.olderSequence, file: source.path)
        }
        if next == current, read.authorities != bundle.authorities {
            throw TrustError(.sameSequence, file: source.path)
        }
    }

    /// A revocation list that was newer yesterday must not come back as its elder.
    private func checkLists(_ store: TrustStore) throws(TrustError) {
        guard let domain else { return }
        for list in store.lists {
            let elder = domain.store.lists.contains {
                $0.issuer.utf8.elementsEqual(list.issuer.utf8)
                    && $0.thisUpdateSeconds > list.thisUpdateSeconds
            }
            if elder { throw TrustError(.olderList, file: source.path) }
        }
    }

    private static func stamps(_ source: TrustSource) throws(TrustError) -> [BundleFiles.Stamp] {
        var stamps: [BundleFiles.Stamp] = []
        for path in [source.path, source.revocationPath].compactMap({ $0 }) {
            stamps.append(try BundleFiles.stamp(path, name: path))
            guard BundleFiles.kind(path) == .directory else { continue }
            for name in try BundleFiles.names(path) {
                stamps.append(try BundleFiles.stamp(path + "/" + name, name: name))
            }
        }
        return stamps
    }

    private static func bundle(_ source: TrustSource) throws(TrustError) -> TrustBundle {
        var bundle = TrustBundle()
        switch BundleFiles.kind(source.path) {
        case .file:
            do {
                bundle = try TrustBundle(parsingSPIFFE: try BundleFiles.read(source.path))
            } catch {
                throw TrustError(error.kind, error.place, file: error.file ?? source.path)
            }
        case .directory:
            for name in try BundleFiles.names(source.path) {
                try BundleFiles.add(name, in: source.path, to: &bundle)
            }
        case .missing, .unreadable: throw TrustError(.unreadable, file: source.path)
        }
        if let path = source.revocationPath {
            var lists = TrustBundle()
            for name in try BundleFiles.names(path) where name.hasSuffix(".crl") {
                try BundleFiles.add(name, in: path, to: &lists)
            }
            bundle.revocationLists += lists.revocationLists
        }
        // Whoever puts them there believes that the revoked are refused.
        if source.options.revocation == .none, !bundle.revocationLists.isEmpty {
            throw TrustError(.unusedLists, file: source.revocationPath ?? source.path)
        }
        return bundle
    }
}
