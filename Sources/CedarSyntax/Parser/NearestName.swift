/// Returns the candidate that somebody may have meant by a misspelt word; nil when none is near.
///
/// Near is an edit distance (insert, delete, replace, swap of neighbours) of at most a third of
/// the word's length, or the same word with other capitals.
package func nearestName(to word: String, among candidates: [String]) -> String? {
    let bytes = Array(word.utf8)
    guard (1...64).contains(bytes.count) else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != word {
        let distance =
            candidate.lowercased() == word.lowercased()
            ? 0 : editDistance(bytes, Array(candidate.utf8))
        if distance <= max(1, bytes.count / 3), distance < best?.distance ?? .max,
            distance < candidate.utf8.count
        {
            best = (candidate, distance)
        }
    }
    return best?.name
}

/// The restricted Damerau-Levenshtein distance of two words, in time of the product of their lengths.
package func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 0..<left.count {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        for column in 0..<right.count {
            let isSame = left[row] == right[column]
            var cost = min(
                last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
