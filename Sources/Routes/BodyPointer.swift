/// Where in a JSON body a value stands, as in `/creditor/account`.
///
/// Source: RFC 6901.
package struct BodyPointer: Hashable, Sendable {
    /// The most steps from the body to a value.
    static let maximumSteps = 32

    /// The names of members, or the indexes of elements, in UTF-8.
    let steps: [[UInt8]]

    /// Nil when the text is no pointer into an object or an array.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/") else { return nil }
        var steps: [[UInt8]] = []
        for part in bytes.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            var step: [UInt8] = []
            var rest = part
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "~") else {
                    step.append(byte)
                    continue
                }
                switch rest.popFirst() {
                case UInt8(ascii: "0"): step.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): step.append(UInt8(ascii: "/"))
                default: return nil
                }
            }
            steps.append(step)
        }
        guard steps.count <= Self.maximumSteps else { return nil }
        self.steps = steps
    }
}
