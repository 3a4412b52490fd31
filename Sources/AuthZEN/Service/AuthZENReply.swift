import DecisionPoint

/// The operations of the API that decide.
package enum AuthZENOperation: Sendable, Hashable, CaseIterable {
    case evaluation
    case evaluations
    case subjectSearch
    case resourceSearch
    case actionSearch

    /// Whether it may take as long as a search does.
    package var isSearch: Bool {
        switch self {
        case .evaluation, .evaluations: false
        case .subjectSearch, .resourceSearch, .actionSearch: true
        }
    }
}

/// What is sent back for one request.
package struct AuthZENReply: Sendable {
    /// 200, 400, 403 or 500.
    package var status: UInt16 = 200
    /// The stable name of what is wrong, ``AuthZENError/Code``; nil when the status is 200.
    package private(set) var errorCode: String?
    /// JSON when the status is 200, else a text for people.
    package var body: [UInt8] = []
    /// The version of the policies that were asked.
    package var policyVersion: UInt64 = 0
    /// The revision of the store that was asked; 0 when it could not be read.
    package var revision: UInt64 = 0
    /// How many questions were allowed, denied by policies, and denied for another cause.
    package var allowed = 0
    package var denied = 0
    package var refused = 0
    /// The decisions in order, when they are recorded: the first hundred.
    package var decisions: [DecisionRecord] = []
    /// How many decisions there were beyond ``decisions``.
    package var omittedDecisions = 0

    private static let maximumDecisions = 100

    mutating func add(_ record: DecisionRecord) {
        if decisions.count < Self.maximumDecisions {
            decisions.append(record)
        } else {
            omittedDecisions += 1
        }
    }

    mutating func count(_ outcome: Outcome) {
        switch outcome {
        case .allowed: allowed += 1
        case .denied: denied += 1
        case .refused: refused += 1
        }
    }

    mutating func refuse(_ error: AuthZENError) {
        status = error.status.rawValue
        errorCode = error.code.rawValue
        body = Array(error.message.utf8)
    }
}
