import CedarSchema
import CedarSyntax
import JSON

/// A schema with a type of every kind.
private let schema: Schema = {
    let text = """
        entity G; entity E enum ["x"];
        entity U in [G] {
          e?: G, d?: decimal, i?: ipaddr, t?: datetime, u?: duration, s?: Set<decimal>,
          r?: {a: decimal, b?: Long}, l?: Long, x?: String, b?: Bool, a?: Action, n?: E
        } tags decimal;
        action g; action v in [g] appliesTo {
          principal: U, resource: U, context: {d?: decimal, l?: Long}
        };
        """
    do { return try Schema.parse(Array(text.utf8)) } catch { fatalError("\(error)") }
}()

/// Reads any bytes as entities and as a request, with and without a schema.
///
/// Traps when an error points outside of the source, or when an entity that is read without a schema
/// is not the same after it was written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEntities(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let source = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let tape = try? JSONTape(parsing: source) else { return 0 }
    let json = ValueJSON(tape)
    func attempt<Result>(_ read: () throws(DataError) -> Result) -> Result? {
        do throws(DataError) {
            return try read()
        } catch {
            precondition(0...source.count ~= error.offset, "an error beyond the text")
            precondition(!error.message.isEmpty)
            return nil
        }
    }
    let entities = attempt { () throws(DataError) in try json.entities(tape.root) }
    _ = attempt { () throws(DataError) in try json.entities(tape.root, schema: schema) }
    _ = attempt { () throws(DataError) in try json.request(tape.root) }
    _ = attempt { () throws(DataError) in
        try RequestConformance(schema).check(try json.request(tape.root, schema: schema))
    }
    for entity in entities ?? [] { checkRoundTrip(entity) }
    return 0
}

private func written(_ entity: Entity) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(entity)
    return writer.bytes
}

private func checkRoundTrip(_ entity: Entity) {
    let bytes = written(entity)
    do {
        let json = ValueJSON(try JSONTape(parsing: bytes))
        let again = try json.entity(json.tape.root)
        precondition(written(again) == bytes, "an entity changed in writing")
    } catch {
        fatalError("what was written is refused: \(error)")
    }
}
