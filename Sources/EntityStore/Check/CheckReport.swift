/// What a check found.
package struct CheckReport: Sendable, Equatable {
    /// The revision that was checked.
    package var revision: UInt64 = 0
    package var entities = 0
    /// Entities that are a parent of something, in the store or not.
    package var parents = 0
    /// Parents that are not in the store: allowed, but perhaps not meant.
    package var absentParents = 0
    /// Parents whose stored ancestors were computed anew and compared.
    package var closures = 0
    /// How many things are wrong.
    package var problemCount = 0
    /// The first of them in words, at most ``StoreLimits/maximumProblems``.
    package var problems: [String] = []
    /// How many entities do not conform to the schema, where one was given.
    package var nonconformingCount = 0
    /// What is wrong with the first of them, at most ``StoreLimits/maximumProblems``.
    package var nonconforming: [String] = []

    /// Whether nothing is damaged.
    package var isClean: Bool { problemCount == 0 }

    mutating func note(_ problem: String) {
        problemCount += 1
        if problems.count < StoreLimits.maximumProblems { problems.append(problem) }
    }

    mutating func note(nonconforming problem: String) {
        nonconformingCount += 1
        if nonconforming.count < StoreLimits.maximumProblems { nonconforming.append(problem) }
    }
}

/// How far a check is.
package struct CheckProgress: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        case entities
        case parents
        case closures
    }

    package let phase: Phase
    /// Things of the phase that were looked at.
    package let done: Int
    /// How many there are by the store's own count.
    package let total: Int
}
