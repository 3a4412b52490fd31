import ExtAuthz
import ExtAuthzMessages

/// Allows everything without looking, with as many fields as a decision has: what a gateway makes of an
/// answer depends on its size.
struct FullAllowHandler: ~Copyable, ExtAuthzHandler {
    private let names = ["x-principal", "x-principal-type", "x-decision-id"].map { Array($0.utf8) }
    private let values = ["PSDGB-NB-100200", "ThirdParty", "6b013f6a00000001"].map {
        Array($0.utf8)
    }
    private let keys = ["decision_id", "policy_version", "cause"].map { Array($0.utf8) }
    private let texts = ["6b013f6a00000001", "aad056579bb4995e", "decided"].map { Array($0.utf8) }
    private let revision = Array("revision".utf8)
    private let policies = Array("policies".utf8)
    private let policy = Array("third-party-reads".utf8)

    var watchedNames: NameWatch { NameWatch() }

    mutating func check(
        _ request: borrowing CheckRequestView, call: CheckCall, into reply: inout ReplyBuffer
    ) {
        reply.conclude(.allow)
        for index in names.indices {
            let (name, value) = (names[index], values[index])
            reply.setHeader(name.span, value.span)
        }
        for index in keys.indices {
            let (key, text) = (keys[index], texts[index])
            reply.addMetadata(key.span, text.span)
        }
        reply.addMetadata(revision.span, 2)
        reply.beginList()
        reply.addToList(policy.span)
        reply.endList(policies.span)
    }
}
