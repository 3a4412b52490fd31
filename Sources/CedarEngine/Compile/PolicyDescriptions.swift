package import CedarSyntax

/// What is told of policies in answers and logs, as bytes: apart from what decisions read.
///
/// Of each policy its id as a flat string, then a word with the effect in its lowest bit (1 for
/// forbid) and the number of annotations above it, then of each annotation three numbers of four
/// bytes (start and end of its place, length of the key), one more than the length of the value or
/// 0 for none, and the bytes of both, padded to whole words.
struct PolicyDescriptions: ~Copyable {
    private(set) var bytes: [UInt8] = []
    private(set) var offsets: [UInt32] = []
    private var encoder = FlatEncoder()

    mutating func add(_ member: PolicySet.Member) throws(CompileError) {
        guard bytes.count <= Int(UInt32.max) - Self.margin else { throw .tooLarge }
        offsets.append(UInt32(bytes.count))
        do throws(FlatEncoder.Failure) {
            bytes += try encoder.encode(.string(member.id))
        } catch {
            throw .value(error)
        }
        let policy = member.policy
        bytes.append(half: policy.effect == .forbid ? 1 : 0)
        bytes.append(half: UInt32(policy.annotations.count))
        for annotation in policy.annotations {
            bytes.append(half: annotation.span.start)
            bytes.append(half: annotation.span.end)
            bytes.append(half: UInt32(annotation.key.utf8.count))
            bytes.append(half: annotation.value.map { UInt32($0.utf8.count) + 1 } ?? 0)
            bytes += annotation.key.utf8
            if let value = annotation.value { bytes += value.utf8 }
            while bytes.count % 8 != 0 { bytes.append(0) }
        }
    }

    /// What is left free for one policy, whose source is smaller than this.
    private static let margin = 1 << 30
}

extension Ruleset {
    /// What is told of a policy in answers and logs.
    package struct PolicyInformation: Sendable {
        /// `policy0`, … or the id under which it was added.
        package let id: Text
        package let effect: Policy.Effect
        package let annotations: [Policy.Annotation]

        init(_ description: FlatBytes) {
            id = FlatString(description).text
            var next = description.size
            effect = description.half(next) == 1 ? .forbid : .permit
            let count = Int(description.half(next + 4))
            next += 8
            var annotations: [Policy.Annotation] = []
            for _ in 0..<count {
                let span = SourceSpan(
                    Int(description.half(next)), Int(description.half(next + 4)))
                let keyCount = Int(description.half(next + 8))
                let valueCount = Int(description.half(next + 12))
                next += 16
                let key = Text(validUTF8: description.copy(next, count: keyCount))
                next += keyCount
                var value: Text?
                if valueCount > 0 {
                    value = Text(validUTF8: description.copy(next, count: valueCount - 1))
                    next += valueCount - 1
                }
                next = (next + 7) / 8 * 8
                annotations.append(Policy.Annotation(key: key, value: value, span: span))
            }
            self.annotations = annotations
        }
    }

    /// The policies in order; each is read when it is asked for.
    package struct Policies: RandomAccessCollection, Sendable {
        fileprivate let memory: RulesMemory

        package var startIndex: Int { 0 }
        package var endIndex: Int { memory.view.policyCount }

        package subscript(index: Int) -> PolicyInformation {
            precondition(index >= 0 && index < endIndex, "no policy has this number")
            return PolicyInformation(memory.view.description(UInt32(index)))
        }
    }
}

extension Ruleset.Policies {
    init(_ memory: RulesMemory) { self.memory = memory }
}
