/// Several runs of rising keys as one, without repetitions.
struct MergedKeys {
    private var runs: [ArraySlice<UInt64>]

    /// - Parameter start: smaller keys are left out.
    init(_ runs: [ArraySlice<UInt64>], from start: UInt64) {
        self.runs = runs.compactMap { run in
            let rest = run[Self.lowerBound(start, run)...]
            return rest.isEmpty ? nil : rest
        }
        for index in (0..<self.runs.count / 2).reversed() { sink(index) }
    }

    private static func lowerBound(_ wanted: UInt64, _ run: ArraySlice<UInt64>) -> Int {
        var (low, high) = (run.startIndex, run.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if run[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The next key.
    mutating func next() -> UInt64? {
        guard let key = runs.first?.first else { return nil }
        while runs.first?.first == key {
            runs[0].removeFirst()
            if runs[0].isEmpty {
                runs.swapAt(0, runs.count - 1)
                runs.removeLast()
            }
            sink(0)
        }
        return key
    }

    /// Restores the order of the heap below a place; the run with the least key is on top.
    private mutating func sink(_ start: Int) {
        var root = start
        while root * 2 + 1 < runs.count {
            var child = root * 2 + 1
            if child + 1 < runs.count, head(child + 1) < head(child) { child += 1 }
            guard head(child) < head(root) else { return }
            runs.swapAt(root, child)
            root = child
        }
    }

    private func head(_ index: Int) -> UInt64 { runs[index].first ?? .max }
}
