extension Workspace {
    /// Orders results by policy and drops repetitions: a policy may stand under several ancestors.
    ///
    /// They are few and nearly in order, as a rule; insertion in place serves these, and sorting
    /// bounds the time that very many can take.
    mutating func sortResults() {
        if reasons.count > 1 {
            if reasons.count > Self.fewResults {
                reasons.sort()
            } else {
                for index in 1..<reasons.count {
                    var place = index
                    while place > 0, reasons[place - 1] > reasons[place] {
                        reasons.swapAt(place - 1, place)
                        place -= 1
                    }
                }
            }
            reasons.dropRepetitions(==)
        }
        if errors.count > 1 {
            if errors.count > Self.fewResults {
                errors.sort { $0.policy < $1.policy }
            } else {
                for index in 1..<errors.count {
                    var place = index
                    while place > 0, errors[place - 1].policy > errors[place].policy {
                        errors.swapAt(place - 1, place)
                        place -= 1
                    }
                }
            }
            errors.dropRepetitions { $0.policy == $1.policy }
        }
    }

    private static let fewResults = 64
}

extension Array {
    /// Leaves the first of each run of equal elements, in place.
    fileprivate mutating func dropRepetitions(_ areEqual: (Element, Element) -> Bool) {
        var kept = 1
        for index in 1..<count where !areEqual(self[kept - 1], self[index]) {
            if kept != index { self[kept] = self[index] }
            kept += 1
        }
        removeLast(count - kept)
    }
}
