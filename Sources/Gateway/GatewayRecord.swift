import CedarEngine
import CedarSyntax
import DecisionPoint
import Routes

/// What logs keep of an answer to a gateway.
package struct GatewayRecord: Sendable {
    /// Entities as Cedar writes them, as in `User::"alice"`; nil for what is not known: nobody was
    /// identified, or no route fits.
    package var principal: String?
    package var action: String?
    package var resource: String?
    package var verdict: Verdict
    /// What the cause does not say, such as the code of a certificate's rejection; nil for nothing.
    package var code: String?
    /// Sixteen lower-case hexadecimal digits.
    package var decisionID: String
    /// The ids of the determining policies.
    package var policies: [String] = []
    /// The ids of the policies that could not be evaluated.
    package var errors: [String] = []
    package var policyVersion: UInt64
    package var revision: UInt64
}

extension GatewayDecider {
    /// Gathers what logs keep of the last answer; allocates.
    package mutating func record() -> GatewayRecord {
        var record = GatewayRecord(
            principal: isAsked ? decider.establishedPrincipal?.uid.description : nil,
            action: question?.action.uid.description,
            resource: question?.resource.uid.description, verdict: verdict,
            decisionID: idDigits.text, policyVersion: policyVersion, revision: revision)
        withDetail { record.code = String(repairing: $0) }
        for index in 0..<reasonCount {
            record.policies.append(reason(index).withUTF8 { String(repairing: $0) })
        }
        for index in 0..<errorCount {
            record.errors.append(failedPolicy(index).withUTF8 { String(repairing: $0) })
        }
        return record
    }
}
