/// What an obligation of an answer is; the numbers are part of the protocol and never change meaning.
///
/// An allow holds only for whoever fulfils its obligations.
public enum ObligationKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Something to do beside the decision: name and argument, which may be empty.
    case obligation = 1
    /// A header field to set, on the request of an allow or on the answer of a deny.
    case header = 2
    /// The value of `WWW-Authenticate`; the name is empty.
    case challenge = 3
    /// Text for people; the name is empty.
    case reason = 4
    /// The status of a deny, `401` or `429`, where it is not 403; the name is empty.
    case status = 5
}
