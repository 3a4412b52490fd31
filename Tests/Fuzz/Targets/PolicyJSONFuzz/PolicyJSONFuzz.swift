import CedarSyntax

/// Reads any bytes as a policy set or a policy in JSON.
///
/// Traps when an error points outside of the source, or when what is read is not the same after it was
/// written as JSON, or as text, and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPolicyJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let source = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let set: PolicySet
    do {
        set = try PolicySet.parse(jsonPolicyOrSet: source)
    } catch {
        precondition(0...source.count ~= error.offset, "an error beyond the text")
        precondition(!error.message.isEmpty)
        return 0
    }
    guard let json = try? set.json(limit: 1 << 20) else { return 0 }
    do {
        let again = try PolicySet.parse(json: json)
        let twice = try again.json()
        precondition(twice == json, "writing is not stable")
        precondition(again.members.count == set.members.count, "a policy was lost")
        precondition(again.links.count == set.links.count, "a link was lost")
    } catch {
        fatalError("the JSON that was written is refused: \(error)")
    }
    // A method call without a receiver has no text; nothing is asked of such a set but not to trap.
    guard let text = try? set.cedarText(limit: 1 << 20),
        let again = try? PolicySet.parse(Array(text.utf8))
    else { return 0 }
    precondition(again.members.count == set.members.count, "a policy was lost in the text")
    return 0
}
