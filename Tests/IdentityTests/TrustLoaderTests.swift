import Foundation
import Testing

@testable import Identity

@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
final class TrustLoaderTests {
    let mint: Mint
    let directory: String
    let state = TrustState()

    init() throws {
        mint = try Mint.shared.get()
        directory = mint.path("loader-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            atPath: directory + "/prod", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func put(_ source: String, _ name: String) throws {
        try write(try mint.bytes(source), name)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try writeSettled(Data(bytes), to: directory + "/" + name)
    }

    private func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: directory + "/" + name)
    }

    private func verdict(_ leaf: String = "good") throws -> String {
        var verifier = ChainVerifier(state)
        return verifier.verify(try mint.chain(leaf), at: now()).word
    }

    private func loader(
        _ path: String, _ options: TrustOptions = TrustOptions(), revocationPath: String? = nil,
        minimumSequence: UInt64? = nil
    ) -> TrustLoader {
        TrustLoader(
            state,
            domains: [
                prod: TrustSource(
                    path: directory + "/" + path,
                    revocationPath: revocationPath.map { directory + "/" + $0 }, options: options,
                    minimumSequence: minimumSequence)
            ])
    }

    @Test func directoriesAreReadAgainWhenFilesChange() throws {
        var loader = loader("prod", TrustOptions(revocation: .leaf))
        let empty = loader.reload(at: now())
        #expect(empty.changed == [prod])
        #expect(try verdict() == "untrusted_domain")

        try put("root.pem", "prod/root.pem")
        try put("issuer_clean.crl", "prod/issuer.crl")
        try write(Array("not read".utf8), "prod/README")
        let filled = loader.reload(at: now())
        #expect(filled.changed == [prod] && filled.failed.isEmpty)
        #expect(try verdict() == "verified")
        #expect(try verdict("revoked") == "verified")

        let generation = state.generation
        let unchanged = loader.reload(at: now())
        #expect(unchanged.changed.isEmpty && unchanged.failed.isEmpty)
        #expect(state.generation == generation)

        try put("issuer_newer.crl", "prod/issuer.crl")
        let revoking = loader.reload(at: now())
        #expect(revoking.changed == [prod])
        #expect(try verdict("revoked") == "revoked")

        try remove("prod/root.pem")
        let emptied = loader.reload(at: now())
        #expect(emptied.changed == [prod])
        #expect(try verdict() == "untrusted_domain")
    }

    @Test func missingDirectoryDistrusts() throws {
        var loader = loader("prod")
        try put("root.pem", "prod/root.pem")
        _ = loader.reload(at: now())
        #expect(try verdict() == "verified")
        try remove("prod")
        let removed = loader.reload(at: now())
        #expect(removed.changed == [prod])
        #expect(try verdict() == "untrusted_domain")
        let again = loader.reload(at: now())
        #expect(again.changed.isEmpty)
    }

    @Test(arguments: [
        ("root.key", "key.pem", TrustError.Kind.malformedFile),
        ("good.pem", "good.pem", .notAnAuthority),
        ("issuer.pem", "issuer.pem", .intermediateAuthority),
        ("root.pem", "root.crl", .malformedFile),
        ("issuer_old.crl", "issuer.crl", .olderList),
        ("issuer.crl", "another.crl", .conflictingLists),
    ])
    func badFilesKeepWhatIsInUse(_ source: String, _ name: String, _ kind: TrustError.Kind) throws {
        try put("root.pem", "prod/root.pem")
        try put("issuer_clean.crl", "prod/issuer.crl")
        var loader = loader("prod", TrustOptions(revocation: .leaf))
        _ = loader.reload(at: now())
        let generation = state.generation
        try put(source, "prod/" + name)
        for _ in 0..<2 {
            let outcome = loader.reload(at: now())
            #expect(outcome.changed.isEmpty)
            #expect(outcome.failed.map(\.error.kind) == [kind])
            #expect(state.generation == generation)
        }
        #expect(try verdict() == "verified")
    }

    @Test func listsThatNobodyLooksAtAreNotTakenForChecked() throws {
        try put("root.pem", "prod/root.pem")
        try put("issuer.crl", "prod/issuer.crl")
        var fresh = loader("prod")
        let outcome = fresh.reload(at: now())
        #expect(outcome.changed.isEmpty && outcome.failed.map(\.error.kind) == [.unusedLists])
        #expect(try verdict("revoked") == "untrusted_domain")
        try remove("prod/issuer.crl")
        let without = fresh.reload(at: now())
        #expect(without.changed == [prod] && without.failed.isEmpty)
        // What comes later stays out of force, and is told.
        try put("issuer.crl", "prod/issuer.crl")
        let later = fresh.reload(at: now())
        #expect(later.changed.isEmpty && later.failed.map(\.error.kind) == [.unusedLists])
    }

    @Test func cutFileKeepsWhatIsInUse() throws {
        try put("root.pem", "prod/root.pem")
        var loader = loader("prod")
        _ = loader.reload(at: now())
        try write(Array(try mint.bytes("root.pem").dropLast(40)), "prod/root.pem")
        let outcome = loader.reload(at: now())
        #expect(outcome.failed.map(\.error.kind) == [.malformedFile])
        #expect(try verdict() == "verified")
        try put("root.pem", "prod/root.pem")
        let mended = loader.reload(at: now())
        #expect(mended.failed.isEmpty)
    }

    @Test func badFileAtTheStartTrustsNobody() throws {
        try put("root.key", "prod/root.pem")
        var loader = loader("prod")
        let outcome = loader.reload(at: now())
        #expect(outcome.failed.count == 1)
        #expect(try verdict() == "untrusted_domain")
    }

    @Test func sequencesNeverGoBackwards() throws {
        try put("bundle7.json", "bundle.json")
        var loader = loader("bundle.json")
        let start = loader.reload(at: now())
        #expect(start.changed == [prod])
        #expect(try verdict() == "verified")
        let sequence = loader.sequence(prod)
        #expect(sequence == 7)

        let seven = String(decoding: try mint.bytes("bundle7.json"), as: UTF8.self)
        let eight = String(decoding: try mint.bytes("bundle8.json"), as: UTF8.self)
        func refused(_ text: String) throws -> [TrustError.Kind] {
            try write(Array(text.utf8), "bundle.json")
            return loader.reload(at: now()).failed.map(\.error.kind)
        }
        func with(_ number: String, _ text: String) -> String {
            text.replacingOccurrences(of: "_sequence\":8", with: "_sequence\":\(number)")
        }
        #expect(try refused(with("6", eight)) == [.olderSequence])
        #expect(try refused(with("7", eight)) == [.sameSequence])
        #expect(
            try refused(eight.replacingOccurrences(of: ",\"spiffe_sequence\":8", with: "")) == [
                .olderSequence
            ])
        #expect(try verdict() == "verified")
        #expect(try refused(eight) == [])
        #expect(try verdict() == "untrusted_issuer")
        #expect(try refused(seven) == [.olderSequence])
        #expect(try refused(with("18446744073709551615", eight)) == [])
        #expect(
            try refused("{\"keys\":[],\"spiffe_sequence\":18446744073709551615}") == [.sameSequence]
        )
    }

    @Test func sequenceIsRememberedOverRestarts() throws {
        try put("bundle7.json", "bundle.json")
        var late = loader("bundle.json", minimumSequence: 8)
        let refused = late.reload(at: now())
        #expect(refused.failed.map(\.error.kind) == [.olderSequence])
        var fitting = loader("bundle.json", minimumSequence: 7)
        let accepted = fitting.reload(at: now())
        #expect(accepted.failed.isEmpty)
    }

    @Test func emptySpiffeBundleDistrusts() throws {
        try put("bundle7.json", "bundle.json")
        var loader = loader("bundle.json")
        _ = loader.reload(at: now())
        try write(Array("{\"keys\":[],\"spiffe_sequence\":8}".utf8), "bundle.json")
        let outcome = loader.reload(at: now())
        #expect(outcome.changed == [prod])
        #expect(try verdict() == "untrusted_domain")
    }

    @Test func spiffeBundlesMayHaveRevocationLists() throws {
        try put("bundle7.json", "bundle.json")
        try put("issuer.crl", "prod/issuer.crl")
        var loader = loader("bundle.json", TrustOptions(revocation: .leaf), revocationPath: "prod")
        _ = loader.reload(at: now())
        #expect(try verdict() == "verified")
        #expect(try verdict("revoked") == "revoked")
    }
}

@Suite struct SpiffeBundleTests {
    @Test(
        arguments: [
            ("", TrustError.Kind.malformedBundle), ("[]", .malformedBundle),
            ("{}", .malformedBundle),
            ("{\"keys\":{}}", .malformedBundle), ("{\"keys\":[1]}", .malformedBundle),
            ("{\"keys\":[],\"keys\":[]}", .malformedBundle),
            ("{\"keys\":[{\"use\":\"x509-svid\"}]}", .malformedBundle),
            ("{\"keys\":[{\"use\":\"x509-svid\",\"x5c\":[]}]}", .malformedBundle),
            ("{\"keys\":[{\"use\":\"x509-svid\",\"x5c\":[1]}]}", .malformedBundle),
            ("{\"keys\":[{\"use\":\"x509-svid\",\"x5c\":[\"MAMCAQU\"]}]}", .malformedCertificate),
            ("{\"keys\":[{\"use\":\"x509-svid\",\"x5c\":[\"MAMC-QU=\"]}]}", .malformedCertificate),
            ("{\"keys\":[],\"spiffe_sequence\":-1}", .malformedBundle),
            ("{\"keys\":[],\"spiffe_sequence\":1.0}", .malformedBundle),
            ("{\"keys\":[],\"spiffe_sequence\":18446744073709551616}", .malformedBundle),
            ("{\"keys\":[],\"spiffe_sequence\":\"1\"}", .malformedBundle),
            ("{\"keys\":[],\"spiffe_refresh_hint\":-1}", .malformedBundle),
        ])
    func refuses(_ text: String, _ kind: TrustError.Kind) {
        let error = #expect(throws: TrustError.self) {
            try TrustBundle(parsingSPIFFE: Array(text.utf8))
        }
        #expect(error?.kind == kind)
    }

    @Test func otherUsesAndLaterCertificatesAreIgnored() throws {
        let text =
            "{\"keys\":[{\"use\":\"jwt-svid\",\"x5c\":[\"!\"]},{\"kty\":\"EC\"},{\"use\":\"new\"},"
            + "{\"use\":\"x509-svid\",\"x5c\":[\"MAMCAQU=\",\"!\"]}],\"spiffe_refresh_hint\":60,"
            + "\"spiffe_sequence\":18446744073709551615,\"other\":{}}"
        let bundle = try TrustBundle(parsingSPIFFE: Array(text.utf8))
        #expect(bundle.authorities == [[0x30, 0x03, 0x02, 0x01, 0x05]])
        #expect(bundle.sequence == UInt64.max)
        #expect(bundle.refreshHintSeconds == 60)
    }
}
