import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// The first half of an import: from a file to sorted records, without touching the store.
struct ImportReading: ~Copyable {
    private let layout: StoreLayout
    private let conformance: EntityConformance?
    let operation: String
    private var stream = JSONStream(maximumElementBytes: StoreLimits.maximumElementBytes)
    private var tape = JSONTape(
        limits: JSONLimits(maximumBytes: StoreLimits.maximumElementBytes))
    private var encoder = EntityEncoder()
    /// Place and record of every entity, by key.
    private(set) var sorter: ByteSorter
    private(set) var bytes = 0
    private(set) var entities = 0

    /// - Parameter conformance: what entities must conform to; nil for nothing.
    init(_ store: EntityStore, _ conformance: EntityConformance?, _ operation: String) {
        layout = store.layout
        self.conformance = conformance
        self.operation = operation
        sorter = ByteSorter(
            memoryBytes: store.options.sortBytes, directory: store.path, operation: operation)
    }

    /// Reads a whole file.
    ///
    /// - Throws: `badFile`, `badEntity` with the place of the first offence; `noSpace`, `system`.
    mutating func read(
        _ source: ImportSource, _ progress: (ImportProgress) -> Void
    ) throws(StoreError) {
        let reader = try ChunkReader(source, operation)
        var isMore = true
        while isMore {
            var count = 0
            isMore = try reader.next { chunk in
                stream.feed(chunk)
                count = chunk.count
            }
            if !isMore { stream.finish() }
            bytes += count
            try takeElements()
            progress(
                ImportProgress(
                    phase: .reading, bytes: bytes, totalBytes: reader.totalBytes,
                    entities: entities, totalEntities: nil))
        }
    }

    mutating func sorted() throws(StoreError) -> SortedEntries { try sorter.sorted() }

    private mutating func takeElements() throws(StoreError) {
        while let element = try next() {
            let entity = try entity(element)
            let place = StorePlace(
                offset: element.offset, line: element.line, column: element.column,
                index: entities)
            let record = try RecordBatch.encode(entity, &encoder, operation, place)
            let hash = record.withFlat { EntityRecord($0).uid.hash }
            try sorter.add(layout.key(hash).number, place.bytes, record)
            entities += 1
        }
    }

    private mutating func next() throws(StoreError) -> JSONStreamElement? {
        do throws(JSONStreamError) {
            return try stream.next()
        } catch {
            let place = StorePlace(
                offset: error.offset, line: error.line, column: error.column, index: entities)
            throw StoreError(.badFile(place), operation, error.message)
        }
    }

    private mutating func entity(_ element: JSONStreamElement) throws(StoreError) -> Entity {
        let failure: DataError
        do throws(DataError) {
            do throws(JSONError) {
                try tape.parse(element, of: stream)
            } catch {
                throw DataError(error)
            }
            if let conformance {
                return try ValueJSON(tape).entity(tape.root, conformingTo: conformance)
            }
            return try ValueJSON(tape).entity(tape.root)
        } catch {
            failure = error
        }
        let position = stream.position(of: element, at: failure.offset)
        throw StoreError(
            .badEntity(
                StorePlace(
                    offset: element.offset + failure.offset, line: position.line,
                    column: position.column, index: entities)),
            operation, failure.message)
    }
}

extension StorePlace {
    static let byteCount = 32

    /// The place as it goes through the sorter: four little-endian words.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for number in [offset, line, column, index] { bytes.append(word: UInt64(number)) }
        return bytes
    }

    init(_ bytes: [UInt8]) {
        self.init(
            offset: Int(bytes.word(at: 0)), line: Int(bytes.word(at: 8)),
            column: Int(bytes.word(at: 16)), index: Int(bytes.word(at: 24)))
    }
}
