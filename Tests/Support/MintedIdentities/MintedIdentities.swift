import CedarSyntax
package import DecisionPoint
import Glibc
package import Identity

/// The certificates and keys that `Tests/IdentityTests/Minting/mint.sh` laid into a folder.
package struct MintedIdentities {
    /// The folder.
    package let directory: String

    package init(_ directory: String) { self.directory = directory }

    /// The bytes of a file; the process ends when it cannot be read.
    package func read(_ name: String) -> [UInt8] {
        guard let file = unsafe fopen("\(directory)/\(name)", "r") else {
            fatalError("`\(directory)/\(name)` cannot be read")
        }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        while true {
            let byte = unsafe getc(file)
            if byte == EOF { return bytes }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
    }

    /// The certificates of some files, one behind the other.
    package func chain(_ names: String...) throws -> EncodedChain {
        // Named: with a span of what has no name Swift 6.3.1 makes code that it then rejects itself in
        // debug builds.
        let text = names.flatMap { read("\($0).pem") }
        var chain = EncodedChain()
        try chain.parse(pem: text.span)
        return chain
    }

    /// Workloads of `prod.example.org`, which the minted root vouches for.
    package func settings() throws -> IdentitySettings {
        guard let domain = TrustDomain("prod.example.org"),
            let pattern = SpiffePattern("spiffe://prod.example.org/ns/*/sa/*")
        else { fatalError("a name is malformed") }
        var contents = TrustContents()
        contents.domains[domain] = try TrustedDomain(
            TrustBundle(authorities: [try chain("root").certificate(0)]))
        return IdentitySettings(
            trust: TrustState(contents),
            principals: PrincipalRules([
                PrincipalRules.Rule(.spiffe(pattern), type: "Workload", identifier: .spiffeID)
            ]))
    }
}
