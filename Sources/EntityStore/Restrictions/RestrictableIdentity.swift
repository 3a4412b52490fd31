import CedarEngine
import CedarSyntax

/// An identity of a certificate or a token in the form in which restrictions are looked for, made
/// once and kept with its verdict.
package struct RestrictableIdentity: Sendable {
    let flat: FlatUID
    /// That of ``flat``.
    let hash: UInt64

    /// - Returns: nil for what no restriction can name, as it is not of its form or too long.
    package init?(_ subject: RestrictionSubject) {
        var encoder = FlatEncoder()
        guard let uid = subject.uid, let flat = try? FlatUID(uid, &encoder) else { return nil }
        self.flat = flat
        hash = flat.hash
    }
}
